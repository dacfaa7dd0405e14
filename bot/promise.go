package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Promise is to tell one person, once, that an incident is over. It is forgotten when that is done.
type Promise struct {
	Account  AccountID
	Channel  string // where only that person reads
	Incident IncidentID
	Lang     string // of the person's client; empty where it is not known
	Due      time.Time
	Tries    int
}

const (
	// mostPromises is how many incidents one person can wait for at once.
	mostPromises = 10
	// promisesLast is how long after the end of its incident a promise is kept that could not be fulfilled.
	promisesLast = 7 * 24 * time.Hour
)

// PromiseTx keeps the promises.
type PromiseTx interface {
	// AddPromise writes a promise down. It reports false where it was made before.
	AddPromise(p Promise) (bool, error)
	// Promises counts what was promised to a person, by any of the names of their conversation.
	Promises(account AccountID, channels ...string) (int, error)
	// DuePromises lists those of an account whose incident is over and that are due at now, at most n, and when the next
	// one falls due (zero: none is known).
	DuePromises(account AccountID, now time.Time, n int) ([]Promise, time.Time, error)
	// RetryPromise writes down when a promise is tried again, and how often it was.
	RetryPromise(p Promise) error
	// DropPromise forgets a promise.
	DropPromise(p Promise) error
	// DropPromises forgets all that was promised to a person, and reports how much that was.
	DropPromises(account AccountID, channels ...string) (int, error)
	// PrunePromises forgets those whose incident ended before t, or is no longer kept, at most n, and reports how many.
	PrunePromises(t time.Time, n int) (int, error)
}

// errEnough is returned for a person who waits for enough already.
var errEnough = errors.New("too many promises")

// promise writes down that a person wants to be told of the end of an incident, and makes sure that they can be: they get
// a message in their private conversation, or are told how to open one.
func (d *Desk) promise(ctx context.Context, a asking, i Incident) (Reply, error) {
	answer := Answer{Kind: AnswerNoted, Platforms: d.platformsOf(i), Typed: d.typed("stop")}
	at, err := d.aside(ctx, a)
	if err != nil {
		return d.shut(a, answer, err)
	}
	p := Promise{Account: d.Account, Channel: at.Channel, Incident: i.ID, Lang: a.Lang}
	made, err := d.addPromise(ctx, p)
	switch {
	case errors.Is(err, errEnough):
		answer.Kind = AnswerNotedMost
	case err != nil:
		return Reply{}, fmt.Errorf("write a promise down: %w", err)
	case !made:
		answer.Kind = AnswerNotedBefore
	case !a.Private:
		if err := d.assure(ctx, a, at, answer, i.ID); err != nil {
			if err := d.Store.Update(ctx, func(tx Tx) error { return tx.DropPromise(p) }); err != nil {
				return Reply{}, fmt.Errorf("take a promise back: %w", err)
			}
			return d.shut(a, answer, err)
		}
	}
	return d.reply(a, answer)
}

// aside is where a person reads alone.
func (d *Desk) aside(ctx context.Context, a asking) (Address, error) {
	confidant, able := d.Notifier.(Confidant)
	switch {
	case a.Private:
		return a.From, nil
	case !able || a.Person == "":
		return Address{}, &DeliveryError{Kind: KindGone, Err: errors.New("there are no private conversations here")}
	default:
		return confidant.Confide(ctx, a.Person)
	}
}

// shut answers who cannot be written to.
func (d *Desk) shut(a asking, answer Answer, err error) (Reply, error) {
	if failed, ok := errors.AsType[*DeliveryError](err); !ok || failed.Kind != KindGone {
		return Reply{}, err
	}
	answer.Kind = AnswerShut
	reply, err := d.reply(a, answer)
	reply.Apart = true
	return reply, err
}

func (d *Desk) addPromise(ctx context.Context, p Promise) (made bool, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
		n, err := tx.Promises(p.Account, p.Channel)
		if err != nil {
			return err
		}
		if made, err = tx.AddPromise(p); err == nil && made && n >= mostPromises {
			return errEnough // and nothing is written
		}
		return err
	})
	return made, err
}

// assure writes to the person alone what they were promised, and how to take it back.
func (d *Desk) assure(ctx context.Context, a asking, at Address, answer Answer, i IncidentID) error {
	m, err := d.say(a, answer)
	if err != nil {
		return err
	}
	_, err = d.Notifier.Post(ctx, Posting{
		To: at, Message: m, Silent: true, Key: fmt.Sprintf("noted/%d/%s/%d", i, at.Channel, time.Now().UnixNano()),
	})
	return err
}

// dropPromises forgets what the person of a private conversation was promised.
func (d *Desk) dropPromises(ctx context.Context, a asking) (n int, err error) {
	if !a.Private {
		return 0, nil
	}
	err = d.Store.Update(ctx, func(tx Tx) (err error) {
		n, err = tx.DropPromises(d.Account, a.names()...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget promises: %w", err)
	}
	return n, nil
}
