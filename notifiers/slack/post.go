package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// eventType marks the metadata of our messages. https://docs.slack.dev/messaging/message-metadata/
const eventType = "panneau_delivery"

// spot is where a message goes: into a channel, or beneath the message that started a thread.
type spot struct {
	channel   string
	thread    string
	broadcast bool // a reply that the whole channel is shown and told of
}

// start is where a posting's first part goes. An answer to a message stands in its thread; Slack has no silent
// messages in a channel, but a reply that is not broadcast alerts only those who follow the thread.
func start(p bot.Posting) spot {
	at := spot{channel: p.To.Channel, thread: p.To.Thread}
	if at.thread == "" && p.ReplyTo.Posted() && p.ReplyTo.Channel == p.To.Channel {
		at.thread, at.broadcast = root(p.ReplyTo), !p.Silent
	}
	return at
}

// root is the message that the thread of a receipt hangs on.
func root(r bot.Receipt) string {
	if r.Thread != "" {
		return r.Thread
	}
	return r.IDs[0]
}

// Post sends a message. When it has to be divided, the further parts stand in the thread of the first one: they stay
// together, also when the message is edited later, and only the first one makes a sound.
func (n *Notifier) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	parts, err := divide(p.Message)
	if err != nil {
		return bot.Receipt{}, err
	}
	at := start(p)
	r := bot.Receipt{}
	file := n.upload(ctx, p.Message.Picture)
	for i, part := range parts {
		if i > 0 {
			at = spot{channel: r.Channel, thread: root(r)}
		}
		put := func(part payload) (done spot, channel, id string, err error) {
			return n.place(ctx, at, p.To.Thread == "", part, partKey(p.Key, i))
		}
		var done spot
		var channel, id string
		if i == 0 && file != "" {
			done, channel, id, err = n.placePictured(ctx, part, file, p.Message.Picture, put)
		} else {
			done, channel, id, err = put(part)
		}
		if err != nil {
			return r, err
		}
		if i == 0 {
			r.Channel, r.Thread = channel, done.thread
		}
		r.IDs = append(r.IDs, id)
	}
	return r, nil
}

// place posts a part, outside of the thread when that takes no replies and loose allows it. It returns where the part
// stands.
func (n *Notifier) place(ctx context.Context, at spot, loose bool, part payload, key string) (
	done spot, channel, id string, err error,
) {
	channel, id, err = n.send(ctx, at, part, key)
	if at.thread != "" && loose && because(err, "cannot_reply_to_message", "thread_not_found",
		"restricted_action_thread_locked", "restricted_action_non_threadable_channel") {
		at = spot{channel: at.channel}
		channel, id, err = n.send(ctx, at, part, key)
	}
	return at, channel, id, err
}

// send posts one part.
func (n *Notifier) send(ctx context.Context, at spot, part payload, key string) (channel, id string, err error) {
	options := append(part.options(key), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if at.thread != "" {
		options = append(options, slack.MsgOptionTS(at.thread))
	}
	if at.broadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	err = n.call(ctx, "chat.postMessage", func(ctx context.Context) error {
		channel, id, err = n.api.PostMessageContext(ctx, at.channel, options...)
		if err == nil && id == "" {
			return errors.New("the answer has no timestamp")
		}
		return err
	})
	return channel, id, err
}

// options puts a part into the library's form. Names in it are never looked up or linked.
func (p payload) options(key string) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(p.text, true), slack.MsgOptionBlocks(p.blocks...), slack.MsgOptionParse(false),
	}
	if key == "" {
		return options
	}
	return append(options, slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: eventType, EventPayload: map[string]any{"key": key},
	}))
}

// partKey is the key of one part of a posting: the posting's own for the first one, then with a number.
func partKey(key string, i int) string {
	if i == 0 || key == "" {
		return key
	}
	return fmt.Sprintf("%s/%d", key, i+1)
}

// Edit makes the message of the receipt show the posting.
func (n *Notifier) Edit(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	if !r.Posted() {
		return r, &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("the receipt stands for no message")}
	}
	parts, err := divide(p.Message)
	if err != nil {
		return r, err
	}
	r.IDs = slices.Clone(r.IDs)
	for i, part := range parts {
		if r, err = n.show(ctx, r, i, part, partKey(p.Key, i)); err != nil {
			return r, err
		}
	}
	return n.trim(ctx, r, len(parts))
}

// show makes the i-th message of the receipt show a part. Where a further one is not there, or no longer, it is posted.
func (n *Notifier) show(ctx context.Context, r bot.Receipt, i int, part payload, key string) (bot.Receipt, error) {
	if i < len(r.IDs) {
		err := n.rewrite(ctx, r.Channel, r.IDs[i], part, key)
		if i == 0 || kind(err) != bot.KindMissing {
			return r, err
		}
	}
	_, _, id, err := n.place(ctx, spot{channel: r.Channel, thread: root(r)}, r.Thread == "", part, key)
	switch {
	case err != nil:
		return r, err
	case i < len(r.IDs):
		r.IDs[i] = id
	default:
		r.IDs = append(r.IDs, id)
	}
	return r, nil
}

func (n *Notifier) rewrite(ctx context.Context, channel, id string, part payload, key string) error {
	return n.call(ctx, "chat.update", func(ctx context.Context) error {
		_, same, _, err := n.api.UpdateMessageContext(ctx, channel, id, part.options(key)...)
		if err == nil && same == "" {
			return errors.New("the answer has no timestamp")
		}
		return err
	})
}

// trim deletes the messages of the receipt from the n-th on, last one first.
func (n *Notifier) trim(ctx context.Context, r bot.Receipt, keep int) (bot.Receipt, error) {
	for len(r.IDs) > keep {
		last := r.IDs[len(r.IDs)-1]
		err := n.call(ctx, "chat.delete", func(ctx context.Context) error {
			_, _, err := n.api.DeleteMessageContext(ctx, r.Channel, last)
			return err
		})
		if err != nil && kind(err) != bot.KindMissing {
			return r, err
		}
		r.IDs = r.IDs[:len(r.IDs)-1]
	}
	return r, nil
}
