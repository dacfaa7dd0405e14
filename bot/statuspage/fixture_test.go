package statuspage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// source is a Source whose facts a test may change while the page reads them.
type source struct {
	mu        sync.Mutex
	overview  bot.Overview
	incidents []bot.Incident
	err       error
	reads     int
}

func (s *source) Overview(context.Context) (bot.Overview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return s.overview, s.err
}

func (s *source) Incidents(context.Context) ([]bot.Incident, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.incidents, s.err
}

func (s *source) change(f func(s *source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

var errDatabase = errors.New("database is locked")

func label(c bot.Condition) string {
	return map[bot.Condition]string{
		bot.NotYetKnown:     "pas encore vérifié",
		bot.Normal:          "fonctionne normalement",
		bot.Slowed:          "fonctionne lentement",
		bot.Partial:         "fonctionne en partie",
		bot.Unstable:        "fonctionne par moments",
		bot.LoginImpossible: "connexion impossible",
		bot.Saturated:       "saturé",
		bot.Unreachable:     "inaccessible",
		bot.Maintenance:     "maintenance prévue",
		bot.Suspended:       "suspendu par décision",
		bot.Closed:          "fermé",
		bot.Unverifiable:    "non vérifiable",
	}[c]
}

func paris(t testing.TB) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// morning is a school day with one platform in each condition.
func morning(t testing.TB) *source {
	location := paris(t)
	at := func(day, hour, minute int) time.Time { return time.Date(2027, 4, day, hour, minute, 20, 0, location) }
	now := at(6, 9, 12)
	view := func(id bot.PlatformID, name string, c bot.Condition, since time.Time, vantages int) bot.PlatformView {
		return bot.PlatformView{
			Platform: bot.Platform{ID: id, Name: name}, Condition: c, Since: since, CheckedAt: now.Add(-40 * time.Second),
			Every: time.Minute, Vantages: vantages,
		}
	}
	late := view("tchap", "Tchap", bot.Normal, at(2, 7, 0), 1)
	late.CheckedAt = at(6, 7, 2)
	waiting := view("pix", "Pix", bot.NotYetKnown, time.Time{}, 0)
	waiting.CheckedAt = time.Time{}
	return &source{
		overview: bot.Overview{
			Now: now, Place: bot.Place{Location: location, Name: "Paris"}, PageURL: "https://panneau.example/",
			Platforms: []bot.PlatformView{
				view("educonnect", "ÉduConnect", bot.Normal, at(1, 6, 0), 2),
				view("pronote", "Pronote", bot.Unreachable, at(6, 8, 5), 2),
				view("ecoledirecte", "ÉcoleDirecte", bot.Slowed, at(6, 9, 0), 1),
				view("cned-lycee", "Ma classe à la maison – lycée (Cned)", bot.Saturated, at(6, 8, 1), 3),
				view("ent-hdf", "ENT Hauts-de-France", bot.Partial, at(5, 17, 40), 2),
				view("monlycee", "MonLycée.net", bot.LoginImpossible, at(6, 8, 30), 2),
				view("parcoursup", "Parcoursup", bot.Maintenance, at(6, 6, 0), 2),
				view("messagerie-ent", "Messagerie des ENT", bot.Suspended, time.Date(2026, 12, 1, 18, 0, 0, 0, location), 1),
				view("cned-ecole", "Ma classe à la maison – école (Cned)", bot.Closed, at(1, 0, 0), 1),
				view("lumni", "Lumni", bot.Unverifiable, at(6, 8, 50), 1),
				waiting,
				late,
			},
		},
		incidents: []bot.Incident{
			{ID: 12, Platform: "pronote", Condition: bot.Unreachable, Before: bot.Slowed, Worst: bot.Unreachable,
				Since: at(6, 8, 5), OpenedAt: at(6, 8, 6), ChangedAt: at(6, 8, 20), Revision: 2, Reason: bot.ReasonTimeoutConnect},
			{ID: 9, Platform: "ent-hdf", Condition: bot.Partial, Before: bot.Unreachable, Worst: bot.Unreachable,
				Since: at(5, 17, 40), OpenedAt: at(5, 17, 41), ChangedAt: at(6, 7, 30), Revision: 3},
			{ID: 13, Platform: "cned-lycee", Condition: bot.Saturated, Worst: bot.Saturated,
				Since: at(6, 8, 1), OpenedAt: at(6, 8, 2), ChangedAt: at(6, 8, 2), Revision: 1},
			{ID: 8, Platform: "educonnect", Condition: bot.Normal, Before: bot.Unreachable, Worst: bot.Unreachable,
				Since: at(5, 10, 0), OpenedAt: at(5, 10, 1), ChangedAt: at(5, 11, 35), ResolvedAt: at(5, 11, 35), Revision: 2},
			{ID: 10, Platform: "staff-only", Condition: bot.Unreachable, Worst: bot.Unreachable, Since: at(6, 8, 0), Revision: 1},
		},
	}
}

// serene is a day on which everything works.
func serene(t testing.TB) *source {
	s := morning(t)
	for i := range s.overview.Platforms {
		v := &s.overview.Platforms[i]
		v.Condition, v.CheckedAt = bot.Normal, s.overview.Now.Add(-40*time.Second)
		v.Since = cmp.Or(v.Since, s.overview.Now.Add(-time.Hour))
	}
	s.incidents = nil
	return s
}

// blind is a morning on which nothing can be verified and nothing is known to be wrong.
func blind(t testing.TB) *source {
	s := serene(t)
	for i := range s.overview.Platforms {
		s.overview.Platforms[i].Condition = bot.Unverifiable
	}
	return s
}

// crowd has as many platforms as the catalogue, all with an incident.
func crowd(t testing.TB) *source {
	s := morning(t)
	s.overview.Platforms, s.incidents = nil, nil
	for i := range 71 {
		id := bot.PlatformID(fmt.Sprintf("ent-%d", i))
		since := s.overview.Now.Add(-time.Duration(i) * time.Minute)
		s.overview.Platforms = append(s.overview.Platforms, bot.PlatformView{
			Platform: bot.Platform{ID: id, Name: fmt.Sprintf("Espace numérique no %d", i)}, Condition: bot.Unreachable,
			Since: since, CheckedAt: s.overview.Now, Every: time.Minute, Vantages: 2,
		})
		s.incidents = append(s.incidents, bot.Incident{
			ID: bot.IncidentID(i + 1), Platform: id, Condition: bot.Unreachable, Worst: bot.Unreachable, Since: since, Revision: 1,
		})
	}
	return s
}

func newPage(s Source) *Page {
	return New(Config{Source: s, Label: label, Logger: slog.New(slog.DiscardHandler)})
}

// get asks the page; headers come in pairs.
func get(t testing.TB, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
