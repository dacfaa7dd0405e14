package locales

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// blanks are the forms as the desk makes them, without words.
func blanks() []bot.Form {
	var settings []bot.Field
	for _, name := range []string{"zone", "public", "langues", "silence", "week_ends", "vacances"} {
		settings = append(settings, bot.Field{Name: name})
	}
	settings[1].Choices = []bot.Choice{{Value: "familles"}, {Value: "enseignants"}, {Value: "équipe"}}
	settings[4].Choices = []bot.Choice{{Value: "oui"}, {Value: "non"}}
	return []bot.Form{
		{Action: bot.ActionSettings, Fields: settings},
		{Action: bot.ActionSubscribe, Fields: []bot.Field{{Name: "zone"}, {Name: "plateformes", Choices: []bot.Choice{{Value: "Pix", Label: "Pix"}}}}},
	}
}

// readForms reads what is written on the forms.
func readForms(g *reader) {
	for _, blank := range blanks() {
		f, err := g.r.Form(g.lang, blank)
		if err != nil {
			g.t.Fatal(err)
		}
		fmt.Fprintf(&g.b, "=== form %s\n%s\n", f.Action, f.Title)
		for _, field := range f.Fields {
			fmt.Fprintf(&g.b, "%s\n", field.Label)
			if field.Hint != "" {
				fmt.Fprintf(&g.b, "~ %s\n", field.Hint)
			}
			for _, c := range field.Choices {
				fmt.Fprintf(&g.b, "- %s\n", c.Label)
			}
		}
		fmt.Fprintf(&g.b, "[%s]\n\n", f.Send)
	}
}

// TestFormsAreShort keeps titles and what sends a form within what Slack shows, and leaves no field without a label.
func TestFormsAreShort(t *testing.T) {
	const most, choice = 24, 75 // https://docs.slack.dev/reference/views/modal-views, …/composition-objects/option-object
	r := renderer(t)
	for _, lang := range r.Languages() {
		for _, blank := range blanks() {
			f, err := r.Form(lang, blank)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{f.Title, f.Send} {
				if n := len([]rune(text)); n == 0 || n > most {
					t.Errorf("%s: %q has %d characters, want at most %d", lang, text, n, most)
				}
			}
			for _, field := range f.Fields {
				if strings.TrimSpace(field.Label) == "" {
					t.Errorf("%s: %s has no label", lang, field.Name)
				}
				for _, c := range field.Choices {
					if n := len([]rune(c.Label)); n == 0 || n > choice {
						t.Errorf("%s: %s: %q has %d characters, want at most %d", lang, field.Name, c.Label, n, choice)
					}
				}
			}
		}
	}
	if _, err := r.Form("tlh", blanks()[0]); !errors.Is(err, ErrLanguage) {
		t.Errorf("got %v, want ErrLanguage", err)
	}
	if _, err := r.Form("fr", bot.Form{Action: bot.ActionSettings, Fields: []bot.Field{{Name: "colour"}}}); err == nil {
		t.Error("a field without a text is accepted")
	}
}
