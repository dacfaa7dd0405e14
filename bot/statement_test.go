package bot_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// TestTypedStatements: what an operator types is what will be read, or it is said which part would not be.
func TestTypedStatements(t *testing.T) {
	said := func(author, text, link string) bot.Statement {
		return bot.Statement{Author: author, Text: text, Link: link}
	}
	const link = "https://www.exemple.fr/communique"
	for name, c := range map[string]struct {
		said bot.Statement
		want string
		err  error
	}{
		"whole":          {said("le ministère", "La cause est connue.", link), "le ministère : « La cause est connue. » " + link, nil},
		"without a link": {said("le ministère", "Oui", ""), "le ministère : « Oui »", nil},
		"an article":     {said("Le maire", "Oui : non", ""), "Le maire : « Oui : non »", nil},
		"brackets":       {said("le maire (de Lille)", "[ces ENT] dépendent de… (12 h)", ""), "le maire (de Lille) : « [ces ENT] dépendent de… (12 h) »", nil},
		"no author":      {said("", "Oui", ""), "", bot.ErrAuthor},
		"a colon":        {said("le maire : un élu", "Oui", ""), "", bot.ErrAuthor},
		"selon":          {said("selon le maire", "Oui", ""), "", bot.ErrAuthor},
		"a time":         {said("le maire (12 h)", "Oui", ""), "", bot.ErrAuthor},
		"no such time":   {said("le maire (32 h)", "Oui", ""), "", bot.ErrAuthor},
		"an address":     {said("le maire https://exemple.fr", "Oui", ""), "", bot.ErrAuthor},
		"long author":    {said(strings.Repeat("é", 81), "Oui", ""), "", bot.ErrAuthor},
		"no text":        {said("le maire", " ", ""), "", bot.ErrText},
		"quoted":         {said("le maire", "il dit « oui »", ""), "", bot.ErrText},
		"marks":          {said("le maire", "« oui »", ""), "", bot.ErrText},
		"address inside": {said("le maire", "voir https://exemple.fr", ""), "", bot.ErrText},
		"long text":      {said("le maire", strings.Repeat("é", 401), ""), "", bot.ErrText},
		"http":           {said("le maire", "Oui", "http://exemple.fr"), "", bot.ErrLink},
		"two links":      {said("le maire", "Oui", "https://exemple.fr https://exemple.fr/a"), "", bot.ErrLink},
		"no link":        {said("le maire", "Oui", "exemple.fr"), "", bot.ErrLink},
	} {
		typed, err := c.said.Typed()
		if typed != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: typed %q, %v; want %q, %v", name, typed, err, c.want, c.err)
		}
	}
}
