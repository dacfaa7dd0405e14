package discord

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
	globalN   = 50
	globalPer = time.Second
	// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	invalidN   = 10_000
	invalidPer = 10 * time.Minute
	// banned is how long the ban lasts. Discord says "temporarily"; an hour is what people report.
	banned = time.Hour
)

// window counts requests in a period that starts with the first of them.
type window struct {
	n     int
	per   time.Duration
	used  int
	start time.Time
	shut  time.Time // refused until then, whatever the count
}

// take counts a request and returns how long to wait if it is one too many.
func (w *window) take(now time.Time) time.Duration {
	if w.shut.After(now) {
		return w.shut.Sub(now)
	}
	if now.Sub(w.start) >= w.per {
		w.start, w.used = now, 0
	}
	if w.used >= w.n {
		return w.start.Add(w.per).Sub(now)
	}
	w.used++
	return 0
}

// limits are the windows of one bot on one address.
type limits struct {
	global  window
	routes  map[string]*window
	invalid window
	banned  time.Time
}

func newLimits() limits {
	return limits{
		global:  window{n: globalN, per: globalPer},
		routes:  make(map[string]*window),
		invalid: window{n: invalidN, per: invalidPer},
	}
}

// route returns the window of a route for a top-level resource. The numbers are the ones that Discord's headers show
// today; they are not published, so that clients must read the headers.
func (l *limits) route(pattern, resource string) *window {
	key := pattern + " " + resource
	w := l.routes[key]
	if w == nil {
		w = &window{n: 5, per: 5 * time.Second}
		switch method, _, _ := strings.Cut(pattern, " "); method {
		case http.MethodDelete:
			w.per = time.Second
		case http.MethodGet:
			w.n = 10
		}
		l.routes[key] = w
	}
	return w
}

// count notes the status of an answer and starts the ban when there were too many invalid requests.
func (l *limits) count(status int, scope string, now time.Time) {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if scope == "shared" {
			return
		}
	default:
		return
	}
	if l.invalid.take(now) > 0 {
		l.banned = now.Add(banned)
	}
}

// header writes the X-RateLimit headers of a route's window.
func (w *window) header(h http.Header, pattern string, now time.Time) {
	left := w.start.Add(w.per).Sub(now)
	hash := fnv.New64a()
	hash.Write([]byte(pattern))
	h.Set("X-RateLimit-Limit", strconv.Itoa(w.n))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(w.n-w.used))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(now.Add(left).UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", left.Seconds()))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", hash.Sum64()))
}

// tooMany is the 429 of a scope: "user" and "shared" for a route, "global" for the whole bot. The global one has no
// Reset-After. https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit
func tooMany(scope string, wait time.Duration) reply {
	h := make(http.Header)
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	h.Set("X-RateLimit-Scope", scope)
	global := scope == "global"
	if global {
		h.Set("X-RateLimit-Global", "true")
	}
	message := "You are being rate limited."
	if scope == "shared" {
		message = "The resource is being rate limited."
	}
	return reply{status: http.StatusTooManyRequests, header: h, scope: scope, body: map[string]any{
		"message": message, "retry_after": math.Ceil(wait.Seconds()*1000) / 1000, "global": global,
	}}
}

// cloudflare is what the servers in front of Discord answer to a banned address.
func cloudflare(wait time.Duration) reply {
	h := make(http.Header)
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return reply{status: http.StatusTooManyRequests, header: h, scope: "cloudflare", page: frontPage(http.StatusTooManyRequests)}
}

// frontPage is the page of the servers in front of Discord for a status.
func frontPage(status int) string {
	code := status
	switch status {
	case http.StatusTooManyRequests:
		code = 1015
	case http.StatusForbidden:
		code = 1020
	}
	return fmt.Sprintf("<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>%s | discord.com | Cloudflare</title></head>"+
		"<body><h1>Error %d</h1><p>%s</p></body></html>\n", http.StatusText(status), code, http.StatusText(status))
}
