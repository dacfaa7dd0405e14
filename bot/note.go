package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Note is the language-free content of what a destination gets at a fixed time.
type Note struct {
	Kind     NoteKind
	Now      time.Time
	Place    Place
	Audience Audience
	PageURL  string         // the public page; empty where there is none
	Troubles []PlatformView // what is broken now; in the morning only what was told before today
	Noted    []PlatformView // what is no outage and worth knowing: suspended by decision, not verifiable
	Over     []Episode      // outages that ended since the note before, in the order of their beginnings
	Week     Week           // of a weekly note
	Days     []CriticalDay  // those to come before the next note
}

// Episode is an outage that is over.
type Episode struct {
	Platform    Platform
	Worst       Condition
	Since, Over time.Time
}

// Empty reports whether the note says nothing that a reader would miss.
func (n Note) Empty() bool {
	return len(n.Troubles) == 0 && len(n.Over) == 0 && len(n.Days) == 0 && len(n.Week.Lines) == 0
}

// Reporter finds what there is to say in a note, from what is written at that moment.
type Reporter struct {
	Store   Store
	Web     Web
	Quiet   *Quiet                       // knows the schools
	Every   map[PlatformID]time.Duration // how often each platform is checked
	Days    *CriticalDays                // nil for none
	PageURL string
}

// Note finds the content of a note, and whether it is to be sent without a sound: only the check of the morning may ring,
// where nothing else has since midnight. Worth is false where there is nothing to say.
func (r Reporter) Note(ctx context.Context, t NoteTask, now time.Time) (n Note, silent, worth bool, err error) {
	schools := r.Quiet.of(t.To.Rhythm.Zone)
	if schools == nil || len(t.To.Follows) == 0 {
		return n, true, false, nil
	}
	n = Note{Kind: t.Kind, Now: now, Place: t.To.Place, Audience: t.To.Audience, PageURL: r.PageURL}
	silent = true
	err = r.Store.View(ctx, func(tx Tx) (err error) {
		switch t.Kind {
		case NoteMorning:
			silent, err = r.morning(tx, &n, t, schools)
			return err
		case NoteEvening:
			return r.evening(tx, &n, t, schools)
		default:
			return r.weekly(tx, &n, t, schools)
		}
	})
	if err != nil {
		return n, silent, false, fmt.Errorf("find what the %s note for %s says: %w", t.Kind, t.Destination, err)
	}
	return n, silent, !n.Empty() || t.Kind == NoteEvening && t.To.Rhythm.Always, nil
}

// morning finds what the reader was told of before today and cannot use yet. What was told aloud today, at the end of the
// silence or since, is not repeated; nor does a reader who was rung today hear this.
func (r Reporter) morning(tx Tx, n *Note, t NoteTask, schools *calendar.Schools) (silent bool, err error) {
	midnight := calendar.DateOf(n.Now.In(schools.Clock())).At(0, schools.Clock())
	rung, err := tx.LastRung(t.Destination)
	if err != nil {
		return true, err
	}
	told, err := tx.Told(t.Destination)
	if err != nil {
		return true, err
	}
	for _, task := range told {
		if task.Delivery.HeardAt.Before(midnight) {
			n.Troubles = r.trouble(n.Troubles, task.Incident, task.CheckedAt, t.To, n.Now)
		}
	}
	return !rung.Before(midnight), nil
}

// trouble adds an incident that concerns a destination and goes on, as far as that was seen lately.
func (r Reporter) trouble(list []PlatformView, i Incident, checkedAt time.Time, to Destination, now time.Time) []PlatformView {
	if !i.Open() || !i.Condition.Outage() || !r.Web.touches(i, to) || !r.lately(i.Platform, checkedAt, now) {
		return list
	}
	return append(list, PlatformView{
		Platform: r.Web.Platform(i.Platform), Condition: i.Condition, Since: i.Since, CheckedAt: checkedAt,
		Reason: i.Reason, Evidence: i.Evidence,
	})
}

