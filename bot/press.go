package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Press implements [Presser]. Whether the button is valid is looked at now: for the chat that it is pressed in, and the
// incident as it stands.
func (d *Desk) Press(ctx context.Context, p Press) (Reply, error) {
	chat, known, err := d.chatAt(ctx, p.From)
	if err != nil {
		return Reply{}, err
	}
	a := p.asking(chat, known)
	if pass, _ := d.Turnstile.Pass(d.Account, p.From.Channel, p.Person, time.Now()); !pass {
		return d.reply(a, Answer{Kind: AnswerBusy})
	}
	return d.press(ctx, a, p.Data)
}

func (p Press) asking(chat Destination, known bool) asking {
	return asking{
		Request: Request{ID: p.ID, From: p.From, Private: p.Private, Lang: p.Lang, Person: p.Person, Rights: p.Rights}, chat: chat, known: known,
	}
}

// opened answers who opened a conversation with the bot by a button's link: what the button asks for is done there.
func (d *Desk) opened(ctx context.Context, a asking) (Message, error) {
	reply, err := d.press(ctx, a, a.Args)
	return reply.Message, err
}

func (d *Desk) press(ctx context.Context, a asking, data string) (Reply, error) {
	pressed, ours := d.Seal.read(d.Account, data)
	if !ours {
		return d.reply(a, Answer{Kind: AnswerExpired})
	}
	if slices.Contains(OperatorActions(), pressed.action) {
		return d.mend(ctx, a, pressed)
	}
	if sheet, found := sheetOf(pressed.action); found {
		return d.form(ctx, a, sheet)
	}
	if pressed.action == ActionTodo && pressed.incident == 0 { // on the home
		m, err := d.whatToDo(ctx, a)
		return Reply{Message: m}, err
	}
	if pressed.action == ActionShareStatus || pressed.incident == 0 {
		return d.share(ctx, a, pressed, func(a asking) (Message, error) { return d.bare(ctx, a, pressed.action) })
	}
	incident, found, err := d.subject(ctx, a, pressed)
	if err != nil {
		return Reply{}, fmt.Errorf("find the incident of a button: %w", err)
	}
	if !found {
		return d.reply(a, Answer{Kind: AnswerExpired})
	}
	reply, err := d.do(ctx, a, pressed, incident)
	if err != nil {
		return Reply{}, fmt.Errorf("answer the button %s: %w", pressed.action, err)
	}
	return reply, nil
}

// do does what a valid button asks for.
func (d *Desk) do(ctx context.Context, a asking, p pressed, i Incident) (Reply, error) {
	switch p.action {
	case ActionDetails:
		return d.offering(a, ActionShareDetails, i.ID, func(a asking) (Message, error) { return d.details(ctx, a, i) })
	case ActionShareDetails:
		return d.share(ctx, a, p, func(a asking) (Message, error) { return d.details(ctx, a, i) })
	case ActionShareTodo:
		return d.share(ctx, a, p, func(a asking) (Message, error) { return d.meanwhile(ctx, a, i) })
	}
	if !i.Open() {
		return d.reply(a, Answer{Kind: AnswerOver, Platforms: d.platformsOf(i)})
	}
	switch p.action {
	case ActionTodo:
		return d.offering(a, ActionShareTodo, i.ID, func(a asking) (Message, error) { return d.meanwhile(ctx, a, i) })
	case ActionAlso, ActionFine:
		return d.signal(ctx, a, p.action, i)
	case ActionTell:
		return d.promise(ctx, a, i)
	default:
		return d.reply(a, Answer{Kind: AnswerExpired})
	}
}

// reply is an answer that is nothing but that.
func (d *Desk) reply(a asking, answer Answer) (Reply, error) {
	m, err := d.say(a, answer)
	return Reply{Message: m}, err
}

// subject finds the incident of a button, where the chat was told of it. Who has come from a chat into a private
// conversation was told there.
func (d *Desk) subject(ctx context.Context, a asking, p pressed) (i Incident, found bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		if a.Private {
			i, err = tx.Incident(p.incident)
			return err
		}
		task, err := tx.Task(DeliveryKey{Incident: p.incident, Destination: a.chat.ID})
		i, found = task.Incident, task.Delivery.Told > 0 || task.Delivery.Heard != NotYetKnown
		return err
	})
	if errors.Is(err, ErrNotFound) || !a.known && !a.Private {
		return i, false, nil
	}
	return i, err == nil && (found || a.Private && !a.in(p, ActionAlso, ActionFine)), err
}

