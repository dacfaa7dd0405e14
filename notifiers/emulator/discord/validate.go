package discord

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of messages, in code points: Discord counts in Python
// (https://github.com/discord/discord-api-docs/issues/1315).
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const (
	maxContent     = 2000
	maxEmbeds      = 10
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxAuthor      = 256
	maxEmbedSum    = 6000
	maxNonce       = 25
)

// check looks for what Discord refuses in a message. empty is whether the message would have nothing in it.
func (e edit) check(f *formErrors) {
	e.checkRows(f)
	if e.Content != nil {
		f.atMost(*e.Content, maxContent, "content")
	}
	if e.Embeds == nil {
		return
	}
	if len(*e.Embeds) > maxEmbeds {
		f.add("BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.", "embeds")
	}
	sum := 0
	for i, one := range *e.Embeds {
		one.check(f, "embeds", strconv.Itoa(i))
		sum += one.size()
	}
	if sum > maxEmbedSum {
		f.add("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000", "embeds")
	}
}

func (e embed) check(f *formErrors, path ...string) {
	f.atMost(e.Title, maxTitle, with(path, "title")...)
	f.atMost(e.Description, maxDescription, with(path, "description")...)
	f.address(e.URL, with(path, "url")...)
	if e.Colour < 0 || e.Colour > 0xFFFFFF {
		f.add("NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.", with(path, "color")...)
	}
	if e.Footer != nil {
		f.between(e.Footer.Text, maxFooter, with(path, "footer", "text")...)
	}
	if e.Author != nil {
		f.between(e.Author.Name, maxAuthor, with(path, "author", "name")...)
	}
	if len(e.Fields) > maxFields {
		f.add("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", with(path, "fields")...)
	}
	for i, field := range e.Fields {
		f.between(field.Name, maxFieldName, with(path, "fields", strconv.Itoa(i), "name")...)
		f.between(field.Value, maxFieldValue, with(path, "fields", strconv.Itoa(i), "value")...)
	}
	if e.empty() {
		f.add("BASE_TYPE_REQUIRED", "This field is required", with(path, "description")...)
	}
}

func (e embed) empty() bool {
	return e.Title == "" && e.Description == "" && e.Footer == nil && e.Author == nil && len(e.Fields) == 0 &&
		e.Image == nil && e.Thumbnail == nil
}

// size is what an embed counts towards the sum of all.
func (e embed) size() int {
	n := utf8.RuneCountInString(e.Title) + utf8.RuneCountInString(e.Description)
	if e.Footer != nil {
		n += utf8.RuneCountInString(e.Footer.Text)
	}
	if e.Author != nil {
		n += utf8.RuneCountInString(e.Author.Name)
	}
	for _, f := range e.Fields {
		n += utf8.RuneCountInString(f.Name) + utf8.RuneCountInString(f.Value)
	}
	return n
}

func with(path []string, steps ...string) []string {
	return append(append([]string{}, path...), steps...)
}

func (f *formErrors) atMost(text string, n int, path ...string) {
	if utf8.RuneCountInString(strings.TrimSpace(text)) > n {
		f.add("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", n), path...)
	}
}

func (f *formErrors) between(text string, n int, path ...string) {
	if strings.TrimSpace(text) == "" {
		f.add("BASE_TYPE_REQUIRED", "This field is required", path...)
		return
	}
	if utf8.RuneCountInString(strings.TrimSpace(text)) > n {
		f.add("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", n), path...)
	}
}

func (f *formErrors) address(text string, path ...string) {
	if text == "" {
		return
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		f.add("URL_TYPE_INVALID_URL", "Not a well formed URL.", path...)
	}
}

func (f *formErrors) id(text string, path ...string) {
	if !snowflake(text) {
		f.add("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", text), path...)
	}
}
