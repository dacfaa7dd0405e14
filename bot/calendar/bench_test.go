package calendar_test

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

func BenchmarkEmbedded(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		embedded(b)
	}
}

func BenchmarkDay(b *testing.B) {
	s := schools(b, "Lille")
	first := calendar.On(2026, time.September, 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Day(first+calendar.Date(i%365), calendar.AllLevels)
	}
}

func BenchmarkQuietUntil(b *testing.B) {
	s := schools(b, "Lille")
	quiet := s.Quiet(calendar.DefaultQuietHours())
	moments := map[string]time.Time{
		"school-day": calendar.On(2026, time.November, 26).At(calendar.Hour(10, 0), s.Clock()),
		"night":      calendar.On(2026, time.November, 26).At(calendar.Hour(23, 0), s.Clock()),
		"summer":     calendar.On(2027, time.July, 4).At(calendar.Hour(10, 0), s.Clock()),
	}
	for name, t := range moments {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				quiet.Until(t)
			}
		})
	}
}

// TestAskingAllocatesNothing holds what a ledger asks for each chat and incident.
func TestAskingAllocatesNothing(t *testing.T) {
	s := schools(t, "Lille")
	quiet := s.Quiet(calendar.DefaultQuietHours())
	summer := calendar.On(2027, time.July, 4).At(calendar.Hour(10, 0), s.Clock())
	n := testing.AllocsPerRun(10, func() {
		s.Day(calendar.On(2027, time.May, 7), calendar.École)
		quiet.Until(summer)
		s.NextOpening(summer, calendar.Lycée)
	})
	if n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
