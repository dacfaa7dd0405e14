package statuspage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/locales"
)

// source is a Source whose facts a test may change while the page reads them.
type source struct {
	mu        sync.Mutex
	overview  bot.Overview
	incidents []bot.Incident
	dossiers  map[bot.IncidentID]bot.Dossier // of those in incidents, and of older ones
	hours     func(p bot.PlatformID, from, until time.Time) []bot.Hour
	err       error
	reads     int
	files     int // how often a dossier was read
	pasts     int // how often the hours of a platform were read
}

func (s *source) Dossier(_ context.Context, id bot.IncidentID) (bot.Dossier, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files++
	if s.err != nil {
		return bot.Dossier{}, s.err
	}
	d, found := s.dossiers[id]
	for _, i := range s.incidents {
		if i.ID == id {
			d.Incident, found = i, true
		}
	}
	if !found {
		return d, bot.ErrNotFound
	}
	return d, nil
}

func (s *source) Hours(_ context.Context, p bot.PlatformID, from, until time.Time) ([]bot.Hour, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pasts++
	if s.err != nil || s.hours == nil {
		return nil, s.err
	}
	return s.hours(p, from, until), nil
}

func (s *source) Overview(context.Context) (bot.Overview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	overview := s.overview
	overview.Platforms = slices.Clone(overview.Platforms)
	return overview, s.err
}

func (s *source) Incidents(context.Context) ([]bot.Incident, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.incidents), s.err
}

func (s *source) Said(_ context.Context, list []bot.Incident) (map[bot.IncidentID][]bot.Statement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := make(map[bot.IncidentID][]bot.Statement)
	for _, i := range list {
		if d := s.dossiers[i.ID]; i.Said > 0 {
			said[i.ID] = d.Said
		}
	}
	return said, s.err
}

func (s *source) change(f func(s *source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

var errDatabase = errors.New("database is locked")

// strict fails a test in which something could not be rendered, which readers would see as a page cut short.
type strict struct {
	t testing.TB
	slog.Handler
}

func (strict) Enabled(context.Context, slog.Level) bool { return true }

func (s strict) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "render") || strings.HasPrefix(r.Message, "write") {
		s.t.Helper()
		r.Attrs(func(a slog.Attr) bool { s.t.Error(r.Message, a); return true })
	}
	return nil
}

