package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/locales"
)

// TestDocumentedWorkarounds keeps docs/fr/en-attendant.md as the data and the texts are; a workaround without a text in
// some language fails here too.
func TestDocumentedWorkarounds(t *testing.T) {
	const name = "../../docs/fr/en-attendant.md"
	want := workaroundsDocument(t)
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the data says: run « go test ./cmd/panneau -run Workarounds -update »", name)
	}
}

func workaroundsDocument(t *testing.T) string {
	t.Helper()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprint(&b, `# En attendant : ce que Panneau propose quand une plateforme ne fonctionne pas

<!-- Écrit par « go test ./cmd/panneau -run Workarounds -update » : modifiez checks/catalogue/data/workarounds.yaml et locales/texts. -->

Chaque avis en montre trois au plus, dans cet ordre ; `+"`/que_faire`"+` les donne toutes. Une action qui passe par une
plateforme n’apparaît que si la conversation suit cette plateforme, et que les contrôles la voient fonctionner, elle et ce
par quoi on y entre. Rien n’est proposé qui n’ait été employé ou documenté : les sources sont celles de
[SOURCES.md](../../checks/catalogue/SOURCES.md). Pour en masquer, ou ajouter les vôtres :
[configuration.md](configuration.md#en-attendant).

| identifiant | quand ne va pas | pour | par | texte | sources |
|---|---|---|---|---|---|
`)
	for _, w := range known.Workarounds.List {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", w.ID, grouped(known.Workarounds, w.Failing), readersOf(w.Readers),
			grouped(known.Workarounds, w.Through), workaroundText(t, w.ID), strings.Join(w.Sources, ", "))
	}
	fmt.Fprint(&b, "\nLes groupes, pour `failing` et `through` :\n\n")
	for _, name := range []string{"ent", "cned", "vie-scolaire"} {
		fmt.Fprintf(&b, "- `%s` : %s\n", name, listed(known.Workarounds.Groups[name]))
	}
	return b.String()
}

// workaroundText is the French text, once every language was found to have one.
func workaroundText(t *testing.T, id string) string {
	t.Helper()
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		if _, err := words.Text(lang, "workaround."+id, map[string]any{"Name": "…"}); err != nil {
			t.Error(err)
		}
	}
	text, err := words.Text("fr", "workaround."+id, map[string]any{"Name": "…"})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// grouped names the groups that a list is made of, and what is left.
func grouped(w catalogue.Workarounds, ids []bot.PlatformID) string {
	var words []string
	for _, name := range []string{"ent", "cned", "vie-scolaire"} {
		group := w.Groups[name]
		if slices.ContainsFunc(group, func(id bot.PlatformID) bool { return !slices.Contains(ids, id) }) {
			continue
		}
		words = append(words, "`"+name+"`")
		ids = slices.DeleteFunc(slices.Clone(ids), func(id bot.PlatformID) bool { return slices.Contains(group, id) })
	}
	if len(ids) > 0 {
		words = append(words, listed(ids))
	}
	return strings.Join(words, ", ")
}

func listed(ids []bot.PlatformID) string {
	var words []string
	for _, id := range ids {
		words = append(words, "`"+string(id)+"`")
	}
	return strings.Join(words, ", ")
}

func readersOf(list []bot.Audience) string {
	var words []string
	for _, a := range list {
		words = append(words, string(a))
	}
	return cmp.Or(strings.Join(words, ", "), "tous")
}

// TestENTAreKnown holds the group of the ENT to the catalogue: whatever serves an académie is one.
func TestENTAreKnown(t *testing.T) {
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range known.Platforms {
		if len(e.Areas) > 0 && !slices.Contains(known.Workarounds.Groups["ent"], e.ID) {
			t.Errorf("%s is missing from the group ent", e.ID)
		}
	}
}

// TestWorkaroundsOfAMorning follows one outage: what is offered goes when it fails too, and comes back with it.
func TestWorkaroundsOfAMorning(t *testing.T) {
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	var list []bot.Workaround
	for _, w := range known.Workarounds.List {
		list = append(list, w.Workaround)
	}
	var platforms []bot.Platform
	for _, e := range known.Platforms {
		platforms = append(platforms, e.Platform)
	}
	p := &bot.Planner{Web: bot.NewWeb(platforms), Workarounds: list, Store: sqliteIn(t, t.TempDir())}
	now := time.Date(2026, 11, 24, 8, 5, 0, 0, time.UTC)
	f := bot.Failure{
		Platform: "pronote", Condition: bot.Unreachable, Reader: bot.Families,
		Follows: []bot.PlatformID{"pronote", "enthdf", "educonnect"},
	}
	for _, test := range []struct {
		ent, entrance bot.Condition
		offered       bool
	}{
		{bot.Normal, bot.Normal, true},
		{bot.Unreachable, bot.Normal, false},
		{bot.Normal, bot.Unreachable, false},
		{bot.Normal, bot.Normal, true},
	} {
		now = now.Add(time.Minute)
		err := p.Store.Update(t.Context(), func(tx bot.Tx) error {
			return cmp.Or(
				tx.PutStanding(bot.Standing{Platform: "enthdf", Condition: test.ent, CheckedAt: now}),
				tx.PutStanding(bot.Standing{Platform: "educonnect", Condition: test.entrance, CheckedAt: now}),
			)
		})
		if err != nil {
			t.Fatal(err)
		}
		offered := slices.ContainsFunc(p.Offers(t.Context(), f, now), func(o bot.Offer) bool { return o.Through.ID == "enthdf" })
		if offered != test.offered {
			t.Errorf("the ENT is %s, its entrance %s: offered %v", test.ent, test.entrance, offered)
		}
	}
}
