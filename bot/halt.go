package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// haltLasts is for how long checks are stopped where nobody says how long, longestHalt at most.
const haltLasts, longestHalt = 24 * time.Hour, 30 * 24 * time.Hour

// sameHalt is by how much less an end that is asked for differs from the one that is known where nothing else is asked.
const sameHalt = time.Minute

// errChecked is that the checks of a platform are not stopped.
var errChecked = errors.New("it is checked")

// suspend stops the checks of a platform for some time, or ends that.
func (d *Desk) suspend(ctx context.Context, a asking) (Message, error) {
	if strings.TrimSpace(spaced(a.Args)) == "" {
		return d.halts(ctx, a)
	}
	p, rest, ok := d.platformIn(spaced(a.Args))
	if !ok {
		brief, err := d.excuse(a, Brief{}, errNoPlatform)
		if err != nil {
			return Message{}, err
		}
		return d.tell(a, brief)
	}
	switch Fold(rest) {
	case "fin", "finir", "reprendre", "annuler":
		return d.resume(ctx, a, p)
	}
	now := time.Now()
	until, ok := haltEnd(rest, now.In(d.Stranger.Place.Location))
	if !ok || !until.After(now) || until.After(now.Add(longestHalt)) {
		return d.tell(a, Brief{Kind: BriefHaltWhen, Word: rest})
	}
	h := Halt{Platform: p.ID, Since: now, Until: until, Account: d.Account, Who: d.Operators[a.Person]}
	err := d.enact(ctx, func(tx Tx) error {
		before, err := haltOf(tx, p.ID, now)
		if err != nil {
			return err
		}
		if before.holds(now) {
			h.Since = before.Since
			if h.Until.Sub(before.Until).Abs() < sameHalt { // the same command, delivered twice
				h = before
				return nil
			}
		}
		if err := tx.PutHalt(h); err != nil {
			return err
		}
		return a.keep(tx, d.operatorDeed(a, h.deed(d.Stranger.Place), now))
	})
	if err != nil {
		return Message{}, fmt.Errorf("stop checks: %w", err)
	}
	return d.halted(a, h)
}

// halted tells that the checks of a platform are stopped, and how to go on.
func (d *Desk) halted(a asking, h Halt) (Message, error) {
	return d.tell(a, Brief{
		Kind: BriefHalted, Halts: []Halt{h}, Platforms: d.platforms([]PlatformID{h.Platform}),
		Typed: fmt.Sprintf("%s %s fin", d.typed("suspendre"), h.Platform),
	})
}

// haltEnd reads until when checks are stopped: « 2 h », « pendant 3 jours », « jusqu’à demain 8h », or nothing.
func haltEnd(typed string, now time.Time) (time.Time, bool) {
	if typed == "" {
		return now.Add(haltLasts), true
	}
	if end := endForm().FindStringSubmatch(" " + typed); len(end) > 0 && strings.TrimSpace(end[0]) == typed {
		return endIn(end[1], end[2], now)
	}
	span, left, ok := spanIn(typed)
	return now.Add(span), ok && left == ""
}

// haltOf is the newest halt of a platform. The journal has the ends of those that are over.
func haltOf(tx Tx, p PlatformID, now time.Time) (Halt, error) {
	if err := noteEnds(tx, now); err != nil {
		return Halt{}, err
	}
	return newestHalt(tx, p)
}

// newestHalt is the newest halt of a platform; the zero value where there never was one.
func newestHalt(tx Tx, p PlatformID) (Halt, error) {
	halts, err := tx.Halts()
	at := slices.IndexFunc(halts, func(h Halt) bool { return h.Platform == p })
	if err != nil || at < 0 {
		return Halt{}, err
	}
	return halts[at], nil
}

func (h Halt) deed(p Place) string {
	return fmt.Sprintf("suspendre %s jusqu’au %s", h.Platform, h.Until.In(p.Location).Format("02/01 15:04"))
}

// resume has a platform checked again.
func (d *Desk) resume(ctx context.Context, a asking, p Platform) (Message, error) {
	now := time.Now()
	err := d.enact(ctx, func(tx Tx) error {
		h, err := haltOf(tx, p.ID, now)
		if err != nil {
			return err
		}
		if !h.holds(now) {
			return errChecked
		}
		h.Until, h.Noted = now, true
		if err := tx.PutHalt(h); err != nil {
			return err
		}
		return a.keep(tx, d.operatorDeed(a, fmt.Sprintf("suspendre %s fin", p.ID), now))
	})
	brief := Brief{Kind: BriefHaltEnded, Platforms: []Platform{p}}
	switch {
	case errors.Is(err, errChecked):
		brief.Kind = BriefHaltUnknown
	case err != nil:
		return Message{}, fmt.Errorf("go on with checks: %w", err)
	}
	return d.tell(a, brief)
}

// halts lists what is not checked.
func (d *Desk) halts(ctx context.Context, a asking) (Message, error) {
	t := Brief{Kind: BriefHalts, Typed: d.typed("suspendre"), Platforms: d.Board.Platforms}
	now := time.Now()
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		t.Halts, err = tx.Halts()
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("list what is not checked: %w", err)
	}
	t.Halts = slices.DeleteFunc(t.Halts, func(h Halt) bool { return !h.holds(now) })
	if len(t.Halts) == 0 {
		t.Kind = BriefHaltNone
	}
	return d.tell(a, t)
}
