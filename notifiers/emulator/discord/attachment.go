package discord

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/png" // what our bot sends
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"
)

// https://docs.discord.com/developers/reference#uploading-files
const (
	maxFiles = 10 << 20 // bytes of a request's files together
	// https://docs.discord.com/developers/resources/message#attachment-object-attachment-structure
	maxFileText = 1024
)

// attachment is a file as it came with a request.
type attachment struct {
	number string // in the name of the form's part: "0"
	name   string
	data   []byte
}

// described is what a request says of a file.
type described struct {
	ID          any    `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description"`
}

// attached is a file of a message. https://docs.discord.com/developers/resources/message#attachment-object
type attached struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`

	data []byte
}

func (c *call) multipart() bool {
	kind, _, _ := mime.ParseMediaType(c.http.Header.Get("Content-Type"))
	return kind == "multipart/form-data"
}

// openForm takes a form apart: its object stands where that of a request without files stands.
func (c *call) openForm() {
	if !c.multipart() {
		return
	}
	_, params, _ := mime.ParseMediaType(c.http.Header.Get("Content-Type"))
	reader := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	c.body = nil
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.form = "the form cannot be read: " + err.Error()
			return
		}
		data, err := io.ReadAll(part)
		if err != nil {
			c.form = "the form cannot be read: " + err.Error()
			return
		}
		number, numbered := strings.CutPrefix(part.FormName(), "files[")
		switch {
		case part.FormName() == "payload_json":
			c.body = data
		case numbered && part.FileName() != "":
			c.files = append(c.files, attachment{strings.TrimSuffix(number, "]"), part.FileName(), data})
		default:
			c.form = fmt.Sprintf("the form has a part %q", part.FormName())
		}
	}
}

// attach judges the files of a request and makes them those of a message. A reply that is not zero refuses them.
func (s *Server) attach(c *call, room *channel, list *[]described) ([]attached, reply) {
	if c.form != "" {
		s.problem(c, c.form)
		return nil, errNotJSON.reply()
	}
	if room != nil && room.noFiles && len(c.files) > 0 {
		return nil, errMissingPermission.reply()
	}
	sum := 0
	var files []attached
	for _, f := range c.files {
		sum += len(f.data)
		files = append(files, s.kept(f))
	}
	if sum > maxFiles {
		s.problem(c, "Request entity too large")
		return nil, errTooLarge.reply()
	}
	var form formErrors
	if list != nil {
		for i, d := range *list {
			form.describe(fmt.Sprint(i), d, c.files, files)
		}
	}
	if form.any() {
		s.problem(c, "Invalid Form Body")
		return nil, form.reply()
	}
	return files, reply{}
}

// describe puts what a request says of a file beside it.
func (f *formErrors) describe(index string, d described, sent []attachment, files []attached) {
	if utf8.RuneCountInString(d.Description) > maxFileText {
		f.add("BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer in length.", "attachments", index, "description")
	}
	id := strings.Trim(fmt.Sprint(d.ID), `"`)
	for i, one := range sent {
		if one.number == id {
			files[i].Description = d.Description
			if d.Filename != "" {
				files[i].Filename = d.Filename
			}
			return
		}
	}
	f.add("BASE_TYPE_REQUIRED", "Attachment data not found", "attachments", index, "id")
}

func (s *Server) kept(f attachment) attached {
	id := s.nextID()
	a := attached{ID: id, Filename: f.name, Size: len(f.data), ContentType: http.DetectContentType(f.data), data: f.data}
	a.URL = "https://cdn.discordapp.com/attachments/" + id + "/" + f.name
	a.ProxyURL = "https://media.discordapp.net/attachments/" + id + "/" + f.name
	if size, _, err := image.DecodeConfig(bytes.NewReader(f.data)); err == nil {
		a.Width, a.Height = size.Width, size.Height
	}
	return a
}

// ForbidPictures takes the bot's right to attach files in a channel away.
func (s *Server) ForbidPictures(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		c.noFiles = true
	}
}
