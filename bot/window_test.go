package bot

import (
	"strings"
	"testing"
	"time"
)

// TestWindowIn reads beginnings and ends on a Friday at noon in Paris.
func TestWindowIn(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, paris)
	const layout = "2006-01-02 15:04"
	for typed, want := range map[string][3]string{
		"demain 18h 20h":                      {"2026-11-28 18:00", "2026-11-28 20:00"},
		"demain 18 h 20 h":                    {"2026-11-28 18:00", "2026-11-28 20:00"},
		"demain 18 h 30 20 h 15":              {"2026-11-28 18:30", "2026-11-28 20:15"},
		"demain de 18h30 à 20h mise à jour":   {"2026-11-28 18:30", "2026-11-28 20:00", "mise à jour"},
		"28/11 18h-20h mise à jour":           {"2026-11-28 18:00", "2026-11-28 20:00", "mise à jour"},
		"28/11 18h-20h : mise à jour":         {"2026-11-28 18:00", "2026-11-28 20:00", "mise à jour"},
		"28/11 18:30–20:00, « Mise à jour. »": {"2026-11-28 18:30", "2026-11-28 20:00", "« Mise à jour. »"},
		"18h 20h":                                 {"2026-11-27 18:00", "2026-11-27 20:00"},
		"8h 10h":                                  {"2026-11-28 08:00", "2026-11-28 10:00"},
		"22h 6h":                                  {"2026-11-27 22:00", "2026-11-28 06:00"},
		"aujourd’hui 20h 24h":                     {"2026-11-27 20:00", "2026-11-28 00:00"},
		"après-demain 9h jusqu’à 12h":             {"2026-11-29 09:00", "2026-11-29 12:00"},
		"28/11 22h 29/11 6h":                      {"2026-11-28 22:00", "2026-11-29 06:00"},
		"du 28/11 22h au 29/11 6h":                {"2026-11-28 22:00", "2026-11-29 06:00"},
		"4/1 9h 10h":                              {"2027-01-04 09:00", "2027-01-04 10:00"},
		"4/1/2027 9h 10h":                         {"2027-01-04 09:00", "2027-01-04 10:00"},
		"2026-11-28T18:00 2026-11-28T20:00":       {"2026-11-28 18:00", "2026-11-28 20:00"},
		"2026-11-28 18:00 20:00 Mise à jour":      {"2026-11-28 18:00", "2026-11-28 20:00", "Mise à jour"},
		"2026-11-28T18:00:00 2026-11-28T20:00:00": {"2026-11-28 18:00", "2026-11-28 20:00"},
		"2026-11-28T18:00:00+01:00 2026-11-28T19:00:00Z fini": {"2026-11-28 18:00", "2026-11-28 20:00", "fini"},
		"20/11 18h 20h":              {"2026-11-20 18:00", "2026-11-20 20:00"}, // over: whoever asks says so
		"demain 18h 20h 30 élèves":   {"2026-11-28 18:00", "2026-11-28 20:30", "élèves"},
		"":                           {},
		"demain":                     {},
		"demain 18h":                 {},
		"demain 25h 26h":             {},
		"demain 18h75 20h":           {},
		"31/2 18h 20h":               {},
		"28/13 18h 20h":              {},
		"2026-02-31T18:00 20:00":     {},
		"18 20":                      {},
		"mise à jour demain 18h 20h": {},
		"demain 18h vingt heures":    {},
	} {
		from, to, rest, ok := windowIn(typed, now)
		if ok != (want[0] != "") {
			t.Errorf("%q: %v, %v – %v", typed, ok, from, to)
			continue
		}
		if got := [3]string{from.Format(layout), to.Format(layout), rest}; ok && got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// TestWindowOverTheClock: an end is by the clock that people read, on the nights on which it changes too.
func TestWindowOverTheClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	from, to, _, ok := windowIn("28/3 22h 6h", time.Date(2027, 3, 20, 12, 0, 0, 0, paris))
	if !ok || to.Sub(from) != 8*time.Hour {
		t.Errorf("%v, %v – %v", ok, from, to)
	}
	from, to, _, ok = windowIn("27/3 22h 6h", time.Date(2027, 3, 20, 12, 0, 0, 0, paris)) // the night is an hour shorter
	if !ok || to.Sub(from) != 7*time.Hour {
		t.Errorf("%v, %v – %v", ok, from, to)
	}
}

// FuzzWindowIn reads anything: what is understood is in order where no day says otherwise, and what follows was typed.
func FuzzWindowIn(f *testing.F) {
	for _, seed := range []string{
		"demain 18h 20h", "28/11 de 22 h à 6 h fini", "2026-11-28T18:00 2026-11-28T20:00", "18 h 30 20 h 15", "24h 24h", "31/12/9999 0h 24h",
		"99/99/0000 99h99 99h99", "à à, à", "\xff 18h\xff 20h", "demain\u00a018\u202fh 20 h",
	} {
		f.Add(seed)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, paris)
	f.Fuzz(func(t *testing.T, typed string) {
		from, to, rest, ok := windowIn(typed, now)
		switch {
		case !ok && rest != typed:
			t.Errorf("%q: %q follows", typed, rest)
		case ok && !strings.HasSuffix(strings.TrimSpace(typed), rest) && !strings.HasSuffix(typed, rest):
			t.Errorf("%q: %q follows", typed, rest)
		case ok && !strings.ContainsAny(typed, "/-ain") && (!from.After(now) || !to.After(from)):
			t.Errorf("%q: %v – %v", typed, from, to)
		}
	})
}
