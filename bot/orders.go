package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Upkeep is a maintenance that an operator planned from a chat. It counts as one of the configuration does.
type Upkeep struct {
	ID       int64 // from 1; 0 for one of the configuration
	Platform PlatformID
	From, To time.Time // To excluded
	Text     string    // what the operator says of it; empty for nothing
	Link     string    // https, to where more can be read; empty for nothing
	Who      string    // the operator
}

// Halt is a time for which an operator has stopped the checks of a platform. What was seen before says nothing after it.
type Halt struct {
	Platform PlatformID
	Since    time.Time
	Until    time.Time // excluded
	Account  AccountID // where it was ordered
	Who      string    // the operator
	Noted    bool      // its end is in the journal
}

// OrderTx keeps what operators order from chats.
type OrderTx interface {
	// AddUpkeep plans a maintenance and returns it with its ID. ErrConflict: one of the platform begins then already.
	AddUpkeep(u Upkeep) (Upkeep, error)
	// EndUpkeepAt moves the end of a maintenance, CancelUpkeep gives up one that is not over. ErrNotFound: there is none.
	EndUpkeepAt(id int64, end time.Time) error
	CancelUpkeep(id int64, now time.Time) error
	// Upkeeps lists the maintenances that were not given up and end after a time, by their beginning.
	Upkeeps(after time.Time) ([]Upkeep, error)
	// PutHalt writes the newest halt of a platform.
	PutHalt(h Halt) error
	// Halts lists the newest halt of each platform, over or not, by platform.
	Halts() ([]Halt, error)
}

// Orders is what operators have ordered from chats, as it was last read. The zero value knows of nothing. It is safe for
// concurrent use.
type Orders struct{ known atomic.Pointer[orders] }

type orders struct {
	upkeeps []Upkeep
	halts   map[PlatformID]Halt
}

// obeyEvery is how often the orders are read.
const obeyEvery = 5 * time.Second

// Read reads the orders. After an error those that were known before still count.
func (o *Orders) Read(ctx context.Context, store Store) error {
	fresh := orders{halts: make(map[PlatformID]Halt)}
	err := store.View(ctx, func(tx Tx) (err error) {
		// An announcement looks for its end where nobody watched when it came.
		if fresh.upkeeps, err = tx.Upkeeps(time.Now().Add(-lateEnd)); err != nil {
			return err
		}
		return fresh.readHalts(tx)
	})
	if err != nil {
		return fmt.Errorf("read what operators order: %w", err)
	}
	o.known.Store(&fresh)
	return nil
}

// lateEnd is how long after its end a maintenance is still looked at.
const lateEnd = 60 * 24 * time.Hour

// ReadHalts reads only which platforms are not checked: all that a place may see.
func (o *Orders) ReadHalts(ctx context.Context, store Store) error {
	fresh := orders{halts: make(map[PlatformID]Halt)}
	if err := store.View(ctx, fresh.readHalts); err != nil {
		return fmt.Errorf("read which platforms are not checked: %w", err)
	}
	o.known.Store(&fresh)
	return nil
}

func (o *orders) readHalts(tx Tx) error {
	halts, err := tx.Halts()
	for _, h := range halts {
		o.halts[h.Platform] = h
	}
	return err
}

func (o *Orders) now() orders {
	if o == nil {
		return orders{}
	}
	if known := o.known.Load(); known != nil {
		return *known
	}
	return orders{}
}

// Halted reports whether the checks of a platform are stopped at a time.
func (o *Orders) Halted(p PlatformID, at time.Time) bool { return o.halt(p).holds(at) }

// halt is the newest halt of a platform, over or not; the zero value where there never was one.
func (o *Orders) halt(p PlatformID) Halt { return o.now().halts[p] }

// halts lists the newest halt of each platform, by platform.
func (o *Orders) halts() []Halt {
	var list []Halt
	for _, h := range o.now().halts {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b Halt) int { return cmp.Compare(a.Platform, b.Platform) })
	return list
}

// planned is a platform with the maintenances that operators planned from chats beside those of the configuration.
func (o *Orders) planned(p Platform) Platform { return p.With(o.now().upkeeps) }

// With is a platform with more maintenances: those of the list that are its own.
func (p Platform) With(list []Upkeep) Platform {
	for _, u := range list {
		if u.Platform == p.ID {
			p.Maintenances = append(slices.Clip(p.Maintenances), Period{From: u.From, To: u.To})
		}
	}
	return p
}

// words is what an operator says of the maintenance of a platform that begins at a time; without a text for nothing.
func (o *Orders) words(p PlatformID, from time.Time) Statement {
	for _, u := range o.now().upkeeps {
		if u.Platform == p && u.From.Equal(from) {
			return Statement{Kind: StatementClaim, Text: u.Text, Link: u.Link}
		}
	}
	return Statement{}
}

func (h Halt) holds(t time.Time) bool { return !t.Before(h.Since) && t.Before(h.Until) }

// forget is tracks without what was seen before a halt and while it lasted: of each check that was settled nothing can be
// said, until it is settled anew.
func (h Halt) forget(tracks []Track) []Track {
	if h.Until.IsZero() {
		return tracks
	}
	tracks = slices.Clone(tracks)
	for i, t := range tracks {
		t.Recent = slices.DeleteFunc(slices.Clone(t.Recent), func(v Verdict) bool { return v.At.Before(h.Until) })
		if t.Condition != NotYetKnown && t.Since.Before(h.Until) && t.Reason != ReasonHalted {
			t.Condition, t.Reason, t.Failed = Unverifiable, ReasonHalted, t.Failed || t.Condition.Outage()
			t.Since, t.Lost = h.Since, 0
		}
		tracks[i] = t
	}
	return tracks
}
