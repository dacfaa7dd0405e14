package discord

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// Limits of a message, in code points: Discord counts in Python
// (https://github.com/discord/discord-api-docs/issues/1315).
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const (
	maxContent   = 2000
	maxEmbeds    = 10
	maxTitle     = 256
	maxSummary   = 4096
	maxFields    = 25
	maxFieldName = 256
	maxValue     = 1024
	maxFooter    = 2048
	maxEmbedSum  = 6000
	// maxNonce is the length of a nonce.
	// https://docs.discord.com/developers/resources/message#create-message-jsonform-params
	maxNonce = 25

	// blank stands where Discord demands a text and we have none: it is not seen and has no width.
	blank = "\u200b"
	// narrow is up to how many characters a fact stands beside others.
	narrow = 32
)

// payload is a message as Discord takes it, for a post and for an edit.
type payload struct {
	Content         string                            `json:"content"`
	Embeds          []*discordgo.MessageEmbed         `json:"embeds"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Components      []discordgo.MessageComponent      `json:"components"`
	Flags           discordgo.MessageFlags            `json:"flags,omitempty"`
	Nonce           string                            `json:"nonce,omitempty"`
	EnforceNonce    bool                              `json:"enforce_nonce,omitempty"`
	Reference       *discordgo.MessageReference       `json:"message_reference,omitempty"`
	Attachments     []attachment                      `json:"attachments,omitempty"`

	file *file // of the attachment; nil for none
}

// attachment describes a file that is sent along. https://docs.discord.com/developers/reference#uploading-files
type attachment struct {
	ID          string `json:"id"` // the number in the name of the form's part
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"` // read out in its place
}

// file is a picture that is sent along.
type file struct {
	name string
	data []byte
}

// with is the payload with a picture, nil for none. An edit that says nothing of attachments keeps them.
func (p payload) with(picture *bot.Picture) (payload, error) {
	if picture == nil {
		return p, nil
	}
	data, err := picture.Draw()
	if err != nil {
		return p, fmt.Errorf("draw %s: %w", picture.Name, err)
	}
	p.Attachments = []attachment{{ID: "0", Filename: picture.Name, Description: picture.Alt}}
	p.file = &file{picture.Name, data}
	return p, nil
}

// without is the payload without its picture.
func (p payload) without() payload {
	p.Attachments, p.file = nil, nil
	return p
}

// toPost adds what only a new message has. Parts after the first make no sound and refer to nothing.
func (p payload) toPost(posting bot.Posting, part int) payload {
	if posting.Key != "" {
		p.Nonce, p.EnforceNonce = nonce(posting.Key, part), true
	}
	if posting.Silent || part > 0 {
		p.Flags |= discordgo.MessageFlagsSuppressNotifications
	}
	if posting.ReplyTo.Posted() && part == 0 {
		optional := false
		p.Reference = &discordgo.MessageReference{MessageID: posting.ReplyTo.IDs[0], FailIfNotExists: &optional}
	}
	return p
}

func (p payload) empty() bool { return p.Content == "" && len(p.Embeds) == 0 }

func bare(e *discordgo.MessageEmbed) bool {
	return e.Title == "" && e.Description == "" && e.Footer == nil && len(e.Fields) == 0
}

// fits reports whether Discord takes the payload.
func (p payload) fits() bool {
	if over(p.Content, maxContent) || len(p.Embeds) > maxEmbeds {
		return false
	}
	sum := 0
	for _, e := range p.Embeds {
		if over(e.Title, maxTitle) || over(e.Description, maxSummary) || len(e.Fields) > maxFields {
			return false
		}
		sum += utf8.RuneCountInString(e.Title) + utf8.RuneCountInString(e.Description)
		if e.Footer != nil {
			if over(e.Footer.Text, maxFooter) {
				return false
			}
			sum += utf8.RuneCountInString(e.Footer.Text)
		}
		for _, f := range e.Fields {
			if over(f.Name, maxFieldName) || over(f.Value, maxValue) {
				return false
			}
			sum += utf8.RuneCountInString(f.Name) + utf8.RuneCountInString(f.Value)
		}
	}
	return sum <= maxEmbedSum
}

func over(text string, n int) bool { return utf8.RuneCountInString(text) > n }

// nonce is what makes Discord know a repeated attempt at a part of a posting.
func nonce(key string, part int) string { return digest(key, part)[:maxNonce] }

// mark is what tells a person's eye little and [Notifier.Find] which posting a message is of; empty without a key.
func mark(key string, part int) string {
	if key == "" {
		return ""
	}
	text := "#" + strings.ToLower(digest(key, 0)[:8])
	if part > 0 {
		text += "-" + strconv.Itoa(part+1)
	}
	return text
}

func digest(key string, part int) string {
	if part > 0 {
		key += "\x00" + strconv.Itoa(part)
	}
	sum := sha256.Sum256([]byte(key))
	return base32.StdEncoding.EncodeToString(sum[:])
}
