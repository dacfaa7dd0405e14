package locales

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/panneau-ecole/panneau/bot"
)

// Renderer renders every text of Panneau. It implements [bot.Renderer] and is safe for concurrent use.
type Renderer struct {
	texts map[string]*catalogue
	menus map[string]*catalogue
}

var _ bot.Renderer = (*Renderer)(nil)

// New reads the embedded texts. An error means that the program was built with a broken text file.
func New() (*Renderer, error) { return load(files) }

// load reads the texts of a file system laid out like this package.
func load(files fs.FS) (*Renderer, error) {
	texts, err := loadFolder(files, "texts")
	if err != nil {
		return nil, fmt.Errorf("load texts: %w", err)
	}
	menus, err := loadFolder(files, "menus")
	if err != nil {
		return nil, fmt.Errorf("load menus: %w", err)
	}
	return &Renderer{texts: texts, menus: menus}, nil
}

// Languages lists the BCP 47 tags of the languages that Panneau writes in, French first, the others in alphabetical
// order.
func (r *Renderer) Languages() []string {
	list := slices.Sorted(maps.Keys(r.texts))
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func rank(lang string) int {
	if lang == "fr" {
		return 0
	}
	return 1
}

// Reviewed reports whether somebody who speaks the language has read its texts. French is the source, and its simplified
// version is written in it; the others are machine translations until their file says otherwise.
func (r *Renderer) Reviewed(lang string) bool {
	c, err := find(r.texts, lang)
	return err == nil && !c.draft
}

// Choose implements [bot.Renderer].
func (r *Renderer) Choose(asker string, chat []string) []string {
	if c, err := find(r.texts, asker); err == nil {
		chat = []string{c.nearest(chat)}
	}
	var list []string
	french, drafts := false, false
	for _, lang := range chat {
		c, err := find(r.texts, lang)
		if err != nil || slices.Contains(list, c.tag.String()) {
			continue
		}
		list = append(list, c.tag.String())
		french, drafts = french || c.french(), drafts || c.draft
	}
	if len(list) == 0 || drafts && !french {
		list = append(list, "fr")
	}
	return list
}

// nearest is the variety of the language that is among those given, or the language itself: who reads simplified French
// in a chat goes on doing so.
func (c *catalogue) nearest(chat []string) string {
	base, _ := c.tag.Base()
	for _, lang := range chat {
		if tag, err := language.Parse(lang); err == nil {
			if other, _ := tag.Base(); other == base {
				return lang
			}
		}
	}
	return c.tag.String()
}

// Text returns the text under a key of the catalogue, such as "terminal.offline", with data put into its
// placeholders. Data is shown as it is: an address or a folder keeps every character. A value named Count must be a whole
// number and chooses the plural form. The error wraps [ErrLanguage] for a language that Panneau does not have; an
// unknown key and a missing placeholder are errors too.
func (r *Renderer) Text(lang, key string, data map[string]any) (string, error) {
	c, err := find(r.texts, lang)
	if err != nil {
		return "", err
	}
	w := &writer{catalogue: c}
	text := w.say(key, data)
	return text, w.err
}

// lines splits a text of the catalogue that holds one item a line.
func lines(text string) []string {
	return strings.Split(strings.TrimSpace(text), "\n")
}
