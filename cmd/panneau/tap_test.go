package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// tap sees every request of an account on the client's side of the wire.
type tap struct {
	next http.RoundTripper

	mu       sync.Mutex
	accepted int
	refused  int
	early    int       // requests that left before the time that the last 429 named, and did not cross it on the way
	heard    time.Time // when that 429 came
	until    time.Time // the time it named
	trips    time.Duration
	after    int // how many are accepted when then is called
	then     func()
}

// crossing is how soon after a refusal a request may still leave that was let through before it.
const crossing = 10 * time.Millisecond

// RoundTrip implements http.RoundTripper.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	left := time.Now()
	t.mu.Lock()
	if left.Before(t.until) && left.Sub(t.heard) > crossing {
		t.early++
	}
	t.mu.Unlock()
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		t.refused++
		if until := time.Now().Add(toldToWait(answer)); until.After(t.until) {
			t.heard, t.until = time.Now(), until
		}
	case answer.StatusCode < 300:
		t.accepted++
		t.trips += time.Since(left)
		if t.then != nil && t.accepted == t.after {
			t.then()
		}
	}
	return answer, nil
}

func (t *tap) done() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.accepted
}

// refusals counts the refused requests, and those that left before the time that a refusal named.
func (t *tap) refusals() (refused, early int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused, t.early
}

// roundTrip is how long an accepted request took on average.
func (t *tap) roundTrip() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.trips / time.Duration(max(t.accepted, 1))
}

// toldToWait is the time to wait that a 429 names, in its header or, more exactly, in its body.
func toldToWait(answer *http.Response) time.Duration {
	seconds, _ := strconv.ParseFloat(answer.Header.Get("Retry-After"), 64)
	text, _ := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(text))
	var body struct {
		RetryAfter float64 `json:"retry_after"` // Discord
		Parameters struct {
			RetryAfter float64 `json:"retry_after"` // Telegram
		}
	}
	if json.Unmarshal(text, &body) == nil && body.RetryAfter+body.Parameters.RetryAfter > 0 {
		seconds = body.RetryAfter + body.Parameters.RetryAfter
	}
	return time.Duration(seconds * float64(time.Second))
}