// in reports whether a press asks for one of the actions.
func (a asking) in(p pressed, actions ...Action) bool { return slices.Contains(actions, p.action) }

// platformsOf is the platform of an incident; it may be out of the configuration by now.
func (d *Desk) platformsOf(i Incident) []Platform {
	return []Platform{d.Board.Planner.Web.Platform(i.Platform)}
}

// mostRevisions is how many changes the details of an incident show: the last ones.
const mostRevisions = 12

// details tells what is known of an incident.
func (d *Desk) details(ctx context.Context, a asking, i Incident) (Message, error) {
	p := d.platformsOf(i)[0]
	details := Details{
		Now: time.Now(), Place: a.chat.Place, Audience: a.chat.Audience, Incident: i, Platform: p, Every: d.Board.Every[p.ID],
		Vantages: d.Board.Vantages, PageURL: Writer{PageURL: d.Board.PageURL}.pageOf(i),
	}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		if details.Revisions, err = tx.Revisions(i.ID); err != nil {
			return err
		}
		standings, err := tx.Standings()
		for _, s := range standings {
			if s.Platform == i.Platform {
				details.CheckedAt = s.CheckedAt
			}
		}
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("read the details: %w", err)
	}
	details.Revisions = details.Revisions[max(0, len(details.Revisions)-mostRevisions):]
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Details(lang, details) })
}

// meanwhile tells what the readers of the chat can do while the incident's platform fails.
func (d *Desk) meanwhile(ctx context.Context, a asking, i Incident) (Message, error) {
	overview, err := d.Board.Overview(ctx, []PlatformID{i.Platform}, a.chat.Audience, a.chat.Place)
	if err != nil {
		return Message{}, err
	}
	playbook := d.Board.Playbook(ctx, overview, a.chat.Follows)
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Playbook(lang, playbook) })
}

// bare is the answer to a command without an argument.
func (d *Desk) bare(ctx context.Context, a asking, action Action) (Message, error) {
	if action == ActionShareTodo {
		return d.whatToDo(ctx, a)
	}
	return d.status(ctx, a)
}

// offering answers who pressed, and offers to show the answer to everybody.
func (d *Desk) offering(a asking, share Action, i IncidentID, write func(asking) (Message, error)) (Reply, error) {
	m, err := write(a)
	if err != nil {
		return Reply{}, err
	}
	m.Buttons, err = d.sharing(a, share, i)
	return Reply{Message: m}, err
}

// sharing is the button that shows an answer to everybody, beneath one that only who asked sees in a shared chat. It is
// for those who administer the chat; where the chat platform says that a person does not, there is none.
func (d *Desk) sharing(a asking, share Action, i IncidentID) ([]Button, error) {
	if a.Private || !d.Whispers || a.Rights == RightsNone {
		return nil, nil
	}
	return d.Seal.buttons(d.Renderer, d.tongue(a), d.Account, i, share)
}

// share posts an answer for everybody in the chat, as it is now and in the chat's languages: once in the hour for the
// same state, however often it is pressed.
func (d *Desk) share(ctx context.Context, a asking, p pressed, write func(asking) (Message, error)) (Reply, error) {
	if a.Private || !d.Whispers {
		return d.reply(a, Answer{Kind: AnswerExpired})
	}
	if refusal := d.refuse(ctx, a, ForAdmins); refusal != "" {
		return d.reply(a, Answer{Kind: refusal})
	}
	open := a
	open.Lang, open.Request.Command, open.Args = "", "", ""
	m, err := write(open)
	if err != nil {
		return Reply{}, err
	}
	now := time.Now()
	what := string(p.action) + "/" + strconv.FormatInt(int64(p.incident), 10)
	if d.Turnstile.Say(d.Account, a.From.Channel+"/"+a.From.Thread, what, m.Title+m.Summary, now) != m.Title+m.Summary {
		posting := Posting{To: a.From, Message: m, Silent: true, Key: fmt.Sprintf("share/%s/%s/%d", a.From.Channel, what, now.UnixNano())}
		if _, err := d.Notifier.Post(ctx, posting); err != nil {
			d.Logger.Info("answer not shared", "account", d.Account, "err", err)
			d.Turnstile.Say(d.Account, a.From.Channel+"/"+a.From.Thread, what, "", now)
			return d.reply(a, Answer{Kind: AnswerTestFailed})
		}
	}
	return d.reply(a, Answer{Kind: AnswerShared})
}
