package slack

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/panneau-ecole/panneau/bot"
)

// event acknowledges an event and handles it once. An error ends the connection: the account is over.
func (l *listener) event(ctx context.Context, e socketmode.Event) error {
	outer, ok := e.Data.(slackevents.EventsAPIEvent)
	if !ok {
		return nil
	}
	callback, ok := outer.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok || !l.seen.first(callback.EventID) {
		l.logged("acknowledge", l.acknowledge(ctx, e.Request.EnvelopeID, nil))
		return nil
	}
	if over(outer.InnerEvent.Data) {
		l.logged("acknowledge", l.acknowledge(ctx, e.Request.EnvelopeID, nil))
		return &bot.DeliveryError{
			Kind: bot.KindUnauthorised, Err: errors.New("the app was removed from the workspace"),
		}
	}
	if !l.start(func() { l.inner(ctx, callback.EventID, botUser(callback.Authorizations), outer.InnerEvent.Data) }) {
		l.seen.forget(callback.EventID)
		return nil
	}
	l.logged("acknowledge", l.acknowledge(ctx, e.Request.EnvelopeID, nil))
	return nil
}

// over reports whether an event means that the token is no longer good.
func over(event any) bool {
	switch e := event.(type) {
	case *slackevents.AppUninstalledEvent:
		return true
	case *slackevents.TokensRevokedEvent:
		return len(e.Tokens.Bot) > 0
	}
	return false
}

// botUser is our own user id as an event names it; empty where it does not.
func botUser(list []slack.EventAuthorization) string {
	for _, one := range list {
		if one.IsBot {
			return one.UserID
		}
	}
	return ""
}

// inner handles an event that is about us. Channels that we are not in have events too; nobody asked about them, and
// the handler does not know them.
func (l *listener) inner(ctx context.Context, id, me string, event any) {
	if me == "" {
		me = l.self(ctx)
	}
	switch e := event.(type) {
	case *slackevents.AppMentionEvent:
		if e.BotID == "" {
			l.mention(ctx, id, me, e)
		}
	case *slackevents.MemberJoinedChannelEvent:
		if e.User == me {
			l.presence(ctx, e.Channel, bot.Joined, "")
		}
	case *slackevents.AppHomeOpenedEvent:
		l.home(ctx, e)
	case *slackevents.ChannelIDChangedEvent:
		l.presence(ctx, e.OldChannelID, bot.Moved, e.NewChannelID)
	default:
		if channel, kind := change(event); channel != "" {
			l.presence(ctx, channel, kind, "")
		}
	}
}

// change reads the events that say that a channel can or cannot be reached any more.
func change(event any) (channel string, kind bot.PresenceKind) {
	switch e := event.(type) {
	case *slackevents.ChannelLeftEvent:
		return e.Channel, bot.Left
	case *slackevents.GroupLeftEvent:
		return e.Channel, bot.Left
	case *slackevents.ChannelArchiveEvent:
		return e.Channel, bot.Left
	case *slackevents.GroupArchiveEvent:
		return e.Channel, bot.Left
	case *slackevents.ChannelDeletedEvent:
		return e.Channel, bot.Left
	case *slackevents.GroupDeletedEvent:
		return e.Channel, bot.Left
	case *slackevents.ChannelUnarchiveEvent:
		return e.Channel, bot.Joined
	case *slackevents.GroupUnarchiveEvent:
		return e.Channel, bot.Joined
	}
	return "", ""
}

// self asks Slack who we are, where an event does not say it.
func (l *listener) self(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	me, err := l.n.identity(ctx)
	if err != nil {
		l.logged("identity", err)
		return ""
	}
	return me.UserID
}

// presence tells the handler, and posts what it has to say.
func (l *listener) presence(ctx context.Context, channel string, kind bot.PresenceKind, moved string) {
	at := bot.Address{Channel: channel}
	m, err := l.handled(ctx, func(ctx context.Context) (bot.Message, error) {
		return l.handler.Presence(ctx, bot.Presence{At: at, Kind: kind, MovedTo: moved})
	})
	switch {
	case err != nil:
		l.logged("presence", err)
		return
	case m.Title == "":
		return
	}
	if moved != "" {
		at.Channel = moved
	}
	_, err = l.n.Post(ctx, bot.Posting{To: at, Message: m})
	l.logged("greeting", err)
}

// seen remembers what was handled, for as long as Slack may deliver it again: an event that was not acknowledged comes
// back at once, after a minute and after five. https://docs.slack.dev/apis/events-api/#retries
type seen struct {
	ids  map[string]time.Time
	next time.Time // when to sweep
}

const (
	seenFor   = 15 * time.Minute
	sweepTime = time.Minute
)

func newSeen() *seen { return &seen{ids: map[string]time.Time{}} }

// first reports whether an id is new. Only one goroutine, the one that hears, asks.
func (s *seen) first(id string) bool {
	now := time.Now()
	if now.After(s.next) {
		for old, at := range s.ids {
			if now.Sub(at) > seenFor {
				delete(s.ids, old)
			}
		}
		s.next = now.Add(sweepTime)
	}
	if _, known := s.ids[id]; known {
		return false
	}
	s.ids[id] = now
	return true
}

func (s *seen) forget(id string) { delete(s.ids, id) }
