package trace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/trace"
)

// TestWhatIsWrittenIsRead writes a day that was recorded, over midnight and with a maintenance that comes back, and reads
// it again.
func TestWhatIsWrittenIsRead(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2021, 4, 6, 0, 0, 0, 0, paris)
	at := start.Add
	day := &trace.Trace{
		Title: "Un jour.", Start: start, End: at(30 * time.Hour), Checks: map[bot.PlatformID][]string{"ent": {"accueil", "connexion"}, "pronote": {"accueil"}},
		Platforms: []bot.Platform{
			{ID: "ent", Name: "Mon ENT", OnDemand: true, Shares: []string{"hebergeur"}, Ahead: time.Hour,
				DependsOn:    []bot.Dependency{{On: "pronote", Readers: []bot.Audience{bot.Families}}},
				Maintenances: []bot.Period{{From: at(2 * time.Hour), To: at(26 * time.Hour)}, {From: at(-48 * time.Hour), To: at(-24 * time.Hour)}}},
			{ID: "pronote", Name: "pronote"},
		},
		Chats: []bot.Destination{{Address: bot.Address{Channel: "familles"}, Audience: bot.Families, Follows: []bot.PlatformID{"ent", "pronote"}}},
		Seen: []bot.Verdict{
			{Check: "ent/accueil", Platform: "ent", Vantage: trace.Here, At: at(8*time.Hour + 250*time.Millisecond), Outcome: bot.Up, Evidence: bot.Evidence{Latency: 80 * time.Millisecond, Status: 200, Address: "[2001:db8::7]:443"}},
			{Check: "ent/connexion", Platform: "ent", Vantage: trace.Here, At: at(26 * time.Hour), Outcome: bot.Down, Reason: bot.ReasonServerError, Evidence: bot.Evidence{Status: 503, RetryIn: time.Minute}},
			{Check: "pronote/accueil", Platform: "pronote", Vantage: trace.Here, At: at(27 * time.Hour), Reason: bot.ReasonOwnNetwork},
		},
		Told: []trace.Decision{{At: at(26*time.Hour + time.Second), Platform: "ent", Condition: bot.Unreachable, Reason: bot.ReasonServerError}},
	}
	var text strings.Builder
	if err := day.Write(&text); err != nil {
		t.Fatal(err)
	}
	read, err := trace.Read(strings.NewReader(text.String()), "jour.trace")
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	want := day.Platforms
	want[0].Maintenances = want[0].Maintenances[:1] // the other one is not of this day
	for _, diff := range []string{
		cmp.Diff(day.Seen, read.Seen), cmp.Diff(day.Told, read.Told), cmp.Diff(want, read.Platforms), cmp.Diff(day.Checks, read.Checks),
		cmp.Diff(day.End, read.End), cmp.Diff(day.Title, read.Title),
		cmp.Diff(day.Chats, read.Chats, cmpopts.IgnoreFields(bot.Destination{}, "ID", "Account", "Place", "Languages")),
	} {
		if diff != "" {
			t.Errorf("%s\n%s", diff, text.String())
		}
	}
}

