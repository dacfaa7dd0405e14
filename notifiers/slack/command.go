package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/panneau-ecole/panneau/bot"
)

// The times and sizes of an answer.
// https://docs.slack.dev/interactivity/implementing-slash-commands/ and
// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
const (
	ackTime     = 3 * time.Second         // within which Slack wants to hear from us
	quickAnswer = 1500 * time.Millisecond // a slower one goes to the response URL
	answerTime  = 20 * time.Second        // after which a handler has nothing to say any more
	maxAck      = 19 << 10                // bytes: Slack drops an acknowledgement of 20 KB in silence
	maxResponse = 5                       // uses of a response URL
)

// help is what a command without a word asks for.
const help = "aide"

// command answers a slash command: with the acknowledgement when the answer is ready soon and small enough, at the
// response URL otherwise. Only the person who asked sees it.
func (l *listener) command(ctx context.Context, envelope string, c slack.SlashCommand) {
	word, args := parse(unescape(c.Text))
	r := bot.Request{
		ID:   cmp.Or(c.TriggerID, envelope),
		From: bot.Address{Channel: c.ChannelID}, Private: private(c.ChannelID), Command: word, Args: args, Person: c.UserID,
	}
	answers := make(chan []payload, 1)
	go func() { answers <- l.ask(ctx, r) }()
	timer := time.NewTimer(quickAnswer)
	defer timer.Stop()
	select {
	case parts := <-answers:
		if first, ok := ackPayload(parts); ok {
			l.logged("acknowledge", l.acknowledge(ctx, envelope, first))
			return
		}
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		l.respond(ctx, c.ResponseURL, "", parts)
	case <-timer.C:
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		l.respond(ctx, c.ResponseURL, "", <-answers)
	}
}

// ackPayload is the answer as it goes with an acknowledgement, if it can.
func ackPayload(parts []payload) (*slack.WebhookMessage, bool) {
	if len(parts) != 1 {
		return nil, false
	}
	m := parts[0].ephemeral()
	text, err := json.Marshal(m)
	return m, err == nil && len(text) < maxAck
}

func (p payload) ephemeral() *slack.WebhookMessage {
	return &slack.WebhookMessage{
		Text: escape(p.text), Blocks: &slack.Blocks{BlockSet: p.blocks}, ResponseType: slack.ResponseTypeEphemeral,
		UnfurlLinks: new(bool), UnfurlMedia: new(bool),
	}
}

// respond sends the parts of an answer to a response URL, into a thread where it names one.
func (l *listener) respond(ctx context.Context, address, thread string, parts []payload) {
	if len(parts) == 0 {
		return
	}
	if !l.n.trusted(address) {
		l.log.Error("slack response address refused: it is not Slack's")
		return
	}
	if len(parts) > maxResponse {
		l.log.Error("slack answer too long", "parts", len(parts))
		return
	}
	for _, part := range parts {
		answer := part.ephemeral()
		answer.ThreadTimestamp = thread
		err := slack.PostWebhookCustomHTTPContext(ctx, address, l.n.plain, answer)
		if err != nil {
			l.logged("respond", l.n.clean(err))
			return
		}
	}
}

// trusted reports whether an address belongs to Slack, or to the host that stands for it in the configuration.
func (n *Notifier) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	return u.Scheme == "https" && (u.Host == "hooks.slack.com" || u.Host == "hooks.slack-gov.com") ||
		u.Scheme == n.base.Scheme && u.Host == n.base.Host
}

// mention answers « @Panneau status »: beneath the question where that stands in a thread, for the asker's eyes only.
func (l *listener) mention(ctx context.Context, id, me string, e *slackevents.AppMentionEvent) {
	mentions := regexp.MustCompile(`<@` + regexp.QuoteMeta(me) + `(\|[^>]*)?>`)
	word, args := parse(unescape(mentions.ReplaceAllString(e.Text, " ")))
	parts := l.ask(ctx, bot.Request{
		ID:      id,
		From:    bot.Address{Channel: e.Channel, Thread: e.ThreadTimeStamp},
		Private: private(e.Channel), Command: word, Args: args, Person: e.User,
	})
	l.aside(ctx, bot.Address{Channel: e.Channel, Thread: e.ThreadTimeStamp}, e.User, parts)
}

// aside shows a person what nobody else sees.
func (l *listener) aside(ctx context.Context, at bot.Address, person string, parts []payload) {
	for _, part := range parts {
		options := part.options("")
		if at.Thread != "" {
			options = append(options, slack.MsgOptionTS(at.Thread))
		}
		err := l.n.call(ctx, "chat.postEphemeral", func(ctx context.Context) error {
			_, err := l.n.api.PostEphemeralContext(ctx, at.Channel, person, options...)
			return err
		})
		if err != nil {
			l.logged("answer", err)
			return
		}
	}
}

// ask lets the handler answer a command. It returns nothing when there is nothing to say.
func (l *listener) ask(ctx context.Context, r bot.Request) []payload {
	r.Lang = l.n.tongue(ctx, r.Person)
	m, err := l.handled(ctx, func(ctx context.Context) (bot.Message, error) { return l.handler.Command(ctx, r) })
	if err != nil {
		l.logged("command", err)
		return nil
	}
	parts, err := divide(m)
	if err != nil {
		l.logged("command", err)
		return nil
	}
	return parts
}

// handled calls the handler with a limit of time, and survives its panic: the stack says where, the value, which
// could hold anything, is left out.
func (l *listener) handled(ctx context.Context, handle func(context.Context) (bot.Message, error)) (
	m bot.Message, err error,
) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			l.log.Error("panic in a handler", "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
			m, err = bot.Message{}, errors.New("the handler panicked")
		}
	}()
	return handle(ctx)
}

// logged reports a step of a request that failed.
func (l *listener) logged(step string, err error) {
	if err != nil {
		l.log.Warn("slack request failed", "step", step, "error", l.n.clean(err))
	}
}

// parse splits what a person typed into the command's word, in lower case, and the rest.
func parse(text string) (word, args string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\u00a0' })
	if end < 0 {
		end = len(text)
	}
	word = strings.ToLower(strings.TrimPrefix(text[:end], "/"))
	if word == "" {
		word = help
	}
	return word, strings.TrimSpace(text[end:])
}

// unescape gives back what was typed: Slack writes addresses and names as <…|label> and escapes three characters.
func unescape(text string) string {
	text = regexp.MustCompile(`<[^<>|]*\|([^<>]*)>`).ReplaceAllString(text, "$1")
	text = regexp.MustCompile(`<([^<>]*)>`).ReplaceAllString(text, "$1")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// private reports whether a channel is a conversation between two.
func private(channel string) bool { return strings.HasPrefix(channel, "D") }