// configure gives a page the words and the calendar of the program.
func configure(t testing.TB, s Source) Config {
	t.Helper()
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	label := func(lang string, c bot.Condition) string {
		text, err := words.Condition(lang, c)
		if err != nil {
			t.Error(err)
		}
		return text
	}
	return Config{
		Source: s, Label: label, Renderer: words, Almanac: almanac, Logger: slog.New(strict{t, slog.DiscardHandler}),
		Chat: func(id bot.AccountID) bot.ChatPlatform {
			kind, _, _ := strings.Cut(string(id), "-")
			return bot.ChatPlatform(kind)
		},
	}
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
	s := &source{
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
	platforms := s.overview.Platforms
	platforms[3].Split = bot.Split{Condition: bot.Saturated, Count: 2, Of: 3}
	platforms[0].Split = bot.Split{Condition: bot.Unreachable, Count: 1, Of: 2}
	platforms[4].Platform.Areas, platforms[5].Platform.Areas = []string{"Lille", "Amiens"}, []string{"Paris", "Créteil", "Versailles"}
	platforms[9].Platform.Readers = []bot.Audience{bot.Teachers}
	platforms[1].Platform.URL = "https://www.index-education.com/fr/"
	platforms[6].Platform.Maintenances = []bot.Period{
		{From: at(6, 6, 0), To: at(6, 12, 0)}, {Start: cron.Every(7 * 24 * time.Hour), Length: 2 * time.Hour},
	}
	return keep(s)
}

// keep gives the morning what is kept of its incidents, one that is not listed any more, and 90 days of history.
func keep(s *source) *source {
	location := s.overview.Place.Location
	at := func(day, hour, minute int) time.Time { return time.Date(2027, 4, day, hour, minute, 20, 0, location) }
	s.dossiers = map[bot.IncidentID]bot.Dossier{
		12: {
			Revisions: []bot.Revision{
				{Number: 1, At: at(6, 8, 6), Condition: bot.Slowed, Reason: bot.ReasonSlow},
				{Number: 2, At: at(6, 8, 20), Condition: bot.Unreachable, Reason: bot.ReasonTimeoutConnect, Because: bot.Because{
					Verdicts: []bot.Verdict{
						{Check: "pronote/accueil", Platform: "pronote", Vantage: "lille", At: at(6, 8, 19), Outcome: bot.Down, Reason: bot.ReasonTimeoutConnect, Evidence: bot.Evidence{Address: "10.0.0.7:443", Detail: "dial tcp 10.0.0.7:443: i/o timeout"}},
					},
				}},
			},
			Tallies: []bot.Tally{
				{Account: "telegram-parents-du-college-jean-moulin", Chats: 40, Edits: 39, Rings: 40, Waiting: 1, First: at(6, 8, 6), Last: at(6, 8, 21)},
				{Account: "telegram-2", Chats: 2, First: at(6, 8, 7), Last: at(6, 8, 7)},
				{Account: "slack-equipe", Chats: 1, Edits: 1, First: at(6, 8, 6), Last: at(6, 8, 20)},
			},
			Verdicts: []bot.Verdict{
				{Check: "pronote/accueil", Platform: "pronote", Vantage: "lille", At: at(6, 8, 4), Outcome: bot.Up, Evidence: bot.Evidence{Status: 200, Latency: 340 * time.Millisecond}},
				{Check: "pronote/accueil", Platform: "pronote", Vantage: "lille", At: at(6, 8, 5), Outcome: bot.Down, Reason: bot.ReasonTimeoutConnect, Evidence: bot.Evidence{Address: "10.0.0.7:443", Detail: "dial tcp 10.0.0.7:443: i/o timeout"}},
			},
		},
		8: {Revisions: []bot.Revision{
			{Number: 1, At: at(5, 10, 1), Condition: bot.Unreachable, Reason: bot.ReasonDNS},
			{Number: 2, At: at(5, 11, 37), Condition: bot.Normal},
		}},
		3: {
			Incident: bot.Incident{
				ID: 3, Platform: "pronote", Condition: bot.Normal, Worst: bot.Saturated, Since: at(1, 8, 0), OpenedAt: at(1, 8, 1),
				ChangedAt: at(1, 9, 0), ResolvedAt: at(1, 9, 0), Revision: 2,
			},
			Revisions: []bot.Revision{{Number: 1, At: at(1, 8, 1), Condition: bot.Saturated}, {Number: 2, At: at(1, 9, 1), Condition: bot.Normal}},
		},
		4: {Incident: bot.Incident{ID: 4, Platform: "staff-only", Worst: bot.Unreachable, ResolvedAt: at(1, 9, 0), Revision: 2}},
	}
	s.hours = pastHours
	return s
}

// pastHours is a history in which every platform had a bad morning two days ago, Pronote a few more, one was slow, and
// one was first checked last week.
func pastHours(p bot.PlatformID, from, until time.Time) []bot.Hour {
	var list []bot.Hour
	for start := from.Truncate(time.Hour); start.Before(until); start = start.Add(time.Hour) {
		h := bot.Hour{Platform: p, Check: bot.CheckID(p + "/accueil"), Vantage: "lille", Start: start, Up: 60}
		age := int(until.Sub(start).Hours() / 24)
		switch {
		case p == "pix" || p == "lumni" && age > 7:
			continue
		case p == "pronote" && age%19 == 4 && start.Hour() < 9:
			h.Up, h.Down = 10, 50
		case p == "pronote" && age%17 == 6 && start.Hour() == 8:
			h.Up, h.Down = 50, 10
		case p == "ecoledirecte" && age%15 == 5:
			h.Up, h.Slow = 20, 40
		case age == 3 && start.Hour() == 10:
			h.Up, h.Down = 40, 20
		}
		list = append(list, h)
	}
	return list
}

// quoted is the morning on which people contradict each other about an incident, one that is over was told wrongly, and
// another is stated by an operator.
func quoted(t testing.TB) *source {
	s := morning(t)
	at := func(hour, minute int) time.Time {
		return s.overview.Now.Truncate(24 * time.Hour).Add(time.Duration(hour*60+minute) * time.Minute)
	}
	open, ended := s.dossiers[12], s.dossiers[8]
	open.Said = []bot.Statement{
		{Incident: 12, Revision: 3, Kind: bot.StatementClaim, At: at(6, 40), Author: "l'hébergeur", Text: "Nos serveurs n'ont <rien> & tout va bien.", Link: "https://hebergeur.example/point?a=1&b=2"},
		{Incident: 12, Revision: 4, Kind: bot.StatementClaim, At: at(6, 55), Author: "le ministère", Text: "La cause est un incendie chez l'hébergeur."},
		{Incident: 12, Revision: 5, Kind: bot.StatementClaim, At: at(7, 0), Text: "Les notes du trimestre ne sont pas perdues."},
	}
	ended.Said = []bot.Statement{{Incident: 8, Revision: 3, Kind: bot.StatementCorrection, At: at(7, 5), Text: "ÉduConnect est resté ouvert à La Réunion."}}
	for n := range 3 {
		open.Revisions = append(open.Revisions, bot.Revision{Number: int64(3 + n), At: at(7, n), Condition: bot.Unreachable})
	}
	ended.Revisions = append(ended.Revisions, bot.Revision{Number: 3, At: at(7, 5), Condition: bot.Normal})
	s.dossiers[12], s.dossiers[8] = open, ended
	for i := range s.incidents {
		switch incident := &s.incidents[i]; incident.ID {
		case 12:
			incident.Revision, incident.Said = 5, 3
		case 8:
			incident.Revision, incident.Said = 3, 1
		case 9:
			incident.Reason, incident.Stated = bot.ReasonStated, bot.Partial
		}
	}
	return s
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

// crowd has as many platforms as the catalogue, with names as long, all with an incident and some history.
func crowd(t testing.TB) *source {
	s := morning(t)
	s.overview.Platforms, s.incidents = nil, nil
	for i := range 71 {
		id := bot.PlatformID(fmt.Sprintf("plateforme-%d", i))
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

// ordinary is a day on which everything of the catalogue works. Each platform had difficulties on days of its own, the
// last incidents are over, maintenances are announced, and one is seen to be down from one of two places.
func ordinary(t testing.TB) *source {
	s := crowd(t)
	for i := range s.overview.Platforms {
		v := &s.overview.Platforms[i]
		v.Condition, v.Since = bot.Normal, s.overview.Now.AddDate(0, 0, -2-i%40)
		v.CheckedAt = s.overview.Now.Add(-time.Duration(i%5) * time.Minute)
		if i < maxPlanned {
			v.Platform.Maintenances = []bot.Period{{From: s.overview.Now.AddDate(0, 0, 1), To: s.overview.Now.AddDate(0, 0, 2)}}
		}
		incident := &s.incidents[i]
		incident.Condition, incident.Since = bot.Normal, v.Since.Add(-time.Hour)
		incident.OpenedAt, incident.ChangedAt, incident.ResolvedAt = incident.Since, v.Since, v.Since
		incident.Revision = 2
	}
	s.overview.Platforms[7].Split = bot.Split{Condition: bot.Unreachable, Count: 1, Of: 2}
	s.hours = ownPasts
	return s
}

// storm is an ordinary day on which everything fails at once.
func storm(t testing.TB) *source {
	s := crowd(t)
	s.hours = ownPasts
	return s
}

// ownPasts is pastHours with four or five bad mornings more, on other days for each platform.
func ownPasts(p bot.PlatformID, from, until time.Time) []bot.Hour {
	list := pastHours(p, from, until)
	_, number, _ := strings.Cut(string(p), "-")
	own, _ := strconv.Atoi(number)
	for i := range list {
		age := int(until.Sub(list[i].Start).Hours() / 24)
		if h := &list[i]; age%17 == own%17 && h.Start.Hour() == 8 {
			h.Up, h.Down = 60-own%50, own%50
		}
	}
	return list
}

func newPage(t testing.TB, s Source) *Page {
	t.Helper()
	return New(configure(t, s))
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
