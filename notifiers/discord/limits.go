package discord

import (
	"cmp"
	"net/http"
	"strconv"
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

func channelBucket(id string) string { return "channel:" + id }

// Buckets names the limit of the bot and that of the channel, the latter as Discord's headers last told it.
func (n *Notifier) Buckets(_ bot.Op, to bot.Address) []bot.Bucket {
	return []bot.Bucket{
		{Name: globalBucket, N: globalN, Per: globalPer},
		n.limits.of(room(to)),
	}
}

// learned keeps the limits of channels that differ from where we start.
type learned struct {
	mu       sync.Mutex
	channels map[string]bot.Bucket
}

func (l *learned) of(channel string) bot.Bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.channels[channel]; ok {
		return b
	}
	return bot.Bucket{Name: channelBucket(channel), N: channelN, Per: channelPer}
}

// note reads the headers of an answer. The window's length shows only in the first answer of a window, when one request
// of it is used up. Of the routes of a channel the slowest is kept.
func (l *learned) note(channel string, h http.Header) {
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	seconds, err3 := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if cmp.Or(err1, err2, err3) != nil || channel == "" || limit < 1 || remaining != limit-1 || seconds <= 0 {
		return
	}
	b := bot.Bucket{Name: channelBucket(channel), N: limit, Per: time.Duration(seconds * float64(time.Second))}
	if slower(l.of(channel), b) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channels == nil {
		l.channels = make(map[string]bot.Bucket)
	}
	l.channels[channel] = b
}

// slower reports whether a allows fewer operations than b over time.
func slower(a, b bot.Bucket) bool {
	return float64(a.N)*b.Per.Seconds() <= float64(b.N)*a.Per.Seconds()
}
