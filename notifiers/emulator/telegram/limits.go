package telegram

import (
	"fmt"
	"strconv"
	"time"
)

// The published limits. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
const (
	perSecond = 30 // « no more than 30 messages per second » in all
	perMinute = 20 // « not be able to send more than 20 messages per minute » in one group

	// chatBurst is how many messages one chat takes at once before « no more than one message per second » counts.
	// Telegram allows « short bursts that go over this limit » without saying how short: the number is ours.
	chatBurst = 3
)

// limits keeps a meter for everything that is limited.
type limits map[string]*meter

// meter refuses the request that comes after n others within per. A client that was refused stays refused until the
// time that it was told, however often it asks.
type meter struct {
	n       int
	per     time.Duration
	taken   []time.Time
	blocked time.Time
}

func (l limits) meter(name string, n int, per time.Duration) *meter {
	if l[name] == nil {
		l[name] = &meter{n: n, per: per}
	}
	return l[name]
}

// wait is how long a request would be refused now.
func (m *meter) wait(now time.Time) time.Duration {
	if wait := m.blocked.Sub(now); wait > 0 {
		return wait
	}
	for len(m.taken) > 0 && now.Sub(m.taken[0]) >= m.per {
		m.taken = m.taken[1:]
	}
	if len(m.taken) < m.n {
		return 0
	}
	return m.taken[0].Add(m.per).Sub(now)
}

// refuse shuts the meter for some time and returns how long that is, in whole seconds. Asking again does not shut it
// for longer.
func (m *meter) refuse(now time.Time, wait time.Duration) int {
	seconds := wholeSeconds(wait)
	if !m.blocked.After(now) {
		m.blocked = now.Add(time.Duration(seconds) * time.Second)
	}
	return seconds
}

// throttle counts a message or an edit against every limit, or refuses it. Telegram publishes no limit of its own for
// edits; they are known to count, https://grammy.dev/advanced/flood.
func (s *Server) throttle(c *chat) error {
	if s.options.Unlimited {
		return nil
	}
	now := time.Now()
	meters := s.meters(c)
	for _, m := range meters {
		if wait := m.wait(now); wait > 0 {
			return retryAfter(m.refuse(now, wait))
		}
	}
	for _, m := range meters {
		m.taken = append(m.taken, now)
	}
	return nil
}

// perSecond is what the bot may send in a second.
func (s *Server) perSecond() int { return perSecond * max(s.options.Haste, 1) }

func (s *Server) meters(c *chat) []*meter {
	list := []*meter{
		s.limits.meter("bot", s.perSecond(), time.Second),
		s.limits.meter(fmt.Sprint("chat:", c.id), chatBurst, chatBurst*time.Second),
	}
	if c.kind != private {
		list = append(list, s.limits.meter(fmt.Sprint("group:", c.id), perMinute, time.Minute))
	}
	return list
}

// shut keeps a chat refused, or the whole bot where there is none, as after an injected refusal.
func (s *Server) shut(channel string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.Unlimited {
		return
	}
	m := s.limits.meter("bot", s.perSecond(), time.Second)
	if c := s.lookup(channel); c != nil {
		m = s.meters(c)[1]
	}
	m.blocked = later(m.blocked, time.Now().Add(wait))
}

// retryAfter is the form of a 429. https://core.telegram.org/bots/api#responseparameters
func retryAfter(seconds int) error {
	return refused{Refusal(retryPrefix + strconv.Itoa(seconds)), parameters{RetryAfter: seconds}}
}

func wholeSeconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
