package checks

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// httpCheck asks for a page, or for several in a row, and judges what comes back.
type httpCheck struct {
	method     string // of the first request; later ones are GET
	headers    map[string]string
	redirects  int // as in [Spec]
	limits     Limits
	userAgent  string
	connect    connector
	roots      *x509.CertPool
	recogniser *Recogniser
	moves      []move  // at least one
	memory     *memory // nil where further steps need the whole page
}

// httpKeys are the keys that only http checks know.
func httpKeys() []string {
	return []string{"method", "headers", "accept", "must_contain", "must_not_contain", "max_redirects", "steps"}
}

func newHTTP(spec Spec, env Env) (runner, error) {
	recogniser, err := newRecogniser(spec.Signatures, env.Patterns)
	if err != nil {
		return nil, err
	}
	c := &httpCheck{
		method: spec.Method, headers: spec.Headers, redirects: spec.MaxRedirects, limits: spec.Limits,
		userAgent: env.UserAgent, connect: env.connector(spec), roots: env.Roots, recogniser: recogniser,
	}
	if len(spec.Steps) == 0 {
		c.memory = &memory{}
	}
	for _, step := range append([]Step{spec.first()}, spec.Steps...) {
		m, err := step.compile(env.Patterns)
		if err != nil {
			return nil, err
		}
		c.moves = append(c.moves, m)
	}
	return c.run, nil
}

func (c *httpCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.limits)
	defer p.stop()
	w, err := c.newWalk(p)
	if err != nil {
		return classify(parent, ctx, p, err).verdict(p)
	}
	return w.run(parent, ctx)
}

// judge decides what an answer means. Of a page that was not read to its end only what it says counts, not what it
// lacks.
func (c *httpCheck) judge(m move, status int, p page, whole bool) bot.Verdict {
	if s, found := c.recogniser.recognise(status, p); found {
		v := verdict(s.outcome(), s.Reason, "")
		v.Evidence.Signature, v.Evidence.Matched = s.ID, s.All[0].String()
		return v
	}
	if !m.accepts(status) {
		return refusal(status)
	}
	if !whole {
		return verdict(bot.Up, bot.ReasonNone, "")
	}
	return m.compare(p)
}

// compare looks for the texts that must and must not appear.
func (m move) compare(p page) bot.Verdict {
	for _, text := range m.mustNot {
		if text.match(p) {
			return textVerdict(bot.ReasonBodyForbidden, text.pattern, "a text that must not appear is in the answer")
		}
	}
	for _, text := range m.must {
		if !text.match(p) {
			return textVerdict(bot.ReasonBodyMissing, text.pattern, "a text that must appear is not in the answer")
		}
	}
	return verdict(bot.Up, bot.ReasonNone, "")
}

func textVerdict(reason bot.Reason, p Pattern, detail string) bot.Verdict {
	v := verdict(bot.Down, reason, detail)
	v.Evidence.Matched = p.String()
	return v
}

func (m move) accepts(status int) bool {
	if len(m.Accept) == 0 {
		return status >= 200 && status <= 299
	}
	return slices.Contains(m.Accept, status)
}

// refusal is what a status that is not accepted says. 403 and 429 are how front servers turn programs away, not
// families: they say nothing of the platform.
func refusal(status int) bot.Verdict {
	detail := strings.TrimSpace(fmt.Sprintf("status %d %s", status, http.StatusText(status)))
	switch {
	case status == http.StatusForbidden || status == http.StatusTooManyRequests:
		return verdict(bot.Unknown, bot.ReasonBlockedUs, detail)
	case status >= 500 && status <= 599:
		return verdict(bot.Down, bot.ReasonServerError, detail)
	case status >= 300 && status <= 399:
		return verdict(bot.Down, bot.ReasonRedirect, detail+", a redirect that leads nowhere")
	}
	return verdict(bot.Down, bot.ReasonHTTPStatus, detail)
}

// usualBody is room for most login pages, in bytes.
const usualBody = 16 << 10

// readUpTo reads a body, at most limit bytes of it: errTooLarge comes with the first limit bytes. The length that the
// body is said to have (-1: unknown) is believed as far as usual ones go.
func readUpTo(r io.Reader, length, limit int64) ([]byte, error) {
	if length < 0 || length > usualBody {
		length = usualBody
	}
	var buffer bytes.Buffer
	buffer.Grow(int(min(length, limit)) + bytes.MinRead)
	_, err := buffer.ReadFrom(io.LimitReader(r, limit+1))
	body := buffer.Bytes()
	if int64(len(body)) > limit {
		return body[:limit], errTooLarge
	}
	return body, err
}

// maxRetryIn bounds what a target may ask for: a check is not put to sleep for longer.
const maxRetryIn = 24 * time.Hour

// retryIn reads a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). It is zero for anything else and
// for the past.
func retryIn(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.Atoi(header); err == nil {
		wait = time.Duration(min(seconds, int(maxRetryIn/time.Second))) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryIn)
}
