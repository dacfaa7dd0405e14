package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	codeNoReply  = 160002 // cannot reply without permission to read message history
	codeArchived = 50083  // thread is archived

	// blockedFor is how long we keep quiet when Discord's front servers turn our address away without saying for how
	// long. Their ban follows 10,000 invalid requests in 10 minutes; each attempt while it lasts makes it longer.
	// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	blockedFor = 10 * time.Minute
	// throttledFor is how long we wait after a 429 that does not say.
	throttledFor = 5 * time.Second
	// editsFor is how long we wait when a message was edited too often (30046, 20022), which has no time in it.
	editsFor = 10 * time.Minute
	// nonceFor is longer than Discord remembers a nonce (« the past few minutes »): a repeated nonce whose message was
	// deleted is answered with 10008 until then.
	nonceFor = 5 * time.Minute
)

// kindOf is what one of Discord's JSON error codes means. The second result is false for a code that is not listed: the
// status decides then. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
func kindOf(code int) (bot.ErrorKind, bool) {
	switch code {
	case 10003, // unknown channel
		10004, // unknown guild
		40007, // banned from the guild
		50001, // missing access
		50007, // cannot send messages to this user
		50008, // not a text channel
		50013, // missing permissions
		50024, // cannot execute action on this channel type
		codeArchived,
		160005, // thread is locked
		50278:  // no mutual guilds
		return bot.KindGone, true
	case 10008, // unknown message
		50005, // message authored by another user
		50021: // cannot execute on a system message
		return bot.KindMissing, true
	case 20009, // explicit content
		40005,  // request entity too large
		50006,  // empty message
		50035,  // invalid form body
		50109,  // invalid JSON
		200000, // blocked by automatic moderation
		200001, // title blocked by automatic moderation
		240000, // blocked by the harmful links filter
		codeNoReply:
		return bot.KindRejected, true
	case 40001, // provide a valid token
		40002, // verify your account
		50014: // invalid authentication token
		return bot.KindUnauthorised, true
	case 20016, // slow mode
		20028, // channel write rate limit
		20029: // server write rate limit
		return bot.KindThrottled, true
	case 20022, // announcement edit rate limit
		30046,  // too many edits of an old message
		130000: // overloaded
		return bot.KindTransient, true
	default:
		return "", false
	}
}

// kindOfStatus is what a status means when there is no code that says more.
func kindOfStatus(status int, repeatable bool) bot.ErrorKind {
	switch {
	case status == http.StatusUnauthorized:
		return bot.KindUnauthorised
	case status == http.StatusForbidden:
		return bot.KindGone
	case status == http.StatusNotFound && repeatable:
		return bot.KindMissing
	case status == http.StatusNotFound:
		return bot.KindGone
	case status == http.StatusTooManyRequests:
		return bot.KindThrottled
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly:
		return bot.KindTransient
	case status >= 500, status < 300:
		return bot.KindUncertain
	case status >= 400:
		return bot.KindRejected
	default: // a redirect: we are at the wrong address and nothing was done
		return bot.KindTransient
	}
}

// apiError is an error that Discord answered.
type apiError struct {
	status  int
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Retry   float64 `json:"retry_after"` // seconds
	Global  bool    `json:"global"`
}

// Error describes the error in Discord's words.
func (e *apiError) Error() string {
	return fmt.Sprintf("discord answered %d, code %d: %s", e.status, e.Code, e.Message)
}

// classify maps everything that can go wrong with a request to one kind. It returns nil for a complete success.
func (n *Notifier) classify(r request, rec *record, err error) error {
	switch {
	case rec.status == 0 && err == nil:
		return n.unclear(errors.New("no answer"))
	case rec.status == 0 && rec.left.Load():
		return n.unclear(err)
	case rec.status == 0:
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: n.redact(err)}
	case rec.status == http.StatusOK, rec.status == http.StatusCreated, rec.status == http.StatusNoContent:
		if rec.bodyErr != nil {
			return n.unclear(fmt.Errorf("read answer: %w", rec.bodyErr))
		}
		return nil
	}
	return n.refused(r, rec)
}

