package locales

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// ErrLanguage is returned for a language that Panneau has no texts in.
var ErrLanguage = errors.New("no texts in this language")

// errNoCount is returned for a text with plural forms that was given no whole number called Count.
var errNoCount = errors.New("the text has plural forms and no Count was given")

//go:embed texts/*.yaml menus/*.yaml
var files embed.FS

// catalogue holds the texts of one language. Every language has a bundle of its own, so that a missing text is an error
// and never a sentence in another language.
type catalogue struct {
	tag       language.Tag
	bundle    *i18n.Bundle
	localizer *i18n.Localizer
	parser    template.Parser
	messages  map[string]*i18n.Message
	draft     bool // nobody who speaks the language has read the texts yet
}

// loadFolder reads every catalogue of a folder, by BCP 47 tag.
func loadFolder(files fs.FS, folder string) (map[string]*catalogue, error) {
	names, err := fs.Glob(files, folder+"/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	catalogues := make(map[string]*catalogue, len(names))
	for _, name := range names {
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".yaml"))
		if err != nil {
			return nil, fmt.Errorf("name of %s: %w", name, err)
		}
		if catalogues[tag.String()], err = loadFile(files, name, tag); err != nil {
			return nil, fmt.Errorf("load %s: %w", name, err)
		}
	}
	for _, c := range catalogues {
		if err := c.inherit(catalogues); err != nil {
			return nil, fmt.Errorf("complete %s: %w", c.tag, err)
		}
	}
	return catalogues, nil
}

// inherit gives a variety of a language (fr-x-simple) the texts of the language where it has none of its own.
func (c *catalogue) inherit(catalogues map[string]*catalogue) error {
	base, _ := c.tag.Base()
	parent := catalogues[base.String()]
	if parent == nil || parent == c {
		return nil
	}
	for key, m := range parent.messages {
		if c.has(key) {
			continue
		}
		if err := c.bundle.AddMessages(c.tag, m); err != nil {
			return err
		}
		c.messages[key] = m
	}
	return nil
}

func loadFile(files fs.FS, name string, tag language.Tag) (*catalogue, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	bundle := i18n.NewBundle(tag)
	list, err := bundle.ParseMessageBytes(tag, data, unmarshal)
	if err != nil {
		return nil, err
	}
	messages := make(map[string]*i18n.Message, len(list))
	for _, m := range list {
		messages[m.ID] = m
	}
	draft, err := isDraft(messages[reviewKey])
	if err != nil {
		return nil, err
	}
	delete(messages, reviewKey)
	return &catalogue{
		tag:       tag,
		bundle:    bundle,
		localizer: i18n.NewLocalizer(bundle, tag.String()),
		parser:    &template.TextParser{Option: "missingkey=error"},
		messages:  messages,
		draft:     draft,
	}, nil
}

// reviewKey is no text: "needed" says that nobody who speaks the language has read the file yet, "done", or no such key,
// that somebody has.
const (
	reviewKey    = "meta.review"
	reviewNeeded = "needed"
	reviewDone   = "done"
)

func isDraft(m *i18n.Message) (bool, error) {
	switch {
	case m == nil || m.Other == reviewDone:
		return false, nil
	case m.Other == reviewNeeded:
		return true, nil
	default:
		return false, fmt.Errorf("%s is %q, want %q or %q", reviewKey, m.Other, reviewNeeded, reviewDone)
	}
}

func unmarshal(data []byte, v any) error { return yaml.Unmarshal(data, v) }

// has reports whether there is a text under the key.
func (c *catalogue) has(key string) bool { return c.messages[key] != nil }

// fill puts values into the text under a key. The count chooses the plural form of a text that has forms. An unknown
// key, a missing value, a missing count and a missing plural form are errors.
func (c *catalogue) fill(key string, values map[string]string, count int, counted bool) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: values, TemplateParser: c.parser}
	if c.plural(key) {
		if !counted {
			return "", errNoCount
		}
		config.PluralCount = count
	}
	return c.localizer.Localize(config)
}

// plural reports whether the text under a key has plural forms besides « other », the only one of Chinese.
func (c *catalogue) plural(key string) bool {
	m := c.messages[key]
	return m != nil && m.Zero+m.One+m.Two+m.Few+m.Many != ""
}

// rightToLeft reports whether the language is written from right to left.
func (c *catalogue) rightToLeft() bool {
	script, _ := c.tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm":
		return true
	default:
		return false
	}
}

// french reports whether the typography of French applies.
func (c *catalogue) french() bool {
	base, _ := c.tag.Base()
	return base.String() == "fr"
}

// find returns the catalogue of a language, or of the language that it is a variety of: fr for fr-CA.
func find(catalogues map[string]*catalogue, lang string) (*catalogue, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrLanguage, lang)
	}
	if c := catalogues[tag.String()]; c != nil {
		return c, nil
	}
	base, _ := tag.Base()
	if c := catalogues[base.String()]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrLanguage, lang)
}
