package discord

import (
	"encoding/json"
	"strings"
	"time"
)

// Flags of messages. https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds        = 1 << 2
	flagEphemeral             = 1 << 6
	flagSuppressNotifications = 1 << 12
)

// message is a message as it is kept and as the API writes it.
type message struct {
	ID              string     `json:"id"`
	ChannelID       string     `json:"channel_id"`
	Type            int        `json:"type"`
	Author          user       `json:"author"`
	Content         string     `json:"content"`
	Timestamp       time.Time  `json:"timestamp"`
	Edited          *time.Time `json:"edited_timestamp"`
	TTS             bool       `json:"tts"`
	MentionEveryone bool       `json:"mention_everyone"`
	Mentions        []user     `json:"mentions"`
	MentionRoles    []string   `json:"mention_roles"`
	Attachments     []attached `json:"attachments"`
	Embeds          []embed    `json:"embeds"`
	Components      []row      `json:"components"`
	Pinned          bool       `json:"pinned"`
	Flags           int        `json:"flags"`
	Reference       *reference `json:"message_reference,omitempty"`
	Nonce           string     `json:"nonce,omitempty"`

	mentions  *allowedMentions
	edits     int
	pings     int
	ephemeral string // the person who sees it
}

// embed is a rich embed. https://docs.discord.com/developers/resources/message#embed-object
type embed struct {
	Type        string       `json:"type"`
	URL         string       `json:"url,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Colour      int          `json:"color,omitempty"`
	Footer      *embedFooter `json:"footer,omitempty"`
	Author      *embedAuthor `json:"author,omitempty"`
	Image       *embedImage  `json:"image,omitempty"`
	Thumbnail   *embedImage  `json:"thumbnail,omitempty"`
	Fields      []embedField `json:"fields,omitempty"`
}

type embedFooter struct {
	Text    string `json:"text"`
	IconURL string `json:"icon_url,omitempty"`
}

type embedAuthor struct {
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	IconURL string `json:"icon_url,omitempty"`
}

type embedImage struct {
	URL string `json:"url"`
}

type embedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

type reference struct {
	Type            int    `json:"type"`
	MessageID       string `json:"message_id,omitempty"`
	ChannelID       string `json:"channel_id,omitempty"`
	GuildID         string `json:"guild_id,omitempty"`
	FailIfNotExists *bool  `json:"fail_if_not_exists,omitempty"`
}

type allowedMentions struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users,omitempty"`
	Roles       []string `json:"roles,omitempty"`
	RepliedUser bool     `json:"replied_user,omitempty"`
}

// edit is the body of a request that edits a message; what is absent stays as it is.
type edit struct {
	Content         *string          `json:"content"`
	Embeds          *[]embed         `json:"embeds"`
	AllowedMentions *allowedMentions `json:"allowed_mentions"`
	Flags           *int             `json:"flags"`
	Components      json.RawMessage  `json:"components"`
	StickerIDs      []string         `json:"sticker_ids"`
	Attachments     *[]described     `json:"attachments"`
}

// creation is the body of a request that creates one.
type creation struct {
	edit
	TTS          *bool           `json:"tts"`
	Poll         json.RawMessage `json:"poll"`
	Reference    *reference      `json:"message_reference"`
	Nonce        *nonce          `json:"nonce"`
	EnforceNonce *bool           `json:"enforce_nonce"`
}

// nonce is a string or an integer.
type nonce string

// UnmarshalJSON accepts both forms.
func (n *nonce) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] != '"' {
		var number int64
		err := json.Unmarshal(data, &number)
		*n = nonce(formatID(number))
		return err
	}
	var text string
	err := json.Unmarshal(data, &text)
	*n = nonce(text)
	return err
}

// newMessage makes a message out of a body.
func (s *Server) newMessage(c *channel, author user, body creation) *message {
	m := &message{
		ID: s.nextID(), ChannelID: c.id, Author: author, Timestamp: time.Now().UTC(), Mentions: []user{},
		MentionRoles: []string{}, Attachments: []attached{}, Components: []row{}, Embeds: []embed{}, Reference: body.Reference,
	}
	if body.Nonce != nil {
		m.Nonce = string(*body.Nonce)
	}
	if body.Reference != nil {
		m.Type = 19
		m.Reference.ChannelID, m.Reference.FailIfNotExists = c.id, nil
	}
	m.apply(body.edit)
	return m
}

// apply takes an edit over and reports whether anything changed. Mentions are looked for anew: an edit that does not
// repeat allowed_mentions is read with the defaults.
func (m *message) apply(e edit) bool {
	before := m.raw()
	if e.Content != nil {
		m.Content = strings.TrimSpace(*e.Content)
	}
	if e.Embeds != nil {
		m.Embeds = trimmed(*e.Embeds)
	}
	if rows, err := e.rows(); err == nil && rows != nil {
		m.Components = rows
	}
	if e.Flags != nil {
		m.Flags = *e.Flags
	}
	m.mentions = e.AllowedMentions
	if e.Content != nil {
		m.pings += len(pinged(m.Content, m.mentions))
	}
	return m.raw() != before
}

// trimmed returns the embeds as Discord keeps them: without white space around the texts.
func trimmed(embeds []embed) []embed {
	kept := []embed{}
	for _, e := range embeds {
		e.Type = "rich"
		e.Title, e.Description = strings.TrimSpace(e.Title), strings.TrimSpace(e.Description)
		fields := make([]embedField, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = embedField{strings.TrimSpace(f.Name), strings.TrimSpace(f.Value), f.Inline}
		}
		e.Fields = fields
		kept = append(kept, e)
	}
	return kept
}

// raw is the payload as it is kept.
func (m *message) raw() string {
	data, _ := json.Marshal(struct {
		Content         string           `json:"content"`
		Embeds          []embed          `json:"embeds"`
		Components      []row            `json:"components,omitempty"`
		AllowedMentions *allowedMentions `json:"allowed_mentions,omitempty"`
		Flags           int              `json:"flags,omitempty"`
		Reference       *reference       `json:"message_reference,omitempty"`
		Attachments     []attached       `json:"attachments,omitempty"`
	}{m.Content, m.Embeds, m.Components, m.mentions, m.Flags, m.Reference, m.Attachments})
	return string(data)
}
