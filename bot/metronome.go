package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// metronome writes down which notes of an account's destinations are due. What is written is sent by the speaker.
type metronome struct {
	account AccountID
	store   Store
	quiet   *Quiet
	lease   *Lease
	look    time.Duration // how often the destinations are read
	wake    func()
	log     *slog.Logger

	read   time.Time // when the destinations were
	groups []*beat
}

// beat is the destinations that get the same kind of note at the same time.
type beat struct {
	timing

	schools  *calendar.Schools
	schedule cron.Schedule
	next     time.Time // zero: never again
	to       []Destination
}

const (
	// metronomeLook is how often at least the clock is looked at: it may have been put forward, or the machine asleep.
	metronomeLook = time.Minute
	// rhythmsLook is how often the destinations are read for schedules that were changed.
	rhythmsLook = 5 * time.Minute
)

// run beats until ctx ends.
func (m *metronome) run(ctx context.Context) {
	for ok := true; ok; {
		now := time.Now().Round(0)
		if m.read.IsZero() || now.Sub(m.read).Abs() >= max(m.look, rhythmsLook) {
			m.tune(ctx, now)
		}
		next := now.Add(metronomeLook)
		for _, g := range m.groups {
			m.beat(ctx, g, now)
			if !g.next.IsZero() && g.next.Before(next) {
				next = g.next
			}
		}
		ok = pause(ctx, max(time.Until(next), time.Millisecond))
	}
}

// tune reads who gets what when. What fell due while nobody looked is made up for as far as it is of use.
func (m *metronome) tune(ctx context.Context, now time.Time) {
	var all []Destination
	err := m.store.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Destinations()
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			m.log.Error("read when notes are due", "err", err)
		}
		return
	}
	from := m.read
	m.read, m.groups = now, nil
	known := make(map[timing]*beat)
	for _, d := range all {
		if d.Account != m.account || len(d.Follows) == 0 {
			continue
		}
		for _, kind := range NoteKinds() {
			t := timing{kind, d.Rhythm.Zone, d.Rhythm.spec(kind)}
			if t.zone == "" || t.spec == "" {
				continue
			}
			if known[t] == nil {
				known[t] = m.begin(t, from, now)
			}
			known[t].to = append(known[t].to, d)
		}
	}
}

// begin makes the beat of a timing. Where the destinations were read before, what was due then was seen to.
func (m *metronome) begin(t timing, from, now time.Time) *beat {
	b := &beat{timing: t, schools: m.quiet.of(t.zone)}
	m.groups = append(m.groups, b)
	if b.schools == nil {
		m.log.Error("notes for a zone that there is not", "zone", t.zone)
		return b
	}
	schedule, err := t.schedule(b.schools.Clock())
	if err != nil {
		m.log.Error("plan notes", "err", err)
		return b
	}
	if earliest := now.Add(-t.kind.grace()); from.Before(earliest) || from.After(now) {
		from = earliest
	}
	b.schedule, b.next = schedule, schedule.Next(from)
	return b
}

// beat writes the notes of a group down whose time has come: of several times that were missed, the last one's.
func (m *metronome) beat(ctx context.Context, b *beat, now time.Time) {
	var at time.Time
	for next := b.next; !next.IsZero() && !next.After(now); next = b.schedule.Next(next) {
		at = next
	}
	if at.IsZero() {
		return
	}
	day := calendar.DateOf(at.In(b.schools.Clock()))
	if b.kind.due(day, b.schools) {
		list := make([]NoteTask, 0, len(b.to))
		for _, d := range b.to {
			list = append(list, NoteTask{
				NoteKey: NoteKey{d.ID, b.kind, day.String()}, To: d, At: at, Until: at.Add(b.kind.grace()),
			})
		}
		err := m.store.Update(ctx, func(tx Tx) error {
			if err := tx.KeepDuty(m.lease.Duty()); err != nil {
				return err
			}
			return tx.AddNotes(list)
		})
		if err != nil { // tried again at the next look
			if ctx.Err() == nil {
				m.log.Error("write notes down", "kind", b.kind, "err", err)
			}
			return
		}
		m.wake()
	}
	b.next = b.schedule.Next(at)
}
