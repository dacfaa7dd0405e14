package slack

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// What is read to find a message.
const (
	clockMargin = 5 * time.Minute // how far Slack's clock may be from ours, either way
	underWay    = time.Hour       // how long after its departure a message may have been posted: longer than any request
	pageSize    = 200             // messages a request: https://docs.slack.dev/reference/methods/conversations.history
	maxPages    = 20
)

// Find looks for the message that a posting has left since a time. It reads the channel, and the threads in which
// parts of it may stand, for our metadata on messages of our own. A key is never used twice, so that a wide window costs
// pages and no certainty. It fails with KindGone where we cannot read: without the scopes channels:history and
// groups:history, and in a channel that is closed to us.
func (n *Notifier) Find(ctx context.Context, p bot.Posting, since time.Time) (bot.Receipt, error) {
	s := search{n: n, channel: p.To.Channel, since: since, found: map[string]slack.Message{}}
	r, err := s.receipt(ctx, p)
	if because(err, "missing_scope") {
		n.config.Logger.Warn("slack: messages cannot be looked for without the scopes of the manifest", "error", err)
		return bot.Receipt{}, &bot.DeliveryError{Kind: bot.KindGone, Err: err}
	}
	return r, err
}

// search collects our messages by their keys.
type search struct {
	n       *Notifier
	me      string
	channel string
	since   time.Time
	found   map[string]slack.Message
}

func (s *search) receipt(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	me, err := s.n.identity(ctx)
	if err != nil {
		return bot.Receipt{}, err
	}
	s.me = me.BotID
	if err := s.look(ctx, p); err != nil {
		return bot.Receipt{}, err
	}
	first, ok := s.found[p.Key]
	if !ok {
		return bot.Receipt{}, nil
	}
	r := bot.Receipt{Channel: s.channel, IDs: []string{first.Timestamp}}
	if first.ThreadTimestamp != first.Timestamp {
		r.Thread = first.ThreadTimestamp
	}
	return s.further(ctx, r, p)
}

// look reads every place where the first part may stand.
func (s *search) look(ctx context.Context, p bot.Posting) error {
	if p.To.Thread != "" {
		return s.thread(ctx, p.To.Thread)
	}
	if err := s.history(ctx); err != nil {
		return err
	}
	if _, ok := s.found[p.Key]; !ok && p.ReplyTo.Posted() && p.ReplyTo.Channel == s.channel {
		return s.thread(ctx, root(p.ReplyTo))
	}
	return nil
}

// further adds the parts that stand beneath the first one.
func (s *search) further(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	parts, err := divide(p.Message)
	if err != nil {
		return r, err
	}
	if len(parts) > 1 {
		if err := s.thread(ctx, root(r)); err != nil {
			return r, err
		}
	}
	for i := 1; i < len(parts); i++ {
		m, ok := s.found[partKey(p.Key, i)]
		if !ok {
			break
		}
		r.IDs = append(r.IDs, m.Timestamp)
	}
	return r, nil
}

// keep notes a message of ours.
func (s *search) keep(list []slack.Message) {
	for _, m := range list {
		key, ok := m.Metadata.EventPayload["key"].(string)
		if ok && m.Metadata.EventType == eventType && m.BotID == s.me {
			s.found[key] = m
		}
	}
}

// oldest and latest bound what is read: Slack gives the newest first, and a busy channel has much that is newer.
func (s *search) oldest() string { return timestamp(s.since.Add(-clockMargin)) }
func (s *search) latest() string { return timestamp(s.since.Add(underWay + clockMargin)) }

func timestamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

func (s *search) history(ctx context.Context) error {
	return s.pages(func(cursor string) (next string, err error) {
		err = s.n.call(ctx, "conversations.history", func(ctx context.Context) error {
			page, err := s.n.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: s.channel, Oldest: s.oldest(), Latest: s.latest(), Limit: pageSize, Cursor: cursor,
				IncludeAllMetadata: true,
			})
			if err != nil {
				return err
			}
			s.keep(page.Messages)
			next = page.ResponseMetaData.NextCursor
			return nil
		})
		return next, err
	})
}

// thread reads a thread. One that is gone has nothing of ours.
func (s *search) thread(ctx context.Context, ts string) error {
	err := s.pages(func(cursor string) (next string, err error) {
		err = s.n.call(ctx, "conversations.replies", func(ctx context.Context) error {
			page, _, after, err := s.n.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: s.channel, Timestamp: ts, Oldest: s.oldest(), Latest: s.latest(), Limit: pageSize, Cursor: cursor,
				IncludeAllMetadata: true,
			})
			s.keep(page)
			next = after
			return err
		})
		return next, err
	})
	if because(err, "thread_not_found") {
		return nil
	}
	return err
}

// pages reads one page after the other. Thousands of messages around the time of ours are more than will be read: it
// counts as not found then, because silence is worse than a repeat.
func (s *search) pages(read func(cursor string) (string, error)) error {
	cursor := ""
	for range maxPages {
		next, err := read(cursor)
		if err != nil || next == "" {
			return err
		}
		cursor = next
	}
	s.n.config.Logger.Warn("slack: too many messages to look through", "channel", s.channel)
	return nil
}

// identity asks once who we are.
func (n *Notifier) identity(ctx context.Context) (*slack.AuthTestResponse, error) {
	n.mu.Lock()
	me := n.me
	n.mu.Unlock()
	if me != nil {
		return me, nil
	}
	err := n.call(ctx, "auth.test", func(ctx context.Context) (err error) {
		me, err = n.api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.me = me
	return me, nil
}