// refused maps an answer that is not a success.
func (n *Notifier) refused(r request, rec *record) error {
	e := &apiError{status: rec.status}
	if json.Unmarshal(rec.body, e) != nil || e.Message == "" {
		return n.turnedAway(r, rec)
	}
	e.Message = n.short(e.Message)
	if e.Code == 40333 {
		// Cloudflare blocks the user agent or the address: it concerns everything that we send.
		return blocked(rec, e)
	}
	kind, known := kindOf(e.Code)
	switch {
	case known:
	case e.Code == 0 && (rec.status == http.StatusNotFound || rec.status == http.StatusMethodNotAllowed):
		// The route is unknown, so this is no word about the channel: the API's address is wrong.
		kind = bot.KindTransient
	default:
		kind = kindOfStatus(rec.status, r.repeatable)
	}
	failure := &bot.DeliveryError{Kind: kind, Err: e}
	switch {
	case rec.status == http.StatusTooManyRequests, kind == bot.KindThrottled:
		failure.Kind = bot.KindThrottled
		failure.Scope = scopeOf(r, rec, e)
		failure.RetryAfter = retryAfter(rec, e, throttledFor)
		if known && kind == bot.KindTransient { // too many edits: it concerns this message alone
			failure.Kind, failure.Scope, failure.RetryAfter = kind, "", retryAfter(rec, e, editsFor)
		}
	case kind == bot.KindMissing && r.method == http.MethodPost:
		failure.Kind, failure.RetryAfter = bot.KindTransient, nonceFor
	case kind == bot.KindTransient && known:
		failure.RetryAfter = retryAfter(rec, e, editsFor)
	}
	return failure
}

// turnedAway maps an answer that is not Discord's: a page of the servers in front of it, or of a proxy.
func (n *Notifier) turnedAway(r request, rec *record) error {
	cause := fmt.Errorf("status %d from a server in front of discord", rec.status)
	switch kind := kindOfStatus(rec.status, r.repeatable); {
	case rec.status == http.StatusForbidden, rec.status == http.StatusTooManyRequests:
		return blocked(rec, cause)
	case kind == bot.KindUnauthorised, kind == bot.KindUncertain:
		return &bot.DeliveryError{Kind: kind, Err: cause}
	default:
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: cause}
	}
}

// blocked is for an address that is not let through to Discord. It is a throttle of everything rather than one
// channel's trouble: each further request, to whatever channel, would prolong it.
func blocked(rec *record, cause error) error {
	return &bot.DeliveryError{
		Kind: bot.KindThrottled, Scope: globalBucket, RetryAfter: retryAfter(rec, &apiError{}, blockedFor), Err: cause,
	}
}

// scopeOf names the bucket that a 429 is about.
func scopeOf(r request, rec *record, e *apiError) string {
	if e.Global || rec.header.Get("X-RateLimit-Global") != "" || rec.header.Get("X-RateLimit-Scope") == "global" {
		return globalBucket
	}
	if r.channel == "" {
		return ""
	}
	return routeBucket(r.method, r.channel)
}

// retryAfter is the longest of the times that an answer names, or the fallback where it names none.
func retryAfter(rec *record, e *apiError, fallback time.Duration) time.Duration {
	longest := e.Retry
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset-After"} {
		if name != "Retry-After" && rec.status != http.StatusTooManyRequests {
			continue
		}
		if seconds, err := strconv.ParseFloat(rec.header.Get(name), 64); err == nil && seconds < 1e6 {
			longest = max(longest, seconds)
		}
	}
	if longest <= 0 || longest > 1e6 {
		return fallback
	}
	return time.Duration(longest * float64(time.Second))
}

// unclear is for a request that left and had no complete answer.
func (n *Notifier) unclear(err error) error { return uncertain(n.redact(err)) }

func uncertain(err error) error { return &bot.DeliveryError{Kind: bot.KindUncertain, Err: err} }

func rejected(err error) error { return &bot.DeliveryError{Kind: bot.KindRejected, Err: err} }

// short bounds a text that comes from outside, and takes our token out.
func (n *Notifier) short(text string) string {
	text = strings.ReplaceAll(text, n.token, "[token]")
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}

func isKind(err error, kind bot.ErrorKind) bool {
	var e *bot.DeliveryError
	return errors.As(err, &e) && e.Kind == kind
}

func isCode(err error, code int) bool {
	var e *apiError
	return errors.As(err, &e) && e.Code == code
}
