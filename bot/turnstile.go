package bot

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often somebody may ask: nobody who reads the answers notices. A chat of hundreds of families in the first minutes
// of an outage stays below its limit.
const (
	personBurst = 10
	personEvery = 5 * time.Second
	chatBurst   = 120
	chatEvery   = time.Second / 2
	// toldOnce is how long who is refused is not told so again: in a group everybody reads it.
	toldOnce = time.Minute
)

const (
	// turnstileMemory is how long a person or a chat is known again: the salt of their keys is not older.
	turnstileMemory = time.Hour
	// turnstileMost is how many are known at once; more in an hour are let through as if they were new.
	turnstileMost = 20_000
)

// Turnstile keeps people and chats from asking too often. It knows them by keys that are salted at random, in memory,
// and forgets keys and salt every hour: nothing of them is ever stored. The zero value is ready. It is safe for
// concurrent use.
type Turnstile struct {
	mu     sync.Mutex
	salt   [32]byte
	salted time.Time
	known  map[string]*turn
	said   map[string]string
}

// turn is how often one person or chat asks.
type turn struct {
	limit *rate.Limiter
	told  time.Time // when a refusal was last to be told
}

// Pass lets a request through, or not. First is true where a refusal is to be told: the one who asks was
// not told so within the last minute.
func (t *Turnstile) Pass(account AccountID, chat, person string, now time.Time) (ok, first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	ok, first = t.turn(t.name(account, "person", person), personEvery, personBurst).pass(now)
	if !ok || chat == "" {
		return ok, first
	}
	return t.turn(t.name(account, "chat", chat), chatEvery, chatBurst).pass(now)
}

// Name is what a person is called in the records of deeds, for as long as the turnstile remembers.
func (t *Turnstile) Name(account AccountID, person string, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	return t.name(account, "deed", person)
}

// Say takes note of what somebody says about something, and returns what they said of it before, in the hour: nothing
// where they did not. Whoever is counted once is told from others by that.
func (t *Turnstile) Say(account AccountID, person, about, what string, now time.Time) (before string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	key := t.name(account, about, person)
	before, t.said[key] = t.said[key], what
	return before
}

// forget makes everybody a stranger when the hour is over.
func (t *Turnstile) forget(now time.Time) {
	if t.known != nil && now.Sub(t.salted) < turnstileMemory && len(t.known)+len(t.said) < turnstileMost {
		return
	}
	_, _ = rand.Read(t.salt[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	t.salted, t.known, t.said = now, make(map[string]*turn), make(map[string]string)
}

// name is a salted key. Callers hold mu.
func (t *Turnstile) name(account AccountID, kind, id string) string {
	h := sha256.New()
	h.Write(t.salt[:])
	for _, part := range []string{string(account), kind, id} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (t *Turnstile) turn(name string, every time.Duration, burst int) *turn {
	if t.known[name] == nil {
		t.known[name] = &turn{limit: rate.NewLimiter(rate.Every(every), burst)}
	}
	return t.known[name]
}

func (t *turn) pass(now time.Time) (ok, first bool) {
	ok = t.limit.AllowN(now, 1)
	first = !ok && (t.told.IsZero() || now.Sub(t.told) >= toldOnce)
	if first {
		t.told = now
	}
	return ok, first
}
