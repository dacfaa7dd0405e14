package statuspage

import (
	"cmp"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// The evidence file of an incident, described in openapi.yaml. It names no chat and no machine of the operator's.
type (
	evidenceJSON struct {
		Incident  incidentJSON   `json:"incident"`
		Name      string         `json:"name"`
		Label     string         `json:"label"`
		Page      *string        `json:"page"`
		Revisions []revisionJSON `json:"revisions"`
		Said      []saidJSON     `json:"statements"`
		Notices   []noticesJSON  `json:"notices"`
		Verdicts  []verdictJSON  `json:"verdicts"`
	}
	revisionJSON struct {
		Revision  int64         `json:"revision"`
		At        *time.Time    `json:"at"`
		Condition string        `json:"condition"`
		Label     string        `json:"label"`
		Reason    bot.Reason    `json:"reason"`
		Because   []verdictJSON `json:"because"`
	}
	saidJSON struct {
		Revision int64             `json:"revision"`
		Kind     bot.StatementKind `json:"kind"`
		At       *time.Time        `json:"at"`
		Author   string            `json:"author"`
		Text     string            `json:"text"`
		Link     string            `json:"link"`
	}
	noticesJSON struct {
		Chat    string     `json:"chat"`
		Chats   int        `json:"chats"`
		Edits   int        `json:"edits"`
		Rings   int        `json:"rings"`
		Waiting int        `json:"waiting"`
		FirstAt *time.Time `json:"first_at"`
		LastAt  *time.Time `json:"last_at"`
	}
	verdictJSON struct {
		At        *time.Time  `json:"at"`
		Check     bot.CheckID `json:"check"`
		Vantage   string      `json:"vantage"`
		Outcome   string      `json:"outcome"`
		Reason    bot.Reason  `json:"reason"`
		Status    int         `json:"status,omitempty"`
		LatencyMS int64       `json:"latency_ms,omitempty"`
		Matched   string      `json:"matched,omitempty"`
	}
)

func (p *Page) evidence(f *facts, d bot.Dossier) *document {
	e := evidenceJSON{
		Incident: newIncidentJSON(d.Incident), Name: f.platform(d.Incident.Platform).Platform.Name,
		Label:     p.config.Label(defaultLanguage, d.Incident.Condition),
		Revisions: []revisionJSON{}, Said: []saidJSON{}, Notices: p.notices(d.Tallies), Verdicts: newVerdictsJSON(d.Verdicts),
	}
	if base := f.base(); base != "" {
		page := base + incidentPath(d.Incident.ID)
		e.Page = &page
	}
	for _, r := range d.Revisions {
		e.Revisions = append(e.Revisions, revisionJSON{
			Revision: r.Number, At: instant(r.At), Condition: conditionWord(r.Condition),
			Label: p.config.Label(defaultLanguage, r.Condition), Reason: r.Reason,
			Because: newVerdictsJSON(r.Because.Verdicts),
		})
	}
	for _, s := range d.Said {
		e.Said = append(e.Said, saidJSON{s.Revision, s.Kind, instant(s.At), s.Author, s.Text, s.Link})
	}
	return p.json(pageCache, e)
}

func newVerdictsJSON(verdicts []bot.Verdict) []verdictJSON {
	list := make([]verdictJSON, 0, len(verdicts))
	for _, v := range verdicts {
		list = append(list, verdictJSON{
			At: instant(v.At), Check: v.Check, Vantage: v.Vantage, Outcome: v.Outcome.String(), Reason: v.Reason,
			Status: v.Evidence.Status, LatencyMS: v.Evidence.Latency.Milliseconds(), Matched: v.Evidence.Matched,
		})
	}
	return list
}

// notices adds up what the accounts of each kind of chat told: the name of an account may name a school.
func (p *Page) notices(tallies []bot.Tally) []noticesJSON {
	sums := []noticesJSON{}
	for _, t := range tallies {
		chat := string(p.config.Chat(t.Account))
		i := slices.IndexFunc(sums, func(n noticesJSON) bool { return n.Chat == chat })
		if i < 0 {
			i = len(sums)
			sums = append(sums, noticesJSON{Chat: chat})
		}
		n := &sums[i]
		n.Chats, n.Edits, n.Rings, n.Waiting = n.Chats+t.Chats, n.Edits+t.Edits, n.Rings+t.Rings, n.Waiting+t.Waiting
		if first := instant(t.First); first != nil && (n.FirstAt == nil || first.Before(*n.FirstAt)) {
			n.FirstAt = first
		}
		if last := instant(t.Last); last != nil && (n.LastAt == nil || last.After(*n.LastAt)) {
			n.LastAt = last
		}
	}
	slices.SortFunc(sums, func(a, b noticesJSON) int { return cmp.Compare(a.Chat, b.Chat) })
	return sums
}
