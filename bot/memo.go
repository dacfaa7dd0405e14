package bot

import (
	"strings"
	"sync"
	"time"
)

// memo is a renderer that keeps the notices of the current second: in a broadcast most chats are told the same. A
// message is only read once it is made.
type memo struct {
	Renderer

	mu       sync.Mutex
	second   time.Time
	messages map[memoKey]Message
}

// memoKey is everything in which the notices of an account differ.
type memoKey struct {
	lang      string
	incident  IncidentID
	revision  int64
	purpose   Purpose
	audience  Audience
	affected  string
	beside    string
	offers    string
	place     string
	heard     Condition
	checkedAt time.Time
}

func keyOf(lang string, n Notice) memoKey {
	var offers strings.Builder
	for _, o := range n.Offers {
		offers.WriteString(o.Workaround.ID + " " + string(o.Through.ID) + " ")
	}
	return memoKey{
		lang: lang, incident: n.Incident.ID, revision: n.Incident.Revision, purpose: n.Purpose, audience: n.Audience,
		affected: idsOf(n.Affected), beside: idsOf(n.Beside), offers: offers.String(), place: n.Place.Location.String() + " " + n.Place.Name, heard: n.Heard, checkedAt: n.CheckedAt,
	}
}

func idsOf(list []Platform) string {
	var ids strings.Builder
	for _, p := range list {
		ids.WriteString(string(p.ID) + " ")
	}
	return ids.String()
}

// Notice renders a notice as it is at the beginning of the second, unless the same one was rendered in it.
func (m *memo) Notice(lang string, n Notice) (Message, error) {
	n.Now = n.Now.Truncate(time.Second)
	key := keyOf(lang, n)
	m.mu.Lock()
	if !n.Now.Equal(m.second) {
		m.second, m.messages = n.Now, make(map[memoKey]Message)
	}
	message, found := m.messages[key]
	m.mu.Unlock()
	if found {
		return message, nil
	}
	message, err := m.Renderer.Notice(lang, n)
	if err != nil {
		return message, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if n.Now.Equal(m.second) {
		m.messages[key] = message
	}
	return message, nil
}
