package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// mostSignals is how many readers of one chat are counted on either side: enough to see that they are many, too few for
// one chat to drown the others.
const mostSignals = 20

// Signals is what readers of one chat say of an incident. Who said it is not kept.
type Signals struct {
	Also int // « it does not work here either »
	Fine int // « it works here »
}

// Echo is what the readers of all chats say of a platform's open incident.
type Echo struct {
	Signals

	Platform PlatformID
	Chats    int
	At       time.Time // of the newest
}

// SignalTx keeps what readers say of incidents: numbers, by chat.
type SignalTx interface {
	// AddSignals adds to what a chat said of an incident. Either number stays between 0 and most.
	AddSignals(id IncidentID, at DestinationID, change Signals, most int, now time.Time) error
	// Echo is what the readers of all chats said of an incident.
	Echo(id IncidentID) (Echo, error)
	// Echoes lists what is said of the incidents that go on, in no order; those of which nothing is said are not there.
	Echoes() ([]Echo, error)
}

// signal counts what a person sees at home. Whoever changes their mind within the hour is counted on the other side.
func (d *Desk) signal(ctx context.Context, a asking, says Action, i Incident) (Reply, error) {
	now := time.Now()
	about := fmt.Sprintf("incident/%d", i.ID)
	before := Action(d.Turnstile.Say(d.Account, a.Person, about, string(says), now))
	answer := Answer{Kind: AnswerCounted, Platforms: d.platformsOf(i)}
	if before == says {
		answer.Kind = AnswerCountedBefore
		return d.reply(a, answer)
	}
	change := says.signals(1).plus(before.signals(-1))
	err := d.Store.Update(ctx, func(tx Tx) error {
		if err := a.carryOut(tx, d.Account, now); err != nil {
			return err
		}
		return tx.AddSignals(i.ID, a.chat.ID, change, mostSignals, now)
	})
	switch {
	case errors.Is(err, ErrRepeated): // counted before this process began
		answer.Kind = AnswerCountedBefore
		return d.reply(a, answer)
	case err != nil:
		d.Turnstile.Say(d.Account, a.Person, about, string(before), now)
		return Reply{}, fmt.Errorf("count a signal: %w", err)
	}
	d.Logger.Info("a reader's signal", "incident", i.ID, "platform", i.Platform, "says", says)
	return d.reply(a, answer)
}

// signals is n signals of an action.
func (a Action) signals(n int) Signals {
	switch a {
	case ActionAlso:
		return Signals{Also: n}
	case ActionFine:
		return Signals{Fine: n}
	default:
		return Signals{}
	}
}

func (s Signals) plus(o Signals) Signals { return Signals{s.Also + o.Also, s.Fine + o.Fine} }

// Attention has platforms checked more often while readers signal something. It decides nothing: a signal is no verdict.
type Attention struct {
	Store Store
	Ask   func(PlatformID) // has a platform checked out of turn
	Fail  func(error)      // told what goes wrong
}

const (
	// attentionLook is how often new signals are looked for; they may come in at another replica.
	attentionLook = 15 * time.Second
	// attentionLasts is for how long after the newest signal a platform is checked more often.
	attentionLasts = 10 * time.Minute
	// attentionEvery is how often a platform is checked out of turn, at most.
	attentionEvery = time.Minute
)

// Run looks for signals until ctx ends.
func (a Attention) Run(ctx context.Context) error {
	asked := make(map[PlatformID]time.Time)
	for pause(ctx, attentionLook) {
		var echoes []Echo
		err := a.Store.View(ctx, func(tx Tx) (err error) {
			echoes, err = tx.Echoes()
			return err
		})
		if err != nil && ctx.Err() == nil {
			a.Fail(fmt.Errorf("look for signals: %w", err))
		}
		for _, e := range echoes {
			if now := time.Now(); now.Sub(e.At) < attentionLasts && now.Sub(asked[e.Platform]) >= attentionEvery {
				asked[e.Platform] = now
				a.Ask(e.Platform)
			}
		}
	}
	return nil
}
