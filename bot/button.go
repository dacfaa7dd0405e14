package bot

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
)

// Button is something to press beneath a message.
type Button struct {
	Label string
	Data  string // what the chat platform gives back when it is pressed: at most [MaxData] of A–Z, a–z, 0–9, _ and -
}

// MaxData is the longest data of a button, in bytes: what Telegram takes, also at the end of a link that opens a
// conversation (https://core.telegram.org/bots/api#inlinekeyboardbutton, https://core.telegram.org/bots/features#deep-linking).
const MaxData = 64

// Action is what a press asks for.
type Action string

// The actions.
const (
	ActionDetails      Action = "details"       // what was seen, since when, from where
	ActionTodo         Action = "todo"          // what can be done now
	ActionAlso         Action = "also"          // « it does not work here either »
	ActionFine         Action = "fine"          // « it works here »
	ActionTell         Action = "tell"          // « tell me when it is back »
	ActionShareDetails Action = "share_details" // the same as ActionDetails, for everybody in the chat
	ActionShareTodo    Action = "share_todo"
	ActionShareStatus  Action = "share_status"
	ActionSettings     Action = "settings"  // the form for « reglages »
	ActionSubscribe    Action = "subscribe" // the form for « abonner »
)

// Actions lists every action for those who read notices.
func Actions() []Action {
	return append(noticeActions(), ActionShareDetails, ActionShareTodo, ActionShareStatus, ActionSettings, ActionSubscribe)
}

// noticeActions are those beneath the notice of an incident that goes on, in their order.
func noticeActions() []Action {
	return []Action{ActionDetails, ActionTodo, ActionAlso, ActionFine, ActionTell}
}

// pressed is what a button asks for, and about which incident (0: about none).
type pressed struct {
	action   Action
	incident IncidentID
}

// Seal makes the data of buttons and tells ours from forged ones. All replicas share its key, which is in the database.
// Until it is loaded there are no buttons; nor has a nil one any. It is safe for concurrent use.
type Seal struct{ key atomic.Pointer[[]byte] }

// SealTx keeps the key of the seal.
type SealTx interface {
	// SealKey returns the key that is kept; where there is none yet, it keeps the fresh one.
	SealKey(fresh string) (string, error)
}

const (
	sealKeySize = 32
	// markSize is how much of a signature goes with a button, in bytes: guessing takes 2^95 presses.
	markSize = 12
)

// Load reads the key, and makes one at the first start.
func (s *Seal) Load(ctx context.Context, store Store) error {
	fresh := make([]byte, sealKeySize)
	_, _ = rand.Read(fresh) // never fails: https://pkg.go.dev/crypto/rand#Read
	var kept string
	err := store.Update(ctx, func(tx Tx) (err error) {
		kept, err = tx.SealKey(hex.EncodeToString(fresh))
		return err
	})
	if err != nil {
		return fmt.Errorf("read the key of the buttons: %w", err)
	}
	key, err := hex.DecodeString(kept)
	if err != nil || len(key) != sealKeySize {
		return fmt.Errorf("the key of the buttons in the database is not %d bytes in hexadecimal digits", sealKeySize)
	}
	s.key.Store(&key)
	return nil
}

// loaded reports whether there is a key.
func (s *Seal) loaded() bool { return s != nil && s.key.Load() != nil }

// write makes the data of a button of an account.
func (s *Seal) write(account AccountID, p pressed) string {
	subject := string(p.action) + "-" + strconv.FormatInt(int64(p.incident), 36)
	return subject + "-" + s.mark(account, subject)
}

// read is what a button of an account asks for. It reports false for data that is not ours.
func (s *Seal) read(account AccountID, data string) (pressed, bool) {
	parts := strings.SplitN(data, "-", 3)
	if !s.loaded() || len(data) > MaxData || len(parts) < 3 {
		return pressed{}, false
	}
	mark := s.mark(account, parts[0]+"-"+parts[1])
	number, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil || subtle.ConstantTimeCompare([]byte(mark), []byte(parts[2])) != 1 {
		return pressed{}, false
	}
	return pressed{Action(parts[0]), IncidentID(number)}, true
}

// mark signs the subject of a button.
func (s *Seal) mark(account AccountID, subject string) string {
	h := hmac.New(sha256.New, *s.key.Load())
	h.Write([]byte(string(account) + "\x00" + subject))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:markSize])
}

// buttons makes buttons with labels in a language.
func (s *Seal) buttons(words Renderer, lang string, account AccountID, incident IncidentID, actions ...Action) ([]Button, error) {
	if !s.loaded() || len(actions) == 0 {
		return nil, nil
	}
	list := make([]Button, len(actions))
	for i, action := range actions {
		label, err := words.Button(lang, action)
		if err != nil {
			return nil, err
		}
		list[i] = Button{Label: label, Data: s.write(account, pressed{action, incident})}
	}
	return list, nil
}

// buttons are those beneath a living message: none once its incident is over, nor beneath an announcement of what is to
// come, or where the platform did not take the full text.
func (w Writer) buttons(t Task, lang string) ([]Button, error) {
	i, actions := t.Incident, noticeActions()
	switch {
	case i.Letter != nil && w.Operated:
		actions = i.Letter.Offers
	case i.Announced():
		return nil, nil
	}
	if t.Delivery.Flight.Purpose != PurposeBulletin || !i.Open() || t.Delivery.Plain {
		return nil, nil
	}
	return w.Seal.buttons(w.Renderer, lang, t.Destination.Account, i.ID, actions...)
}
