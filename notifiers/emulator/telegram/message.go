package telegram

import (
	"encoding/json"
	"maps"
	"reflect"
	"strconv"
	"time"
)

// message is a message of a chat.
type message struct {
	content
	id      int
	at      time.Time
	bot     string // the bot that wrote it, by username; empty for a person
	author  object // nil in a channel
	thread  int
	replyTo int
	silent  bool
	edits   int
	edited  time.Time
	deleted bool
	service object // what happened, in a service message

	sender    *chat  // in whose name it was written; nil for a person's own
	forwarded bool   // from the linked channel, by Telegram itself
	photo     *photo // whose caption the text is
}

// deletable is how long a bot may delete its own messages. https://core.telegram.org/bots/api#deletemessage
const deletable = 48 * time.Hour

func (s *Server) sendMessage(args arguments) (any, error) {
	text, err := readText(args)
	if err != nil {
		return nil, err
	}
	c, err := s.writable(args)
	if err != nil {
		return nil, err
	}
	text.Preview = parsed(args["link_preview_options"])
	return s.post(c, &message{content: text}, args)
}

// post puts a new message where a request wants it.
func (s *Server) post(c *chat, m *message, args arguments) (_ any, err error) {
	m.bot, m.author, m.silent = Username, myself(), args["disable_notification"] == "true"
	if c.kind == channel {
		m.author = nil
	}
	if m.thread, err = c.thread(args["message_thread_id"]); err != nil {
		return nil, err
	}
	if m.replyTo, err = c.reply(args["reply_parameters"]); err != nil {
		return nil, err
	}
	if m.Markup, err = readMarkup(args["reply_markup"]); err != nil {
		return nil, err
	}
	if err := s.throttle(c); err != nil {
		return nil, err
	}
	return s.add(c, m).describe(c), nil
}

// reply finds the message that a new one answers; 0 for none.
func (c *chat) reply(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	var p struct {
		MessageID int  `json:"message_id"`
		Loose     bool `json:"allow_sending_without_reply"`
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return 0, Refusal(jsonPrefix + "reply parameters JSON object")
	}
	if c.find(strconv.Itoa(p.MessageID)) != nil {
		return p.MessageID, nil
	}
	if p.Loose {
		return 0, nil
	}
	return 0, errReplyNotFound
}

func (s *Server) editMessageText(args arguments) (any, error) {
	text, err := readText(args)
	if err != nil {
		return nil, err
	}
	c, err := s.reach(args)
	if err != nil {
		return nil, err
	}
	m := c.find(args["message_id"])
	switch {
	case m == nil:
		return nil, errEditNotFound
	case m.bot != Username, m.service != nil:
		return nil, errNotEditable
	case m.photo != nil:
		return nil, errNoTextToEdit
	case c.standing == restricted:
		return nil, errWriteForbidden
	}
	text.Preview = parsed(args["link_preview_options"])
	if text.Markup, err = readMarkup(args["reply_markup"]); err != nil { // without one, what was there is gone
		return nil, err
	}
	if err := s.throttle(c); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(text, m.content) {
		return nil, errNotModified
	}
	m.content, m.edited = text, time.Now()
	m.edits++
	return m.describe(c), nil
}

func (s *Server) deleteMessage(args arguments) (any, error) {
	c, err := s.reach(args)
	if err != nil {
		return nil, err
	}
	m := c.find(args["message_id"])
	switch {
	case m == nil:
		return nil, errDeleteNotFound
	case m.bot != Username && !c.admin:
		return nil, errNotDeletable
	case time.Since(m.at) > deletable && !c.admin:
		return nil, errTooOldToDelete
	}
	m.deleted = true
	return true, nil
}

func (s *Server) pinChatMessage(args arguments) (any, error) {
	c, err := s.reach(args)
	if err != nil {
		return nil, err
	}
	m := c.find(args["message_id"])
	switch {
	case m == nil:
		return nil, errPinNotFound
	case !c.admin && c.kind != private:
		return nil, errNoPinRights
	}
	c.pinned = m.id
	return true, nil
}

func (s *Server) unpinChatMessage(args arguments) (any, error) {
	c, err := s.reach(args)
	switch {
	case err != nil:
		return nil, err
	case !c.admin && c.kind != private:
		return nil, errNoPinRights
	case args["message_id"] != "" && args["message_id"] != strconv.Itoa(c.pinned):
		return nil, errUnpinNotFound
	}
	c.pinned = 0
	return true, nil
}

func parsed(text string) object {
	var o object
	if json.Unmarshal([]byte(text), &o) != nil {
		return nil // checked against the description before
	}
	return o
}

// describe is the message as answers and updates carry it. https://core.telegram.org/bots/api#message
func (m *message) describe(c *chat) object {
	o := object{"message_id": m.id, "date": m.at.Unix(), "chat": c.describe()}
	if m.author != nil {
		o["from"] = m.author
	}
	if m.sender != nil {
		o["sender_chat"] = m.sender.describe()
	}
	if m.forwarded {
		o["is_automatic_forward"] = true
	}
	text, entities := "text", "entities"
	if m.photo != nil {
		text, entities = "caption", "caption_entities"
		o["photo"] = []object{m.photo.size()}
	}
	if m.Text != "" {
		o[text] = m.Text
	}
	if len(m.Entities) > 0 {
		o[entities] = m.Entities
	}
	if m.Preview != nil {
		o["link_preview_options"] = m.Preview
	}
	if m.Markup != nil {
		o["reply_markup"] = m.Markup
	}
	if m.thread != 0 {
		o["message_thread_id"], o["is_topic_message"] = m.thread, true
	}
	if original := c.find(strconv.Itoa(m.replyTo)); original != nil {
		o["reply_to_message"] = object{
			"message_id": original.id, "date": original.at.Unix(), "chat": c.describe(), "text": original.Text,
		}
		if c.kind == supergroup && m.thread == 0 {
			o["message_thread_id"] = original.id // a thread of replies, which is no topic
		}
	}
	if !m.edited.IsZero() {
		o["edit_date"] = m.edited.Unix()
	}
	maps.Copy(o, m.service)
	return o
}
