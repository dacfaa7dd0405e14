package checks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// walk is one run of an http check, from page to page.
type walk struct {
	check    *httpCheck
	progress *progress
	trail    *trail
	client   http.Client

	at       *url.URL       // where the newest page was found
	page     page           // the newest one
	response *http.Response // to the newest request; nil while there is none
}

func (c *httpCheck) newWalk(p *progress) (*walk, error) {
	// Login pages set a cookie and redirect to themselves: without a jar they would look like a loop.
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	w := &walk{check: c, progress: p, trail: newTrail(c.redirects, c.headers)}
	w.client = http.Client{Transport: c.memory.transport(c.newTransport()), Jar: jar, CheckRedirect: w.trail.follow}
	return w, nil
}

// run takes the steps until one does not come out well.
func (w *walk) run(parent, ctx context.Context) bot.Verdict {
	var v bot.Verdict
	for i := range w.check.moves {
		v = w.name(i, w.take(parent, ctx, i))
		if v.Outcome != bot.Up {
			break
		}
	}
	w.witness(&v.Evidence)
	return v
}

// name says at which of several steps a run stopped. Where the first page is good and a later one is not, people cannot
// log in.
func (w *walk) name(i int, v bot.Verdict) bot.Verdict {
	if len(w.check.moves) == 1 || v.Outcome == bot.Up {
		return v
	}
	if i > 0 {
		v = asLogin(FunctionLogin, v)
	}
	v.Evidence.Step = w.check.moves[i].title()
	v.Evidence.Detail = fmt.Sprintf("step %d of %d: %s", i+1, len(w.check.moves), v.Evidence.Detail)
	return v
}

// take takes one step.
func (w *walk) take(parent, ctx context.Context, i int) bot.Verdict {
	m := w.check.moves[i]
	method := http.MethodGet
	if i == 0 {
		method = w.check.method
	}
	to, err := w.next(m)
	switch {
	case errors.Is(err, errNoLink), errors.Is(err, errLinkTarget):
		return textVerdict(bot.ReasonBodyMissing, m.Follow, err.Error())
	case err != nil:
		return w.failed(parent, ctx, err)
	}
	if err := w.ask(ctx, method, to); err != nil {
		return w.failed(parent, ctx, err)
	}
	defer w.response.Body.Close()
	w.progress.enter(reading)
	body, err := readUpTo(w.response.Body, w.response.ContentLength, w.check.limits.Body)
	w.at, w.page = w.response.Request.URL, newPage(body, w.response.Header.Get("Content-Type"))
	v := w.check.judge(m, w.response.StatusCode, w.page, err == nil)
	v = w.check.memory.settle(w.response, v, err == nil)
	if err != nil && v.Outcome == bot.Up {
		return w.failed(parent, ctx, err)
	}
	return v
}

// The ways in which the link to a step is not there.
var (
	errNoLink     = errors.New("no such link is on the page")
	errLinkTarget = errors.New("the link leads to something that is not a web address")
)

// next is the address that a step asks for.
func (w *walk) next(m move) (*url.URL, error) {
	if m.URL != "" {
		return url.Parse(m.URL)
	}
	to, seen := m.findLink(w.page, w.at)
	switch {
	case to != nil:
		return to, nil
	case seen:
		return nil, errLinkTarget
	}
	return nil, errNoLink
}

// ask sends a request and follows redirects.
func (w *walk) ask(ctx context.Context, method string, to *url.URL) error {
	w.response = nil
	request, err := http.NewRequestWithContext(ctx, method, to.String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	request.Header.Set("Accept-Language", "fr")
	for name, value := range w.check.headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", w.check.userAgent)
	w.trail.start(request.URL)
	w.trail.keepToOneself(request)
	response, err := w.client.Do(request) //nolint:bodyclose // take, who calls, closes it
	if err != nil {
		return err
	}
	w.response = response
	return nil
}

// failed judges a step that brought no whole answer.
func (w *walk) failed(parent, ctx context.Context, err error) bot.Verdict {
	return classify(parent, ctx, w.progress, err).verdict(w.progress)
}

// witness fills in what the run saw, whatever came of it.
func (w *walk) witness(e *bot.Evidence) {
	e.URL = w.trail.last()
	e.Detail = w.trail.note(e.Detail)
	w.progress.witness(e)
	if w.response == nil {
		return
	}
	e.Status = w.response.StatusCode
	e.RetryIn = retryIn(w.response.Header.Get("Retry-After"), time.Now())
}
