package bot_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestFold(t *testing.T) {
	for typed, want := range map[string]string{
		"ÉduConnect": "educonnect", "  L\u2019ENT\u00a0: «\u202fNéo\u202f» ": "l ent neo", "Ari@ne.57": "ari ne 57",
		"": "", "مدرسة": "مدرسة", "ﬁn": "fin",
	} {
		if got := bot.Fold(typed); got != want {
			t.Errorf("Fold(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestAskForgivesTypingErrors(t *testing.T) {
	board := &bot.Board{Platforms: []bot.Platform{
		{ID: "pronote", Name: "Pronote"},
		{ID: "educonnect", Name: "ÉduConnect"},
		{ID: "cned-ecole", Name: "Ma classe à la maison – école (Cned)", Aliases: []string{"cned"}},
		{ID: "cned-college", Name: "Ma classe à la maison – collège (Cned)", Aliases: []string{"cned"}},
		{ID: "demo", Name: "ENT de démonstration"},
	}}
	var all bot.Overview
	for _, p := range board.Platforms {
		all.Platforms = append(all.Platforms, bot.PlatformView{Platform: p})
	}
	for typed, want := range map[string][]bot.PlatformID{
		"pronote": {"pronote"}, "PRONOTTE": {"pronote"}, "prnote": {"pronote"}, "prontoe": {"pronote"},
		"édu connect": {"educonnect"}, "educonect": {"educonnect"}, "cned": {"cned-ecole", "cned-college"},
		"ma classe à la maison": {"cned-ecole", "cned-college"}, "demontration": {"demo"}, "démo": {"demo"},
		"xyzzy": nil, "bonjour": nil, "": nil,
	} {
		var got []bot.PlatformID
		answer := board.Ask(all, typed)
		for _, view := range answer.Platforms {
			got = append(got, view.Platform.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", typed, diff)
		}
		if want == nil && len(answer.Nearest) == 0 {
			t.Errorf("%q: no suggestion", typed)
		}
	}
}

func FuzzAsk(f *testing.F) {
	f.Add("pronote d’ici")
	board := &bot.Board{Platforms: []bot.Platform{{ID: "pronote", Name: "Pronote"}, {ID: "ent", Name: "L’Éduc de Normandie"}}}
	f.Fuzz(func(t *testing.T, typed string) {
		if answer := board.Ask(bot.Overview{}, typed); answer.Asked != typed {
			t.Errorf("asked %q, answered %q", typed, answer.Asked)
		}
	})
}
