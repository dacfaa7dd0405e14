package catalogue

import (
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// Search finds the platforms that all words are about: their names, publishers, académies, publics and hosts. Letter
// case and accents do not matter and words may be cut short. Where nothing fits, sure is false and the platforms are
// those that the words may have meant, typing errors forgiven as in the chats.
func (c *Catalogue) Search(words string) (found []Entry, sure bool) {
	for _, e := range c.Platforms {
		text := " " + bot.Fold(strings.Join(described(e), " "))
		lacks := func(word string) bool { return !strings.Contains(text, " "+word) }
		if !slices.ContainsFunc(strings.Fields(bot.Fold(words)), lacks) {
			found = append(found, e)
		}
	}
	if len(found) > 0 {
		return found, true
	}
	return c.meant(words), false
}

// meant asks the board of the chats, to which everything that an entry is found by is another name of it.
func (c *Catalogue) meant(words string) []Entry {
	var board bot.Board
	var all bot.Overview
	for _, e := range c.Platforms {
		p := e.Platform
		p.Aliases = described(e)
		board.Platforms = append(board.Platforms, p)
		all.Platforms = append(all.Platforms, bot.PlatformView{Platform: p})
	}
	answer := board.Ask(all, words)
	near := answer.Nearest
	for _, view := range answer.Platforms {
		near = append(near, view.Platform)
	}
	var found []Entry
	for _, p := range near {
		e, _ := c.Find(p.ID)
		found = append(found, e)
	}
	return found
}

// described lists what an entry is found by.
func described(e Entry) []string {
	list := slices.Concat([]string{string(e.ID), e.Name, e.Publisher, e.Public}, e.Aliases, e.Areas)
	if len(e.Areas) == 0 {
		list = append(list, "national")
	}
	for _, check := range e.Checks {
		list = append(list, strings.TrimPrefix(check.URL, "https://"))
	}
	return list
}
