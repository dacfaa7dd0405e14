package discord

import (
	"encoding/json"
	"strconv"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Limits of what is pressed. https://docs.discord.com/developers/components/reference
const (
	maxRows     = 5
	maxPerRow   = 5
	maxLabel    = 80
	maxCustomID = 100

	rowType    = 1
	buttonType = 2
	styleLink  = 5
)

// row is a row of buttons. Other components are not emulated.
type row struct {
	Type    int      `json:"type"`
	Buttons []button `json:"components"`
}

type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id"`
	Disabled bool   `json:"disabled"`
}

// rows reads the components of a body; nil where it has none.
func (e edit) rows() ([]row, error) {
	if len(e.Components) == 0 || string(e.Components) == "null" {
		return nil, nil
	}
	list := []row{}
	err := json.Unmarshal(e.Components, &list)
	return list, err
}

// checkRows looks for what Discord refuses in components.
func (e edit) checkRows(f *formErrors) {
	list, err := e.rows()
	if err != nil {
		f.add("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType", "components")
	}
	if len(list) > maxRows {
		f.add("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.", "components")
	}
	ids := map[string]bool{}
	for i, r := range list {
		path := []string{"components", strconv.Itoa(i)}
		if r.Type != rowType {
			f.add("UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).", with(path, "type")...)
		}
		if len(r.Buttons) < 1 || len(r.Buttons) > maxPerRow {
			f.add("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.", with(path, "components")...)
		}
		for j, b := range r.Buttons {
			b.check(f, ids, with(path, "components", strconv.Itoa(j))...)
		}
	}
}

func (b button) check(f *formErrors, ids map[string]bool, path ...string) {
	if b.Type != buttonType || b.Style < 1 || b.Style >= styleLink {
		f.add("BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4}.", with(path, "style")...)
	}
	f.between(b.Label, maxLabel, with(path, "label")...)
	f.between(b.CustomID, maxCustomID, with(path, "custom_id")...)
	if ids[b.CustomID] {
		f.add("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", with(path, "custom_id")...)
	}
	ids[b.CustomID] = true
}

// Buttons lists what can be pressed in a channel, by anybody or by those who see it alone.
func (s *Server) Buttons(channel string) []emulator.Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return nil
	}
	var list []emulator.Button
	for _, m := range c.messages {
		for _, r := range m.Components {
			for _, b := range r.Buttons {
				list = append(list, emulator.Button{Message: m.ID, Label: b.Label, Data: b.CustomID})
			}
		}
	}
	return list
}

// Press makes a person press a button that they see. The bot is told as with a command what they may do.
func (s *Server) Press(channel, name string, b emulator.Button) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.channels[channel]
	if room == nil || !room.guild.member {
		return
	}
	m := room.message(b.Message)
	if m == nil || m.ephemeral != "" && m.ephemeral != name {
		return
	}
	x := s.begin(buttonGiven, channel, name)
	view := s.interactionView(x, room, &command{}, "")
	view["message"] = m.inHistory()
	view["data"] = map[string]any{"component_type": buttonType, "custom_id": b.Data}
	s.interact(s.apart(view, x, room))
}

// Shut makes a person take no direct messages.
func (s *Server) Shut(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut[name] = true
}

// Direct is the conversation of the bot with a person; empty where it was not opened.
func (s *Server) Direct(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.channels {
		if c.recipient == name && name != "" {
			return c.id
		}
	}
	return ""
}

// createDM opens the conversation with a person, or answers with the one that there is.
func (s *Server) createDM(c *call) reply {
	var body struct {
		Recipient string `json:"recipient_id"`
	}
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	var form formErrors
	if form.id(body.Recipient, "recipient_id"); form.any() {
		s.problem(c, "recipient_id is no snowflake")
		return form.reply()
	}
	name := ""
	for known, u := range s.users {
		if u.ID == body.Recipient {
			name = known
		}
	}
	if name == "" {
		return errUnknownUser.reply()
	}
	for _, c := range s.channels {
		if c.recipient == name {
			return found(s.directView(c))
		}
	}
	alone := &guild{member: true, ranks: map[string]int64{name: Administrator}} // permissions do not count there
	room := &channel{id: s.nextID(), guild: alone, erased: make(map[string]bool), recipient: name}
	s.channels[room.id] = room
	return found(s.directView(room))
}

func (s *Server) directView(c *channel) map[string]any {
	return map[string]any{
		"id": c.id, "type": 1, "flags": 0, "last_message_id": nil, "recipients": []any{s.person(c.recipient)},
	}
}

// refuses reports whether a room is the conversation with a person who takes no messages.
func (s *Server) refuses(c *channel) bool { return c.recipient != "" && s.shut[c.recipient] }

// apart makes an interaction one of a direct conversation: it is no member of a guild who acts there.
func (s *Server) apart(view map[string]any, x *exchange, c *channel) map[string]any {
	if c.recipient == "" {
		return view
	}
	for _, name := range []string{"guild_id", "guild_locale", "member"} {
		delete(view, name)
	}
	view["user"], view["channel"], view["context"] = s.person(x.person), s.directView(c), 1
	return view
}
