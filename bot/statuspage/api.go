package statuspage

import (
	"encoding/json"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// The answer of /api/v1/status.json, described in openapi.yaml. Times are in UTC.
type (
	statusJSON struct {
		AsOf      *time.Time     `json:"as_of"`
		Doubt     *doubt         `json:"doubt"`
		Platforms []platformJSON `json:"platforms"`
		Incidents []incidentJSON `json:"incidents"`
	}
	platformJSON struct {
		ID           bot.PlatformID  `json:"id"`
		Name         string          `json:"name"`
		Condition    string          `json:"condition"`
		Label        string          `json:"label"`
		Outage       bool            `json:"outage"`
		Current      bool            `json:"current"`
		Since        *time.Time      `json:"since"`
		CheckedAt    *time.Time      `json:"checked_at"`
		EverySeconds int             `json:"every_seconds"`
		Vantages     int             `json:"vantages"`
		Split        *splitJSON      `json:"split"`
		Incident     *bot.IncidentID `json:"incident"`
	}
	splitJSON struct {
		Condition string `json:"condition"`
		Count     int    `json:"count"`
		Of        int    `json:"of"`
	}
	incidentJSON struct {
		ID         bot.IncidentID `json:"id"`
		Platform   bot.PlatformID `json:"platform"`
		Condition  string         `json:"condition"`
		Worst      string         `json:"worst"`
		Open       bool           `json:"open"`
		Revision   int64          `json:"revision"`
		Since      *time.Time     `json:"since"`
		OpenedAt   *time.Time     `json:"opened_at"`
		ChangedAt  *time.Time     `json:"changed_at"`
		ResolvedAt *time.Time     `json:"resolved_at"`
		Path       string         `json:"path"`
	}
)

func (p *Page) status(f *facts) *document { return p.json(pageCache, p.statusJSON(f)) }

// json writes a value as it stands in openapi.yaml.
func (p *Page) json(cache string, value any) *document {
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		p.config.Logger.Error("write JSON", "err", err)
	}
	return p.open("application/json", cache, append(body, '\n'))
}

func (p *Page) statusJSON(f *facts) statusJSON {
	s := statusJSON{AsOf: instant(f.asOf()), Platforms: []platformJSON{}, Incidents: []incidentJSON{}}
	if f.doubt != "" {
		s.Doubt = &f.doubt
	}
	open := make(map[bot.PlatformID]*bot.IncidentID)
	for _, incident := range f.sorted() {
		s.Incidents = append(s.Incidents, newIncidentJSON(incident))
		if incident.Open() {
			open[incident.Platform] = &incident.ID
		}
	}
	for _, view := range f.overview.Platforms {
		platform := p.platformJSON(f, view)
		platform.Incident = open[view.Platform.ID]
		s.Platforms = append(s.Platforms, platform)
	}
	return s
}

// asOf is the newest check, or with a doubt when everything could last be seen.
func (f *facts) asOf() time.Time {
	if f.doubt != "" {
		return f.seen
	}
	var newest time.Time
	for _, view := range f.overview.Platforms {
		if view.CheckedAt.After(newest) {
			newest = view.CheckedAt
		}
	}
	return newest
}

func (p *Page) platformJSON(f *facts, v bot.PlatformView) platformJSON {
	return platformJSON{
		ID: v.Platform.ID, Name: v.Platform.Name, Condition: conditionWord(v.Condition),
		Label: p.config.Label(defaultLanguage, v.Condition), Outage: v.Condition.Outage(), Current: f.current(v),
		Since: instant(v.Since), CheckedAt: instant(v.CheckedAt), EverySeconds: int(v.Every / time.Second),
		Vantages: v.Vantages, Split: newSplitJSON(v.Split),
	}
}

// newSplitJSON is how places disagree; nil where they agree.
func newSplitJSON(s bot.Split) *splitJSON {
	if s == (bot.Split{}) {
		return nil
	}
	return &splitJSON{Condition: conditionWord(s.Condition), Count: s.Count, Of: s.Of}
}

func newIncidentJSON(i bot.Incident) incidentJSON {
	return incidentJSON{
		ID: i.ID, Platform: i.Platform, Condition: conditionWord(i.Condition), Worst: conditionWord(i.Worst),
		Open: i.Open(), Revision: i.Revision, Since: instant(i.Since), OpenedAt: instant(i.OpenedAt),
		ChangedAt: instant(i.ChangedAt), ResolvedAt: instant(i.ResolvedAt), Path: incidentPath(i.ID),
	}
}

// conditionWord is the condition's word, also where it is empty.
func conditionWord(c bot.Condition) string {
	if c == bot.NotYetKnown {
		return "not_yet_known"
	}
	return string(c)
}

// instant is null for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
