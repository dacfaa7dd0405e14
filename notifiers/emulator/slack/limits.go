package slack

import "time"

// The published limits, per method and workspace in windows of a minute; chat.postMessage about one message a second
// and channel with short bursts. https://docs.slack.dev/apis/web-api/rate-limits/
const (
	tier1 = 1
	tier2 = 20
	tier3 = 50
	tier4 = 100

	window = time.Minute

	// channelBurst is how many messages a channel takes at once before one a second counts. Slack allows « short
	// bursts » without saying how short.
	channelBurst = 5
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

// take counts a request, or says how long the client has to wait.
func (m *meter) take(now time.Time) time.Duration {
	if wait := m.blocked.Sub(now); wait > 0 {
		return wait
	}
	for len(m.taken) > 0 && now.Sub(m.taken[0]) >= m.per {
		m.taken = m.taken[1:]
	}
	if len(m.taken) < m.n {
		m.taken = append(m.taken, now)
		return 0
	}
	wait := (m.taken[0].Add(m.per).Sub(now) + time.Second - 1).Truncate(time.Second)
	m.blocked = now.Add(wait)
	return wait
}

// throttle counts a request against its limits and returns how long it is refused; 0 when it is not.
func (s *Server) throttle(m *method, channel string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.Unlimited {
		return 0
	}
	now := time.Now()
	if m.Name == "chat.postMessage" {
		wait := s.limits.meter("channel:"+channel, channelBurst, channelBurst*time.Second).take(now)
		if wait == 0 && s.options.Workspace > 0 {
			wait = s.limits.meter(m.Name, s.options.Workspace, window).take(now)
		}
		return wait
	}
	n := map[string]int{"t1": tier1, "t2": tier2, "t3": tier3, "t4": tier4}[m.Tier]
	if n == 0 {
		return 0 // a special tier without a published number
	}
	return s.limits.meter(m.Name, n, window).take(now)
}

func (l limits) meter(name string, n int, per time.Duration) *meter {
	if l[name] == nil {
		l[name] = &meter{n: n, per: per}
	}
	return l[name]
}