// lately reports whether a verdict is new enough to tell how a platform is.
func (r Reporter) lately(p PlatformID, at, now time.Time) bool {
	return now.Sub(at) <= max(stale, 2*r.Every[p])
}

// touches reports whether an incident concerns what a destination follows.
func (w Web) touches(i Incident, d Destination) bool {
	return slices.ContainsFunc(w.Reach(i)[d.Audience], func(p PlatformID) bool { return slices.Contains(d.Follows, p) })
}

// evening finds what was broken since the note before, told or not, and what still is.
func (r Reporter) evening(tx Tx, n *Note, t NoteTask, schools *calendar.Schools) error {
	standings, err := tx.Standings()
	if err != nil {
		return err
	}
	from := t.before(schools)
	incidents, err := tx.IncidentsSince(from)
	if err != nil {
		return err
	}
	checked := make(map[PlatformID]time.Time, len(standings))
	for _, s := range standings {
		checked[s.Platform] = s.CheckedAt
		if !r.lately(s.Platform, s.CheckedAt, n.Now) { // nobody knows
			s.Condition, s.Since = Unverifiable, s.CheckedAt
		}
		if slices.Contains(t.To.Follows, s.Platform) && s.Condition.noted() {
			n.Noted = append(n.Noted, PlatformView{
				Platform: r.Web.Platform(s.Platform), Condition: s.Condition, Since: s.Since, CheckedAt: s.CheckedAt,
			})
		}
	}
	for _, i := range incidents {
		n.Troubles = r.trouble(n.Troubles, i, checked[i.Platform], t.To, n.Now)
		if unseen := !r.lately(i.Platform, checked[i.Platform], n.Now) && !slices.Contains(t.To.Follows, i.Platform); i.Open() &&
			unseen && r.Web.touches(i, t.To) { // what it depends on
			n.Noted = append(n.Noted, PlatformView{
				Platform: r.Web.Platform(i.Platform), Condition: Unverifiable, Since: checked[i.Platform],
			})
		}
		if !i.Open() && r.Web.touches(i, t.To) {
			n.Over = append(n.Over, Episode{r.Web.Platform(i.Platform), i.Worst, i.Since, i.ResolvedAt})
		}
	}
	day := calendar.DateOf(t.At.In(schools.Clock()))
	n.Days = r.Days.Between(schools, t.To.Follows, day+1, nextSchoolDay(schools, day))
	return nil
}

// noted reports whether a condition that is no outage is worth a line: it explains what a reader sees, or does not.
func (c Condition) noted() bool { return c == Suspended || c == Maintenance || c == Unverifiable }

// lookBack is how far the evening note looks back at most: over a long weekend, to the last one before it.
const lookBack = 5 * 24 * time.Hour

// before is when the note of the kind before this one was due; a day before where there was none lately.
func (t NoteTask) before(schools *calendar.Schools) time.Time {
	before := t.At.Add(-24 * time.Hour)
	schedule, err := timing{t.Kind, t.To.Rhythm.Zone, t.To.Rhythm.spec(t.Kind)}.schedule(schools.Clock())
	if err != nil {
		return before
	}
	found := false
	for at := schedule.Next(t.At.Add(-lookBack)); !at.IsZero() && at.Before(t.At); at = schedule.Next(at) {
		if t.Kind.due(calendar.DateOf(at.In(schools.Clock())), schools) {
			before, found = at, true
		}
	}
	if !found {
		return t.At.Add(-24 * time.Hour)
	}
	return before
}

// nextSchoolDay is the first day after d on which there is class.
func nextSchoolDay(schools *calendar.Schools, d calendar.Date) calendar.Date {
	const farthest = 120 // days: more than any summer
	for next := d + 1; next < d+farthest; next++ {
		if schools.Day(next, calendar.AllLevels).School() {
			return next
		}
	}
	return d + 1
}
