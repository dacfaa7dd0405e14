package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Mute keeps the chats of an account from being rung: an exercise, a rehearsal, an evening with the press. Outages that a
// chat wants to hear of at any time, and urgent circulars, ring all the same; living messages are kept true without a
// sound. What is due at its end is told as it is then.
type Mute struct {
	Account AccountID // empty: of every account
	Until   time.Time
	Who     string // the operator
}

// longestMute bounds a mute: who forgets it finds the chats told again the next day.
const longestMute = 24 * time.Hour

// mute keeps chats still for some time, or ends that.
func (d *Desk) mute(ctx context.Context, a asking) (Message, error) {
	now := time.Now()
	word, rest := verb(a.Args)
	if word == "" {
		return d.mutes(ctx, a, now)
	}
	m := Mute{Account: d.Account, Who: d.Operators[a.Person]}
	typed := a.Args
	if word == "partout" {
		m.Account, typed = "", rest
		word, _ = verb(rest)
	}
	if word != "fin" && word != "finir" && word != "annuler" {
		span, left, ok := spanIn(typed)
		if !ok || left != "" || span > longestMute {
			return d.tell(a, Brief{Kind: BriefMuteWhen, Word: typed})
		}
		m.Until = now.Add(span)
	}
	err := d.Store.Update(ctx, func(tx Tx) error {
		if err := tx.PutMute(m); err != nil {
			return err
		}
		if err := tx.EndSilence(now); err != nil { // what waits is looked at anew
			return err
		}
		return a.keep(tx, d.operatorDeed(a, m.deed(d.Stranger.Place), now))
	})
	if err != nil {
		return Message{}, fmt.Errorf("keep the chats still: %w", err)
	}
	d.Changed()
	return d.mutes(ctx, a, now)
}

func (m Mute) deed(p Place) string {
	what := "silence"
	if m.Account == "" {
		what += " partout"
	}
	if m.Until.IsZero() {
		return what + " fin"
	}
	return what + " jusqu’au " + m.Until.In(p.Location).Format("02/01 15:04")
}

// mutes says what is kept still.
func (d *Desk) mutes(ctx context.Context, a asking, now time.Time) (Message, error) {
	t := Brief{Kind: BriefMutes, Typed: d.typed("silence")}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		t.Mutes, err = tx.Mutes(now)
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("read what is kept still: %w", err)
	}
	if len(t.Mutes) == 0 {
		t.Kind = BriefUnmuted
	}
	return d.tell(a, t)
}

// muted is until when an operator keeps the chats of an account still; zero where nobody does.
func muted(tx Tx, account AccountID, now time.Time) (until time.Time, err error) {
	list, err := tx.Mutes(now)
	for _, m := range list {
		if m.Account == "" || m.Account == account {
			until = later(until, m.Until)
		}
	}
	return until, err
}

// still is an act that would ring, while an operator keeps the chats still: the living message is kept true meanwhile.
func (s *Speaker) still(tx Tx, t Task, act Act, wait time.Time, now time.Time) (Act, time.Time, error) {
	if t.urgent() || t.Incident.ours() {
		return act, wait, nil
	}
	until, err := s.stillUntil(tx, now)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return act, wait, fmt.Errorf("look whether the chats are kept still: %w", err)
	case !until.After(now):
		return act, wait, nil
	case !wait.IsZero():
		return act, later(wait, until), nil
	}
	act, wait = t.unheard(until)
	return act, wait, nil
}

// stillFor is how long what is known of mutes is good for: a broadcast of hundreds does not ask for each chat.
const stillFor = time.Second

// stillUntil is until when the account's chats are kept still; zero where they are not.
func (s *Speaker) stillUntil(tx Tx, now time.Time) (time.Time, error) {
	s.mu.Lock()
	known := s.hush
	s.mu.Unlock()
	if now.Sub(known.read).Abs() < stillFor {
		return known.until, nil
	}
	until, err := muted(tx, s.config.Account, now)
	if err == nil {
		s.mu.Lock()
		s.hush.read, s.hush.until = now, until
		s.mu.Unlock()
	}
	return until, err
}

// ours reports whether a letter is for operators alone.
func (i Incident) ours() bool {
	return i.Letter != nil && slices.Contains([]LetterKind{LetterTrouble, LetterStorm}, i.Letter.Kind)
}

// mutedUntil is until when the account's chats are kept still; zero where they are not, or where that is not known.
func (s *Speaker) mutedUntil(ctx context.Context, now time.Time) (until time.Time) {
	err := s.config.Store.View(ctx, func(tx Tx) (err error) {
		until, err = muted(tx, s.config.Account, now)
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("look whether the chats are kept still", "err", err)
	}
	return until
}
