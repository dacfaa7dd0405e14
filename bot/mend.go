package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The actions beneath a letter about a trouble. Each is an order that an operator could type.
const (
	ActionRetry     Action = "retry"      // write again to a chat that is closed to us
	ActionForget    Action = "forget"     // erase what is kept of it; asks back
	ActionForgetYes Action = "forget_yes" // what is asked back
	ActionSuspend   Action = "suspend"    // stop the checks of a platform that refuses them
)

// OperatorActions lists the actions that only operators have buttons for. Their labels are French.
func OperatorActions() []Action {
	return []Action{ActionRetry, ActionForget, ActionForgetYes, ActionSuspend}
}

// Mend is what an operator did about a trouble, which ended it.
type Mend struct {
	Who    string // the name that the configuration gives to the operator
	Action Action // ActionRetry or ActionForget
}

// typed is what an operator would type instead of pressing: a command and its argument.
func (a Action) typed(about string) (command, args string) {
	switch a {
	case ActionRetry:
		return "conversation", "reessayer " + about
	case ActionForget:
		return "conversation", "oublier " + about
	case ActionForgetYes:
		return "conversation", "oublier " + about + " confirmer"
	default:
		return "suspendre", about
	}
}

// about is the destination or the platform that a trouble is about.
func (n TroubleNote) about() string {
	parts := strings.SplitN(n.Subject, "/", 3)
	return parts[len(parts)-1]
}

// errMended is that nothing is left to be mended.
var errMended = errors.New("it is mended")

// mend gives the order that a button beneath a letter stands for. Who pressed must be an operator now, and what the
// letter tells of must still go wrong.
func (d *Desk) mend(ctx context.Context, a asking, p pressed) (Reply, error) {
	if refusal := d.refuse(ctx, a, ForOperators); refusal != "" {
		return d.reply(a, Answer{Kind: refusal})
	}
	var m Message
	note, halt, err := d.wrong(ctx, p)
	switch {
	case errors.Is(err, errMended):
		m, err = d.tell(a, Brief{Kind: BriefMended})
	case err != nil:
	case halt.holds(time.Now()):
		m, err = d.halted(a, halt)
	default:
		word, args := p.action.typed(note.about())
		command, _ := find(word)
		a.letter, a.Request.Command, a.Args = p.incident, word, args
		m, err = d.once(ctx, command, a)
	}
	if err != nil {
		return Reply{}, fmt.Errorf("answer the button %s: %w", p.action, err)
	}
	return Reply{Message: m}, nil
}

// wrong reads the one trouble that a letter tells of, and the newest halt of its platform. The error is errMended where
// it is over, or is told of by another letter by now.
func (d *Desk) wrong(ctx context.Context, p pressed) (note TroubleNote, halt Halt, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err := tx.TroublesIn(p.incident)
		if err != nil {
			return err
		}
		if len(list) != 1 || list[0].Over {
			return errMended
		}
		note = list[0]
		if p.action == ActionSuspend {
			halt, err = newestHalt(tx, PlatformID(note.about()))
		}
		return err
	})
	return note, halt, err
}

// End writes down, with what else an operator does in the transaction, what they did about a trouble: its letter says so.
func (c *Concierge) End(tx Tx, t Trouble, m Mend, now time.Time) error {
	t.Over = true
	w := &ward{Concierge: c, tx: tx, now: now, open: make(map[string]bool), mend: &m}
	return w.write([]Trouble{t})
}

// mended is a letter whose trouble is over: it tells what an operator did about it. What it said of a chat that had to be
// forgotten is gone.
func (l Letter) mended(m *Mend) *Letter {
	l.Mend = m
	if m.Action == ActionForget {
		l.Text, l.Remedy = nil, ""
	}
	return &l
}

// offers are the actions that can mend a trouble. A chat of the configuration is forgotten there.
func (w *ward) offers(t Trouble) ([]Action, error) {
	switch t.Kind {
	case TroubleBlocked:
		return []Action{ActionSuspend}, nil
	case TroubleAsleep:
		all, err := w.tx.Destinations()
		if slices.ContainsFunc(all, func(d Destination) bool { return d.ID == t.Destination && d.made() }) {
			return []Action{ActionRetry, ActionForget}, err
		}
		return []Action{ActionRetry}, err
	default:
		return nil, nil
	}
}
