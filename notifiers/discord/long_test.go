package discord_test

import (
	"fmt"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// long is a message that fits into no single one of Discord's.
func long() bot.Message {
	m := bulletin()
	m.Sections = nil
	for i := range 20 {
		m.Sections = append(m.Sections, bot.Section{
			Heading: fmt.Sprintf("Plateforme %d", i+1),
			Text:    []string{strings.Repeat("Une phrase que l’on lit en entier. ", 20)},
		})
	}
	return m
}
