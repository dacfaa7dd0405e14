package discord

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// globalBucket is the name of the limit of the whole bot: 50 requests a second.
	// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
	globalBucket = "global"
	globalN      = 50
	globalPer    = time.Second

	// The limit of a channel is not published: « rate limits should not be hard coded into your bot ». This is where we
	// start; the headers of each answer correct it.
	// https://docs.discord.com/developers/topics/rate-limits#header-format
	channelN   = 5
	channelPer = 5 * time.Second
)

// routeBucket names the limit of a kind of request in a channel. Discord limits each route by itself.
func routeBucket(method, channel string) string {
	switch method {
	case http.MethodPost:
		return "post:" + channel
	case http.MethodPatch:
		return "edit:" + channel
	default:
		return strings.ToLower(method) + ":" + channel
	}
}

// Buckets names the limit of the bot and that of the channel's route, the latter as Discord's headers last told it.
func (n *Notifier) Buckets(op bot.Op, to bot.Address) []bot.Bucket {
	method := http.MethodPost
	if op == bot.OpEdit {
		method = http.MethodPatch
	}
	return []bot.Bucket{
		{Name: globalBucket, N: globalN, Per: globalPer},
		n.limits.of(routeBucket(method, room(to))),
	}
}

// learned keeps the limits of routes that differ from where we start, by their bucket's name.
type learned struct {
	mu     sync.Mutex
	routes map[string]bot.Bucket
}

func (l *learned) of(name string) bot.Bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.routes[name]; ok {
		return b
	}
	return bot.Bucket{Name: name, N: channelN, Per: channelPer}
}

// note reads the headers of an answer. The window's length shows only in the first answer of a window, when one request
// of it is used up.
func (l *learned) note(r request, h http.Header) {
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	seconds, err3 := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if cmp.Or(err1, err2, err3) != nil || r.channel == "" || limit < 1 || remaining != limit-1 || seconds <= 0 {
		return
	}
	name := routeBucket(r.method, r.channel)
	b := bot.Bucket{Name: name, N: limit, Per: time.Duration(seconds * float64(time.Second))}
	if slower(l.of(name), b) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.routes == nil {
		l.routes = make(map[string]bot.Bucket)
	}
	l.routes[name] = b
}

// slower reports whether a allows fewer operations than b over time.
func slower(a, b bot.Bucket) bool {
	return float64(a.N)*b.Per.Seconds() <= float64(b.N)*a.Per.Seconds()
}
