package statuspage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"strings"
	text "text/template"
)

//go:embed templates/*.html words/*.html
var templateFiles embed.FS

// language is one language of the page: the templates with its words in them, and the same words for what is no HTML.
type language struct {
	tag   string // BCP 47
	pages *template.Template
	words *text.Template
	// months as they stand in a date, from January on.
	months []string
}

// defaultLanguage comes first.
const defaultLanguage = "fr"

// languages lists the languages that have a file of words. It panics only on templates that no test has ever rendered.
func languages() []language {
	// The policy names the style sheet and the script by their hashes: they must arrive as they are.
	functions := template.FuncMap{
		"style":  func() template.CSS { return template.CSS(style) }, //nolint:gosec // it is ours, embedded
		"script": func() template.JS { return template.JS(script) },  //nolint:gosec // it is ours, embedded
	}
	structure := template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"))
	files, err := templateFiles.ReadDir("words")
	if err != nil {
		panic(err)
	}
	var list []language
	for _, file := range files {
		name := path.Join("words", file.Name())
		l := language{
			tag:   strings.TrimSuffix(file.Name(), ".html"),
			pages: template.Must(template.Must(structure.Clone()).ParseFS(templateFiles, name)),
			words: text.Must(text.ParseFS(templateFiles, name)),
		}
		l.months = strings.Fields(l.say("months", nil))
		if l.tag == defaultLanguage {
			list = append([]language{l}, list...)
		} else {
			list = append(list, l)
		}
	}
	return list
}

// say is one of the language's phrases as plain text.
func (l language) say(phrase string, data any) string {
	var b strings.Builder
	if err := l.words.ExecuteTemplate(&b, "w."+phrase, data); err != nil {
		return fmt.Sprintf("(%s)", phrase) // the tests say every phrase once
	}
	return b.String()
}

// draft says that nobody has read the language yet; empty where somebody has.
func (l language) draft() string { return l.say("draft", nil) }

// render renders a template.
func (l language) render(name string, view any) ([]byte, error) {
	var body bytes.Buffer
	err := l.pages.ExecuteTemplate(&body, name, view)
	return body.Bytes(), err
}
