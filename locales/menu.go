package locales

import (
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Menu returns the commands of the given names as the menus of chat platforms show them, with the texts of every
// language that has a menu file. A command takes an option where its texts describe one; the option is called
// « plateforme ». A command that a language has no description for is an error.
func (r *Renderer) Menu(commands ...string) ([]bot.MenuItem, error) {
	var items []bot.MenuItem
	for _, name := range commands {
		item := bot.MenuItem{Name: name, Names: map[string]string{}, Description: map[string]string{}}
		for lang, c := range r.menus {
			if err := addMenu(&item, lang, c); err != nil {
				return nil, fmt.Errorf("menu of %q: %w", name, err)
			}
		}
		items = append(items, item)
	}
	return items, nil
}

// addMenu adds the texts of one language.
func addMenu(item *bot.MenuItem, lang string, c *catalogue) error {
	w := &writer{catalogue: c}
	key := "command." + item.Name
	item.Description[lang] = w.say(key+".description", nil)
	if w.has(key + ".name") {
		item.Names[lang] = w.say(key+".name", nil)
	}
	if w.has(key + ".option") {
		if item.Option == nil {
			item.Option = &bot.MenuOption{Name: "plateforme", Description: map[string]string{}}
		}
		item.Option.Description[lang] = w.say(key+".option", nil)
	}
	return w.err
}
