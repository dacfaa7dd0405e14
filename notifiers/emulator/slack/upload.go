package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif" // what Slack shows in messages
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

const (
	uploadPath = "/upload/v1/"
	maxAltText = 1_000 // characters of a file's alternative text
	// looking is how long after its upload a file is known in no message: Slack completes uploads while it answers already
	// (https://github.com/slackapi/bolt-js/issues/2115). How long that takes, it does not say.
	looking = 400 * time.Millisecond
)

// upload is a file on its way to Slack, or there.
type upload struct {
	id, name, alt string
	length        int
	data          []byte
	complete      time.Time // zero before
}

func (s *Server) getUploadURL(args url.Values) answer {
	length, _ := strconv.Atoi(args.Get("length")) // its type was checked
	switch {
	case s.noFiles:
		return refusal("file_uploads_disabled")
	case length < 1:
		return refusal("missing_argument")
	case characters(args.Get("alt_txt")) > maxAltText:
		return refusal("alt_txt_too_large")
	}
	s.serial++
	u := &upload{id: fmt.Sprintf("F0%08d", s.serial), name: args.Get("filename"), alt: args.Get("alt_txt"), length: length}
	s.uploads[u.id] = u
	return answer{"ok": true, "file_id": u.id, "upload_url": s.origin + uploadPath + u.id}
}

// serveUpload takes the file itself: as it is, or as the part of a form.
// https://docs.slack.dev/messaging/working-with-files#upload
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	request := s.record("upload", "")
	data, err := readUpload(r)
	problem := ""
	keep := func() answer {
		if problem = s.keep(r.PathValue("ticket"), data); err != nil {
			problem = "the file cannot be read"
		}
		return answer{"ok": problem == ""}
	}
	if f, found := s.fault("upload", ""); found {
		s.fail(w, r, request, f, problem, keep)
		return
	}
	status := http.StatusOK
	if a := keep(); a["ok"] != true {
		status = http.StatusBadRequest
	}
	s.note(request, status, problem, answer{"ok": problem == ""})
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "OK - %d", len(data)) // a client that left is no concern of ours
}

// keep takes a file, or says what is wrong with it.
func (s *Server) keep(ticket string, data []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[ticket]
	switch {
	case u == nil || u.data != nil:
		return "no such upload"
	case len(data) != u.length:
		return "the file is not as long as announced"
	}
	u.data = data
	return ""
}

func readUpload(r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, 16*maxBody)
	reader, err := r.MultipartReader()
	if err != nil { // no form
		return io.ReadAll(r.Body)
	}
	part, err := reader.NextPart()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(part)
}

// completeUpload ends an upload. Shared with nobody, the file is the bot's own until a message shows it.
func (s *Server) completeUpload(args url.Values) answer {
	var files []struct{ ID, Title string }
	if json.Unmarshal([]byte(args.Get("files")), &files) != nil || len(files) == 0 {
		return invalidArguments([]string{"[ERROR] input must match the type of the field [json-pointer:/files]"})
	}
	done := []answer{}
	for _, f := range files {
		u := s.uploads[f.ID]
		if u == nil || u.data == nil {
			return refusal("file_not_found")
		}
		u.complete = time.Now()
		done = append(done, answer{"id": u.id, "title": f.Title})
	}
	return answer{"ok": true, "files": done}
}

// shows reports whether a message can show a file now: an image whose upload Slack has completed.
func (s *Server) shows(id string) bool {
	u := s.uploads[id]
	if u == nil || u.complete.IsZero() || time.Since(u.complete) < looking {
		return false
	}
	_, _, err := image.DecodeConfig(bytes.NewReader(u.data))
	return err == nil
}

// picture is what a message shows of an image; nil for none.
func (s *Server) picture(m *message) *emulator.Picture {
	for _, block := range m.blocks {
		object, _ := block.(map[string]any)
		if object["type"] != "image" {
			continue
		}
		alt, _ := object["alt_text"].(string)
		file, _ := object["slack_file"].(map[string]any)
		id, _ := file["id"].(string)
		if u := s.uploads[id]; u != nil {
			return &emulator.Picture{Alt: alt, Data: u.data}
		}
	}
	return nil
}

// ForbidPictures makes the workspace take no files.
func (s *Server) ForbidPictures(string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noFiles = true
}
