package config

import (
	"errors"
	"testing"
	"time"
)

func TestParseScheduleRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"TZ=UTC":                    "fuseau horaire dans l’expression",
		"CRON_TZ=":                  "fuseau horaire dans l’expression",
		"TZ=Europe/Paris 0 7 * * *": "fuseau horaire dans l’expression",
		"":                          "horaire incorrect",
		"* * * *":                   "horaire incorrect",
		"*/5 * * * * *":             "horaire incorrect",
		"0 7 * * 7":                 "horaire incorrect",
		"60 * * * *":                "horaire incorrect",
		"@every":                    "horaire incorrect",
		"@every soon":               "horaire incorrect",
		"@reboot":                   "horaire incorrect",
		"@every 9s":                 "horaire trop fréquent",
		"@every 1ms":                "horaire trop fréquent",
		"@every -1h":                "horaire trop fréquent",
		"0 0 31 2 *":                "cet horaire ne désigne aucune date",
		"0 0 31 4,6,9,11 *":         "cet horaire ne désigne aucune date",
	} {
		_, err := ParseSchedule(spec, time.UTC)
		got, ok := errors.AsType[scheduleError](err)
		if !ok || got.text != want || got.remedy == "" {
			t.Errorf("%q: got the error %v, want %q with a remedy", spec, err, want)
		}
	}
}

func TestParseScheduleFollowsItsClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	for spec, want := range map[string]time.Time{
		"5 8 * * 1-5":  time.Date(2026, time.November, 24, 7, 5, 0, 0, time.UTC),
		"@daily":       time.Date(2026, time.November, 23, 23, 0, 0, 0, time.UTC),
		"@every 10s":   from.Add(10 * time.Second),
		"@every 1m30s": from.Add(90 * time.Second),
		"0 0 29 2 *":   time.Date(2028, time.February, 28, 23, 0, 0, 0, time.UTC),
	} {
		s, err := ParseSchedule(spec, paris)
		if err != nil {
			t.Errorf("%q: %v", spec, err)
			continue
		}
		if got := s.Next(from); !got.Equal(want) {
			t.Errorf("%q: the next time is %v, want %v", spec, got, want)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, spec := range []string{"@every 1m", "TZ=UTC", "*/5 7-20 * * 1-5", "0 0 31 2 *", "@every 99999999h", "? ? ? ? ?"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := ParseSchedule(spec, time.UTC)
		if err != nil {
			return
		}
		now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
		if next := s.Next(now); next.Before(now) {
			t.Errorf("%q runs at %v, before now", spec, next)
		}
	})
}
