package statuspage

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"github.com/panneau-ecole/panneau/bot"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed style.css
var style string

//go:embed favicon.svg
var favicon string

//go:embed openapi.yaml
var openAPI string

// parseTemplates panics only on templates that no test has ever rendered.
func parseTemplates() *template.Template {
	// The policy names the style sheet by its hash: it must arrive as it is.
	sheet := template.CSS(style) //nolint:gosec // it is ours, embedded
	functions := template.FuncMap{"style": func() template.CSS { return sheet }}
	return template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"))
}

// pageCache lets a cache in between answer for five seconds.
const pageCache = "public, max-age=5"

func (p *Page) home(f *facts, reload bool) *document {
	view := f.view("État des plateformes scolaires")
	view.Home, view.Reload, view.Fixed = p.homeView(f), reload, !reload
	return p.page("home", pageCache, view)
}

func (p *Page) incident(f *facts, i bot.Incident) *document {
	v := p.incidentView(f, i)
	title := fmt.Sprintf("%s%s: %s", v.Name, nbsp, v.Label)
	if !v.Open {
		title = fmt.Sprintf("%s%s: incident terminé", v.Name, nbsp)
	}
	view := f.view(title)
	view.Incident, view.Canonical = v, ""
	return p.page("incident", pageCache, view)
}

// fixed renders a page that needs no facts.
func (p *Page) fixed(name, title string) *document {
	return p.page(name, "no-store", pageView{Title: title})
}

// page renders a template. A write to memory fails only with a template that names a field that is not there; what
// arrives then is cut short, which the golden tests would show.
func (p *Page) page(name, cache string, view pageView) *document {
	var body bytes.Buffer
	if err := p.templates.ExecuteTemplate(&body, name, view); err != nil {
		p.config.Logger.Error("render a page", "page", name, "err", err)
	}
	return p.document("text/html; charset=utf-8", cache, body.Bytes())
}
