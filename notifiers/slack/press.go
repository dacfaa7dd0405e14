package slack

import (
	"cmp"
	"context"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// buttons adds a block of buttons. Labels are plain text, in which Slack shows three characters only escaped.
func (l *layout) buttons(list []bot.Button) {
	if len(list) == 0 {
		return
	}
	elements := make([]slack.BlockElement, len(list))
	for i, b := range list {
		label := slack.NewTextBlockObject(slack.PlainTextType, l.take(escape(b.Label)), false, false)
		elements[i] = slack.NewButtonBlockElement("button-"+strconv.Itoa(i+1), b.Data, label)
	}
	l.add(slack.NewActionBlock("", elements...))
}

// press takes a press or a form that was sent, unless it was taken before: whoever pressed sees a sign until Slack hears of
// us. Where there are too many at once it hears nothing, and says so to the person.
func (l *listener) press(ctx context.Context, envelope string, c slack.InteractionCallback) {
	fresh := l.seen.first(envelope) && (c.TriggerID == "" || l.seen.first("press "+c.TriggerID))
	l.start(func() {
		if c.Type == slack.InteractionTypeViewSubmission {
			l.submission(ctx, envelope, c, fresh)
			return
		}
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		if fresh && c.Type == slack.InteractionTypeBlockActions && len(c.ActionCallback.BlockActions) == 1 {
			l.answerPress(ctx, cmp.Or(c.TriggerID, envelope), c)
		}
	})
}

// answerPress answers a press, to the eyes of who pressed: with the form that it leads to, or where the message stands.
func (l *listener) answerPress(ctx context.Context, id string, c slack.InteractionCallback) {
	presser, able := l.handler.(bot.Presser)
	if !able {
		return
	}
	p := pressOf(c)
	p.ID, p.Lang = id, l.n.tongue(ctx, p.Person)
	var form *bot.Form
	m, err := l.handled(ctx, func(ctx context.Context) (bot.Message, error) {
		reply, err := presser.Press(ctx, p)
		form = reply.Form
		return reply.Message, err
	})
	switch {
	case err != nil:
		l.logged("press", err)
	case form != nil && l.fill(ctx, c.TriggerID, *form, p.From):
	case c.ResponseURL == "":
		l.show(ctx, c.TriggerID, p, m)
	default:
		l.answerAt(ctx, c.ResponseURL, p.From.Thread, m)
	}
}

// pressOf reads a press: beneath a message, or on the app's page, which belongs to the conversation that it was opened for.
func pressOf(c slack.InteractionCallback) bot.Press {
	p := bot.Press{
		From: bot.Address{Channel: c.Channel.ID, Thread: thread(c)}, Private: private(c.Channel.ID),
		Data: c.ActionCallback.BlockActions[0].Value, Person: c.User.ID,
	}
	if c.View.Type == slack.VTHomeTab {
		p.From, p.Private = bot.Address{Channel: c.View.PrivateMetadata}, true
	}
	return p
}

// fill shows a form; false where it cannot.
func (l *listener) fill(ctx context.Context, trigger string, f bot.Form, at bot.Address) bool {
	view, err := modal(f, at)
	if err == nil {
		err = l.open(ctx, trigger, view)
	}
	l.logged("form", err)
	return err == nil
}

// show answers a press on a page: in a window, or in the conversation where the press is too old for that.
func (l *listener) show(ctx context.Context, trigger string, p bot.Press, m bot.Message) {
	view, err := window(m)
	if err == nil {
		err = l.open(ctx, trigger, view)
	}
	if err != nil {
		l.logged("press", err)
		l.whisper(ctx, p.From, p.Person, m)
	}
}

func (l *listener) answerAt(ctx context.Context, address, thread string, m bot.Message) {
	parts, err := divide(m)
	if err != nil {
		l.logged("press", err)
		return
	}
	l.respond(ctx, address, thread, parts)
}

// thread is the thread that the pressed message stands in, as a reply; empty for none.
func thread(c slack.InteractionCallback) string {
	if root := c.Container.ThreadTs; root != "" && root != c.Container.MessageTs {
		return root
	}
	if root := c.Message.ThreadTimestamp; root != "" && root != c.Message.Timestamp {
		return root
	}
	return ""
}

// Confide implements [bot.Confidant]: what is posted to a person's number arrives in the app's own conversation with them
// (https://docs.slack.dev/reference/methods/chat.postMessage#dm_channels).
func (n *Notifier) Confide(_ context.Context, person string) (bot.Address, error) {
	return bot.Address{Channel: person}, nil
}
