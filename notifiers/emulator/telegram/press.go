package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

const (
	// https://core.telegram.org/bots/api#inlinekeyboardbutton
	maxData = 64 // bytes
	// maxKeys is how many buttons a message takes; no number is published (https://limits.tginfo.me).
	maxKeys = 100
	// https://core.telegram.org/bots/api#answercallbackquery
	maxWindow = 200
	// queryLasts is how long a press can be answered. No number is published; people wait about as long for the sign that
	// their client shows.
	queryLasts = 15 * time.Second
)

// markup is an inline keyboard. https://core.telegram.org/bots/api#inlinekeyboardmarkup
type markup struct {
	Rows [][]key `json:"inline_keyboard"`
}

type key struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Data string `json:"callback_data,omitempty"`
}

// readMarkup reads an inline keyboard; nil for none. What is not described was refused before.
func readMarkup(text string) (*markup, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no keyboard is no error
	}
	var m markup
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, Refusal(jsonPrefix + "reply keyboard markup JSON object")
	}
	n := 0
	for _, k := range slices.Concat(m.Rows...) {
		n++
		switch {
		case strings.TrimSpace(k.Text) == "", k.Data == "" && k.URL == "":
			return nil, errButtonText
		case len(k.Data) > maxData:
			return nil, errButtonData
		}
	}
	if n > maxKeys {
		return nil, errMarkupTooLong
	}
	if n == 0 {
		return nil, nil //nolint:nilnil // an empty keyboard takes the old one away
	}
	return &m, nil
}

// press is that somebody pressed a button.
type press struct {
	id       string
	user     string
	at       time.Time
	body     object
	answered bool
	window   Window
}

// Window is what a person saw after a press: a text, shown until they close it or only for a moment, or an address that
// their client opened.
type Window struct {
	Text  string
	Alert bool
	URL   string
}

// Buttons lists what can be pressed in a chat.
func (s *Server) Buttons(channel string) []emulator.Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []emulator.Button
	c := s.lookup(channel)
	if c == nil {
		return nil
	}
	for _, m := range c.messages {
		if m.deleted || m.Markup == nil {
			continue
		}
		for _, k := range slices.Concat(m.Markup.Rows...) {
			list = append(list, emulator.Button{Message: strconv.Itoa(m.id), Label: k.Text, Data: k.Data})
		}
	}
	return list
}

// Press makes a person press a button. The bot receives it in groups whatever its privacy mode.
func (s *Server) Press(channel, user string, b emulator.Button) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(channel)
	if c == nil || c.standing != inside && c.standing != restricted {
		return
	}
	m := c.find(b.Message)
	if m == nil {
		return
	}
	from := s.person(c, Utterance{User: user})
	if from == nil { // in a channel everybody can press
		from = s.person(&chat{kind: group}, Utterance{User: user})
	}
	p := &press{id: fmt.Sprintf("43000%014d", len(s.presses)+1), user: user, at: time.Now()}
	p.body = object{
		"id": p.id, "from": from, "message": m.describe(c), "chat_instance": strconv.FormatInt(c.id, 10), "data": b.Data,
	}
	s.presses = append(s.presses, p)
	s.queue.push("callback_query", p.body)
}

// Repeat sends the last press once more: what was not confirmed comes again.
func (s *Server) Repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.presses) > 0 {
		s.queue.push("callback_query", s.presses[len(s.presses)-1].body)
	}
}

func (s *Server) answerCallbackQuery(args arguments) (any, error) {
	i := slices.IndexFunc(s.presses, func(p *press) bool { return p.id == args["callback_query_id"] })
	switch {
	case i < 0, s.presses[i].answered, time.Since(s.presses[i].at) > queryLasts:
		return nil, errQueryTooOld
	case units(args["text"]) > maxWindow:
		return nil, errWindowTooLong
	case args["url"] != "" && !opens(args["url"]):
		return nil, errWindowURL
	}
	p := s.presses[i]
	p.answered = true
	p.window = Window{Text: args["text"], Alert: args["show_alert"] == "true", URL: args["url"]}
	if p.window.URL != "" {
		p.window.Text = "" // clients show one or the other
	}
	return true, nil
}

// opens reports whether an address opens the bot's conversation, the only one that a press may open for a bot without
// games (https://core.telegram.org/bots/features#deep-linking).
func opens(address string) bool {
	start, ok := strings.CutPrefix(strings.ToLower(address), strings.ToLower("https://t.me/"+Username+"?start="))
	return ok && len(start) <= maxData && strings.Trim(start, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// Windows lists what a person saw after each of their presses that was answered.
func (s *Server) Windows(user string) []Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Window
	for _, p := range s.presses {
		if p.user == user && p.answered {
			list = append(list, p.window)
		}
	}
	return list
}

// Unanswered counts the presses that the bot has not answered: their people see a clock.
func (s *Server) Unanswered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, p := range s.presses {
		if !p.answered {
			n++
		}
	}
	return n
}

// Chat is the id of a person's private chat.
func (s *Server) Chat(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strconv.FormatInt(s.people[user], 10)
}

// met reports whether an id is that of a person who wrote or pressed in a group.
func (s *Server) met(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return false
	}
	for _, known := range s.people {
		if known == n {
			return true
		}
	}
	return false
}
