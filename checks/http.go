package checks

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// httpCheck asks for a page and judges what comes back.
type httpCheck struct {
	spec       Spec
	userAgent  string
	transport  *http.Transport
	recogniser *Recogniser
	must       []matcher
	mustNot    []matcher
	memory     *memory
	logger     *slog.Logger
}

func newHTTP(spec Spec, env Env) (bot.Checker, error) {
	recogniser, err := NewRecogniser(spec.Signatures)
	if err != nil {
		return nil, err
	}
	must, err := compileAll(spec.MustContain)
	if err != nil {
		return nil, err
	}
	mustNot, err := compileAll(spec.MustNotContain)
	if err != nil {
		return nil, err
	}
	return &httpCheck{
		spec:       spec,
		userAgent:  env.UserAgent,
		transport:  newTransport(env, spec),
		recogniser: recogniser,
		must:       must,
		mustNot:    mustNot,
		memory:     &memory{},
		logger:     env.Logger,
	}, nil
}

// Check makes one run. The verdict's Check, Platform and Vantage are left to the caller.
func (c *httpCheck) Check(ctx context.Context) bot.Verdict {
	start := time.Now()
	v := c.run(ctx)
	v.At, v.Evidence.Latency = start, time.Since(start)
	if v.Outcome == bot.Up && v.Evidence.Latency > c.spec.SlowAfter {
		v.Outcome, v.Reason = bot.Slow, bot.ReasonSlow
	}
	v = asLogin(c.spec.Function, v)
	v.Evidence.Detail = bounded(v.Evidence.Detail)
	c.logger.DebugContext(ctx, "check run", "check", c.spec.ID, "outcome", v.Outcome, "reason", v.Reason)
	return v
}

// asLogin says that people cannot log in where the target is a step of the way in and cannot be reached. What a login
// page says itself (full, closed, in maintenance) stays.
func asLogin(f Function, v bot.Verdict) bot.Verdict {
	if f == FunctionLogin && v.Outcome == bot.Down && v.Reason.Condition() == bot.Unreachable {
		v.Evidence.Detail = fmt.Sprintf("%s: %s", v.Reason, v.Evidence.Detail)
		v.Reason = bot.ReasonLoginPath
	}
	return v
}

func (c *httpCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.spec.Limits)
	defer p.stop()
	trail := newTrail(c.spec)
	response, err := c.ask(ctx, trail)
	if err != nil {
		return c.failed(parent, ctx, p, trail, err)
	}
	defer response.Body.Close()
	p.enter(reading)
	body, err := readUpTo(response.Body, c.spec.Limits.Body)
	v := c.judge(response, newPage(body, response.Header.Get("Content-Type")), err == nil)
	v = c.memory.settle(response, v, err == nil)
	if err != nil && v.Outcome == bot.Up {
		v = c.failed(parent, ctx, p, trail, err)
	}
	c.witness(&v.Evidence, p, trail, response)
	return v
}

// ask sends the request and follows redirects.
func (c *httpCheck) ask(ctx context.Context, trail *trail) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, c.spec.Method, c.spec.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	request.Header.Set("Accept-Language", "fr")
	for name, value := range c.spec.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", c.userAgent)
	trail.start(request.URL)
	// Login pages set a cookie and redirect to themselves: without a jar they would look like a loop.
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: c.memory.transport(c.transport), Jar: jar, CheckRedirect: trail.follow}
	return client.Do(request)
}

// failed judges a run that brought no whole answer.
func (c *httpCheck) failed(parent, ctx context.Context, p *progress, trail *trail, err error) bot.Verdict {
	f := classify(parent, ctx, p, err)
	v := bot.Verdict{Outcome: f.outcome, Reason: f.reason}
	v.Evidence.Detail, v.Evidence.TLSExpiry = f.detail, f.expiry
	if f.reason == bot.ReasonOwnNetwork {
		c.logger.WarnContext(ctx, "check stopped on our side", "check", c.spec.ID, "err", f.detail)
	}
	c.witness(&v.Evidence, p, trail, nil)
	return v
}

// witness fills in what the run saw, whatever came of it.
func (c *httpCheck) witness(e *bot.Evidence, p *progress, trail *trail, response *http.Response) {
	e.URL, e.Address = trail.last(), p.at()
	e.Detail = trail.note(e.Detail)
	if response == nil {
		return
	}
	e.Status = response.StatusCode
	e.RetryIn = retryIn(response.Header.Get("Retry-After"), time.Now())
	if t := response.TLS; t != nil && len(t.PeerCertificates) > 0 {
		e.TLSExpiry = t.PeerCertificates[0].NotAfter
	}
}

// judge decides what an answer means. Of a page that was not read to its end only what it says counts, not what it
// lacks.
func (c *httpCheck) judge(response *http.Response, p page, whole bool) bot.Verdict {
	status := response.StatusCode
	if s, found := c.recogniser.recognise(status, p); found {
		v := verdict(s.outcome(), s.Reason, "")
		v.Evidence.Signature, v.Evidence.Matched = s.ID, s.All[0].String()
		return v
	}
	if !c.accepts(status) {
		return refusal(status)
	}
	if !whole {
		return verdict(bot.Up, bot.ReasonNone, "")
	}
	return c.compare(p)
}

// compare looks for the texts that must and must not appear.
func (c *httpCheck) compare(p page) bot.Verdict {
	for _, m := range c.mustNot {
		if m.match(p) {
			return textVerdict(bot.ReasonBodyForbidden, m.pattern, "a text that must not appear is on the page")
		}
	}
	for _, m := range c.must {
		if !m.match(p) {
			return textVerdict(bot.ReasonBodyMissing, m.pattern, "a text that must appear is not on the page")
		}
	}
	return verdict(bot.Up, bot.ReasonNone, "")
}

func textVerdict(reason bot.Reason, p Pattern, detail string) bot.Verdict {
	v := verdict(bot.Down, reason, detail)
	v.Evidence.Matched = p.String()
	return v
}

func verdict(outcome bot.Outcome, reason bot.Reason, detail string) bot.Verdict {
	return bot.Verdict{Outcome: outcome, Reason: reason, Evidence: bot.Evidence{Detail: detail}}
}

func (c *httpCheck) accepts(status int) bool {
	if len(c.spec.Accept) == 0 {
		return status >= 200 && status <= 299
	}
	return slices.Contains(c.spec.Accept, status)
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

// readUpTo reads a body, at most limit bytes of it: errTooLarge comes with the first limit bytes.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
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
