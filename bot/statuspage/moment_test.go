package statuspage

import (
	"strings"
	"testing"
	"time"
)

const nbsp = "\u00a0"

func TestMoment(t *testing.T) {
	location := paris(t)
	now := time.Date(2027, 3, 28, 9, 12, 0, 0, location) // the morning on which the clock goes forward
	tests := []struct {
		at                        time.Time
		wantAt, wantSince, wantOf string
	}{
		{time.Date(2027, 3, 28, 8, 5, 0, 0, location), "à 8 h 05", "depuis 8 h 05", "de 8 h 05"},
		{time.Date(2027, 3, 28, 0, 0, 0, 0, location), "à 0 h", "depuis 0 h", "de 0 h"},
		{time.Date(2027, 3, 27, 22, 30, 0, 0, time.UTC), "hier à 23 h 30", "depuis hier à 23 h 30", "d’hier à 23 h 30"},
		{time.Date(2027, 3, 27, 23, 30, 0, 0, time.UTC), "à 0 h 30", "depuis 0 h 30", "de 0 h 30"},
		{time.Date(2027, 3, 1, 16, 0, 0, 0, location), "le 1er mars à 16 h", "depuis le 1er mars à 16 h", "du 1er mars à 16 h"},
		{
			time.Date(2026, 12, 31, 8, 5, 0, 0, location),
			"le 31 décembre 2026 à 8 h 05", "depuis le 31 décembre 2026 à 8 h 05", "du 31 décembre 2026 à 8 h 05",
		},
	}
	plain := func(s string) string { return strings.ReplaceAll(s, nbsp, " ") }
	for _, test := range tests {
		m := clock{lang: languages()[0], now: now, location: location}.moment(test.at)
		if plain(m.At) != test.wantAt || plain(m.Since) != test.wantSince || plain(m.Of) != test.wantOf {
			t.Errorf("%s: %q, %q, %q", test.at, m.At, m.Since, m.Of)
		}
		if back, err := time.Parse(machineTime, m.ISO); err != nil || !back.Equal(test.at.UTC()) {
			t.Errorf("%s: %q for machines", test.at, m.ISO)
		}
	}
	if m := (clock{lang: languages()[0], now: now, location: location}).moment(time.Time{}); m != nil {
		t.Errorf("the zero time is %+v", m)
	}
}

func TestLength(t *testing.T) {
	french := languages()[0]
	for d, want := range map[time.Duration]string{
		20 * time.Second: "moins d’une minute",
		12 * time.Minute: "12 min",
		time.Hour:        "1 h",
		95 * time.Minute: "1 h 35 min",
		24 * time.Hour:   "1 jour",
		51 * time.Hour:   "2 jours et 3 h",
		-5 * time.Minute: "moins d’une minute",
	} {
		if got := strings.ReplaceAll(french.length(d), nbsp, " "); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
