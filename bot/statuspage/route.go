package statuspage

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	homePath         = "/"
	statusPath       = "/api/v1/status.json"
	historyPath      = "/api/v1/history/" // and the platform's id, and .json
	atomPath         = "/incidents.atom"
	rssPath          = "/incidents.rss"
	calendarPath     = "/maintenances.ics"
	incidentListPath = "/incidents"
	incidentsPath    = "/incidents/"   // and a number, and .json for the evidence
	platformsPath    = "/plateformes/" // and the platform's id, and .atom, .rss or .svg
)

func incidentPath(id bot.IncidentID) string { return fmt.Sprintf("%s%d", incidentsPath, id) }

func platformPath(id bot.PlatformID) string { return platformsPath + string(id) }

// routed reports whether the path may lead to a document once there are facts.
func routed(path string) bool {
	fixed := []string{homePath, incidentListPath, statusPath, atomPath, rssPath, calendarPath}
	return slices.Contains(fixed, path) || strings.HasPrefix(path, incidentsPath) ||
		strings.HasPrefix(path, platformsPath) || strings.HasPrefix(path, historyPath)
}

// forPrograms reports whether what stands at a path is for programs of any site.
func forPrograms(path string) bool {
	if strings.HasPrefix(path, "/api/") {
		return true
	}
	return slices.ContainsFunc([]string{".json", ".atom", ".rss", ".ics", ".svg"}, func(end string) bool {
		return strings.HasSuffix(path, end)
	})
}

// find returns the document at an address; nil where there is none. What is asked for again is found by one look.
func (p *Page) find(s *snapshot, path, query string) (*document, error) {
	if query == "" {
		if d := s.shelf.find(path); d != nil {
			return d, nil
		}
	}
	f, ok := p.filter(query)
	if !ok {
		return nil, nil
	}
	if strings.HasSuffix(path, ".json") {
		f.lang = 0 // what programs read is the same in every language
	}
	key := path + p.query(f)
	if d := s.shelf.find(key); d != nil {
		return d, nil
	}
	if name, found := strings.CutPrefix(path, incidentsPath); found {
		return p.findIncident(s, f, key, name)
	}
	if render := p.renderer(s.facts, path, f); render != nil {
		return s.shelf.put(key, f.chosen(path), render), nil
	}
	return nil, nil
}

// renderer returns what makes the document at a path; nil where there is none. There are as many documents as
// platforms, filters and listed incidents allow, and no more.
func (p *Page) renderer(f *facts, path string, q filter) func() *document {
	switch path {
	case homePath:
		return func() *document { return p.home(q.narrow(f), q) }
	case incidentListPath:
		return func() *document { return p.listing(q.narrow(f), q) }
	case statusPath:
		return func() *document { return p.status(q.narrow(f)) }
	case atomPath:
		return func() *document { return p.atom(q.narrow(f), p.feed(q)) }
	case rssPath:
		return func() *document { return p.rss(q.narrow(f), p.feed(q)) }
	case calendarPath:
		return func() *document { return p.calendar(q.narrow(f), q) }
	}
	if name, found := strings.CutPrefix(path, historyPath); found {
		id, isJSON := strings.CutSuffix(name, ".json")
		if view, known := f.known(id); known && isJSON {
			return func() *document { return p.history(f, q, view) }
		}
		return nil
	}
	if name, found := strings.CutPrefix(path, platformsPath); found {
		return p.platformRenderer(f, q, name)
	}
	return nil
}

// platformRenderer is renderer for what stands under a platform's path.
func (p *Page) platformRenderer(f *facts, q filter, name string) func() *document {
	id, end, _ := strings.Cut(name, ".")
	view, known := f.known(id)
	if !known || strings.HasSuffix(name, ".") {
		return nil
	}
	switch end {
	case "":
		return func() *document { return p.platform(f, q, view) }
	case "atom":
		return func() *document { return p.atom(f.of(id), p.platformFeed(q, view)) }
	case "rss":
		return func() *document { return p.rss(f.of(id), p.platformFeed(q, view)) }
	case "svg":
		return func() *document { return p.badge(f, q, view) }
	}
	return nil
}

func (f *facts) known(id string) (bot.PlatformView, bool) {
	i := slices.IndexFunc(f.overview.Platforms, func(v bot.PlatformView) bool { return string(v.Platform.ID) == id })
	if i < 0 {
		return bot.PlatformView{}, false
	}
	return f.overview.Platforms[i], true
}

// of is what the facts are of one platform.
func (f *facts) of(id string) *facts {
	some := *f
	some.incidents = slices.DeleteFunc(slices.Clone(f.incidents), func(i bot.Incident) bool { return string(i.Platform) != id })
	return &some
}

// findIncident returns an incident's page or evidence. Those that are not listed any more are read from the source, one
// at a time, and stand on a short shelf of their own: an address is permanent, memory is not.
func (p *Page) findIncident(s *snapshot, q filter, key, name string) (*document, error) {
	number, evidence := strings.CutSuffix(name, ".json")
	id := incidentID(number)
	if id < 1 || id > s.facts.newest {
		return nil, nil
	}
	incident, listed := s.facts.incident(id)
	file, err := p.files.find(id, incident.Revision)
	if errors.Is(err, bot.ErrNotFound) {
		return nil, nil
	}
	if err != nil && (evidence || !listed) {
		return nil, err
	}
	if !listed {
		if _, shown := s.facts.known(string(file.dossier.Incident.Platform)); !shown {
			return nil, nil
		}
	}
	switch {
	case err != nil: // the rest of the page is known
		return p.incident(s.facts, q, bot.Dossier{Incident: incident}), nil //nolint:nilerr // see above
	case evidence:
		return file.shelf.put(key, q.chosen(""), func() *document { return p.evidence(s.facts, file.dossier) }), nil
	case listed:
		dossier := file.dossier
		dossier.Incident = incident // it may be newer
		return s.shelf.put(key, q.chosen(""), func() *document { return p.incident(s.facts, q, dossier) }), nil
	default:
		return file.shelf.put(key, q.chosen(""), func() *document { return p.incident(s.facts, q, file.dossier) }), nil
	}
}

// incidentID reads a number as incidentPath writes it; 0 for anything else.
func incidentID(text string) bot.IncidentID {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return bot.IncidentID(id)
}

func (f *facts) incident(id bot.IncidentID) (bot.Incident, bool) {
	i := slices.IndexFunc(f.incidents, func(i bot.Incident) bool { return i.ID == id })
	if i < 0 {
		return bot.Incident{}, false
	}
	return f.incidents[i], true
}

// allow answers a browser's question whether a program of another site may read.
func (p *Page) allow(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Allow-Methods", "GET, HEAD")
	header.Set("Access-Control-Allow-Headers", "If-None-Match")
	header.Set("Access-Control-Max-Age", "86400")
	header.Set("Cache-Control", "public, max-age=86400")
	w.WriteHeader(http.StatusNoContent)
}
