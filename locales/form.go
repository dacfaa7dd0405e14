package locales

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Form puts a form into words. The error wraps [ErrLanguage] for a language that Panneau does not have; a field or a choice
// without a text is an error too.
func (r *Renderer) Form(lang string, f bot.Form) (bot.Form, error) {
	w, err := r.newWriter(lang, "", bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		return bot.Form{}, fmt.Errorf("render form: %w", err)
	}
	f.Lang, f.Title, f.Send = lang, w.say("form."+string(f.Action)+".title", nil), w.say("form.send", nil)
	f.Fields = slices.Clone(f.Fields)
	for i, field := range f.Fields {
		f.Fields[i] = w.field(field)
	}
	if w.err != nil {
		return bot.Form{}, fmt.Errorf("render form: %w", w.err)
	}
	return f, nil
}

// field puts a field into words. What is said of a setting elsewhere is said of it here.
func (w *writer) field(f bot.Field) bot.Field {
	switch f.Name {
	case "zone":
		f.Label = w.say("label.area", nil)
	case "public":
		f.Label = w.say("label.readers", nil)
	case "langues":
		f.Label, f.Hint = w.say("label.languages", nil), w.say("form.langues.hint", nil)
	case "silence":
		f.Label, f.Hint = w.say("label.silence", nil), w.say("form.silence.hint", values{"Example": w.free("20 h - 7 h"), "Never": w.free("jamais")})
	case "plateformes":
		f.Label, f.Hint = w.say("form.plateformes", nil), w.say("form.plateformes.hint", nil)
	default:
		f.Label = w.say("form."+f.Name, nil)
	}
	f.Choices = slices.Clone(f.Choices)
	for i, c := range f.Choices {
		if c.Label == "" {
			f.Choices[i].Label = w.say("form.choice."+bot.Fold(c.Value), nil)
		}
	}
	return f
}
