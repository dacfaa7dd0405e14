package locales

import (
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Menu returns commands as the menus of chat platforms show them, with the texts of every language that has a menu file.
// A command that a language has no description for is an error.
func (r *Renderer) Menu(commands ...bot.Command) ([]bot.MenuItem, error) {
	var items []bot.MenuItem
	for _, c := range commands {
		item := bot.MenuItem{Name: c.Name, Names: map[string]string{}, Description: map[string]string{}, For: c.For}
		if c.Option != "" {
			item.Option = &bot.MenuOption{Name: c.Option, Description: map[string]string{}}
		}
		for lang, texts := range r.menus {
			key := "command." + c.Name
			if c.For == bot.ForOperators { // whom Panneau speaks French to
				key, texts = "operator."+key, r.texts["fr"]
			}
			if err := addMenu(&item, key, lang, texts); err != nil {
				return nil, fmt.Errorf("menu of %q: %w", c.Name, err)
			}
		}
		items = append(items, item)
	}
	return items, nil
}

// addMenu adds the texts of one language.
func addMenu(item *bot.MenuItem, key, lang string, c *catalogue) error {
	w := &writer{catalogue: c}
	item.Description[lang] = w.say(key+".description", nil)
	if w.has(key + ".name") {
		item.Names[lang] = w.say(key+".name", nil)
	}
	if item.Option != nil {
		item.Option.Description[lang] = w.say(key+".option", nil)
	}
	return w.err
}