// TestBadTraces: what cannot be read is named with its line and what to do.
func TestBadTraces(t *testing.T) {
	const head = "start 2021-04-06 08:00 Europe/Paris\nplatform ent\n"
	for _, test := range []struct {
		text, says string
		line       int
	}{
		{"", "le début manque", 0},
		{head, "la fin manque", 2},
		{head + "07:00 end", "la fin ne vient pas après le début", 3},
		{"start 2021-04-06 08:00", "il manque quelque chose après \"start\"", 1},
		{"start 2021-04-06 08:00 Mars/Olympus\n", "le fuseau \"Mars/Olympus\" est inconnu", 1},
		{"start hier 08:00 Europe/Paris\n", "n’est pas un jour et une heure", 1},
		{"08:00 ent up\n", "l’heure n’a pas encore de jour", 1},
		{"platform ent open 08:00 09:00\n", "l’heure n’a pas encore de jour", 1},
		{head + "plateforme ent\n", "le mot \"plateforme\" est inconnu", 3},
		{head + "platform b colour\n", "le mot \"colour\" d’une plateforme est inconnu", 3},
		{head + "platform b needs\n", "il manque quelque chose après \"needs\"", 3},
		{head + "platform b for families\n", "« for » ne suit pas « needs »", 3},
		{head + "every soon\n", "\"soon\" n’est pas une durée", 3},
		{head + "08:00:99 ent up\n", "\"08:00:99\" n’est pas une heure", 3},
		{head + "08:00:00:00:00 ent up\n", "n’est pas une heure", 3},
		{head + "08:00\n", "il n’y a rien après l’heure", 3},
		{head + "08:00 ent\n", "il manque ce que les contrôles rencontrent", 3},
		{head + "08:00 ent broken\n", "le mot \"broken\" est inconnu ici", 3},
		{head + "08:00 ent flap\n", "\"\" n’est pas une durée", 3},
		{head + "08:00 ent flap 0s\n", "\"0s\" n’est pas une durée", 3},
		{head + "08:00 @lyon ent up\n", "le lieu \"lyon\" est inconnu", 3},
		{head + "08:00 saw ent up -\n", "\"ent\" n’est pas le nom d’un contrôle", 3},
		{head + "08:00 saw ent/a well -\n", "le résultat \"well\" est inconnu", 3},
		{head + "08:00 saw ent/a up - took\n", "il manque quelque chose après \"took\"", 3},
		{head + "08:00 told ent broken -\n", "l’état \"broken\" est inconnu", 3},
		{head + "chat parents pupils ent\n", "le public \"pupils\" est inconnu", 3},
		{head + "outage ent broken 08:00 09:00\n", "l’état \"broken\" est inconnu", 3},
		{head + "rings parents many\n", "\"many\" n’est pas un nombre", 3},
		{head + "08:00 pronote up\n09:00 end\n", "la plateforme \"pronote\" n’est décrite nulle part", 4},
		{"start 1999-04-06 08:00 Europe/Paris\n09:00 end\n", "trop ancien", 2},
	} {
		_, err := trace.Read(strings.NewReader(test.text), "jour.trace")
		var wrong *trace.LineError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if wrong.File != "jour.trace" || wrong.Line != test.line || !strings.Contains(wrong.Problem, test.says) || wrong.Remedy == "" {
			t.Errorf("%q: %v, want %q in line %d", test.text, wrong, test.says, test.line)
		}
	}
}

// FuzzRead: no text makes the reader panic, every error says what to do, and what was read can be written.
func FuzzRead(f *testing.F) {
	f.Add("start 2021-04-06 08:00 Europe/Paris\nplatform ent checks a,b needs c for families open 08:00 1d09:00\n08:00 saw ent/a up - took 80ms\n09:00 end\n")
	f.Add("start 2021-04-06 08:00 UTC\nplatform ent\n08:00 @lyon ent flap 2m\n")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := trace.Read(strings.NewReader(text), "f.trace")
		if err != nil {
			if _, explained := errors.AsType[*trace.LineError](err); !explained {
				t.Fatalf("%v", err)
			}
			return
		}
		var written strings.Builder
		if err := first.Write(&written); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCompare(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	d := func(s int, c bot.Condition) trace.Decision {
		return trace.Decision{At: at(s), Platform: "ent", Condition: c}
	}
	then := []trace.Decision{d(0, bot.Unreachable), d(100, bot.Normal), d(200, bot.Unreachable), d(9000, bot.Normal)}
	now := []trace.Decision{d(1, bot.Unreachable), d(130, bot.Normal), d(300, bot.Slowed), d(20000, bot.Normal)}
	want := []trace.Difference{
		{Then: d(100, bot.Normal), Now: d(130, bot.Normal)}, {Then: d(200, bot.Unreachable)}, {Then: d(9000, bot.Normal)},
		{Now: d(300, bot.Slowed)}, {Now: d(20000, bot.Normal)},
	}
	if diff := cmp.Diff(want, trace.Compare(then, now, time.Hour, 2*time.Second)); diff != "" {
		t.Error(diff)
	}
}
