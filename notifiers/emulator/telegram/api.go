package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// maxBody is the most that is read of a request, in bytes: a photo at its largest, and its form.
const maxBody = maxPhoto + 1<<20

// answer is what every method answers with. https://core.telegram.org/bots/api#making-requests
type answer struct {
	OK          bool        `json:"ok"`
	Result      any         `json:"result,omitempty"`
	ErrorCode   int         `json:"error_code,omitempty"`
	Description string      `json:"description,omitempty"`
	Parameters  *parameters `json:"parameters,omitempty"`
}

// parameters says more about some errors. https://core.telegram.org/bots/api#responseparameters
type parameters struct {
	RetryAfter      int   `json:"retry_after,omitempty"`
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
}

// object is a JSON object of an answer.
type object = map[string]any

// arguments are a request's parameters, as text: objects are JSON in it.
type arguments map[string]string

// handler carries a method out. It is called with the server's mutex held. An error is a Refusal or a refused.
type handler func(args arguments) (any, error)

// methods is the table of emulated methods. getUpdates, which waits, stands apart.
func (s *Server) methods() map[string]handler {
	return map[string]handler{
		"getMe":                 s.getMe,
		"sendMessage":           s.sendMessage,
		"sendPhoto":             s.sendPhoto,
		"editMessageText":       s.editMessageText,
		"deleteMessage":         s.deleteMessage,
		"pinChatMessage":        s.pinChatMessage,
		"unpinChatMessage":      s.unpinChatMessage,
		"getChat":               s.getChat,
		"getChatMember":         s.getChatMember,
		"getChatAdministrators": s.getChatAdministrators,
		"setMyCommands":         s.setMyCommands,
		"getMyCommands":         s.getMyCommands,
		"deleteMyCommands":      s.deleteMyCommands,
		"setMyName":             s.setText("name", maxName),
		"getMyName":             s.getText("name"),
		"setMyDescription":      s.setText("description", maxDescription),
		"getMyDescription":      s.getText("description"),
		"setMyShortDescription": s.setText("short_description", maxShortDescription),
		"getMyShortDescription": s.getText("short_description"),
		"answerCallbackQuery":   s.answerCallbackQuery,
	}
}

// ServeHTTP answers the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token, method := route(r.URL.Path)
	args, problems := readArguments(r)
	request := s.record(method, args["chat_id"])
	if refusal := s.authenticate(token); refusal != "" {
		s.finish(w, request, "", refusalAnswer(refusal))
		return
	}
	if _, known := s.handlers[method]; !known && method != "getUpdates" {
		s.finish(w, request, "unknown method", refusalAnswer(errNoMethod))
		return
	}
	fatal, remarks := s.describe.check(method, args)
	problem := strings.Join(slices.Concat(problems, remarks), "; ")
	carryOut := func() answer { //nolint:contextcheck // it has the context of the request
		if fatal != "" {
			return refusalAnswer(fatal)
		}
		return s.carryOut(r.Context(), method, args)
	}
	if f, found := s.fault(method, args["chat_id"]); found {
		s.fail(w, r, request, f, problem, carryOut)
		return
	}
	s.finish(w, request, problem, carryOut())
}

// route takes the token and the method from …/bot<token>/<method>.
func route(path string) (token, method string) {
	path = strings.TrimSuffix(path, "/")
	rest, method := path[:max(0, strings.LastIndex(path, "/"))], path[strings.LastIndex(path, "/")+1:]
	token, ok := strings.CutPrefix(rest[strings.LastIndex(rest, "/")+1:], "bot")
	if !ok {
		return "", method
	}
	return token, method
}

func (s *Server) authenticate(token string) Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !strings.Contains(token, ":"):
		return errNotFound
	case token != Token, s.revoked:
		return errUnauthorised
	}
	return ""
}

// carryOut performs a valid request.
func (s *Server) carryOut(ctx context.Context, method string, args arguments) answer {
	var result any
	var err error
	if method == "getUpdates" {
		result, err = s.getUpdates(ctx, args)
	} else {
		s.mu.Lock()
		result, err = s.handlers[method](args)
		s.mu.Unlock()
	}
	if err != nil {
		return refusalAnswer(err)
	}
	return answer{OK: true, Result: result}
}

func refusalAnswer(err error) answer {
	a := answer{Description: err.Error()}
	if more, ok := errors.AsType[refused](err); ok {
		a.Parameters = &more.parameters
	}
	if refusal, ok := errors.AsType[Refusal](err); ok {
		a.ErrorCode = refusal.Code()
	}
	return a
}

// status is the HTTP status of an answer, which is the error code.
func (a answer) status() int {
	if a.OK {
		return http.StatusOK
	}
	return a.ErrorCode
}

func (s *Server) finish(w http.ResponseWriter, request *emulator.Request, problem string, a answer) {
	s.note(request, a.status(), a.problem(problem), a.OK)
	a.write(w)
}

// problem adds what the answer says of the request's own content to what the description found wrong with it.
func (a answer) problem(found string) string {
	if found == "" && !a.OK && aboutContent(a.Description) {
		return a.Description
	}
	return found
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status())
	_, _ = w.Write(a.encode()) // a client that left is no concern of ours
}

func (a answer) encode() []byte {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // answers are made of plain values
	}
	return text
}

// readArguments reads the parameters from the query, a form or a JSON object, as Telegram accepts all of them.
func readArguments(r *http.Request) (arguments, []string) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		return readJSON(r.Body)
	}
	args := arguments{}
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(maxBody); err != nil || !readFiles(r.MultipartForm, args) {
			return args, []string{"the form cannot be read"}
		}
	} else if err := r.ParseForm(); err != nil {
		return args, []string{"the form cannot be read"}
	}
	var problems []string
	for name, values := range r.Form {
		if len(values) > 1 {
			problems = append(problems, "parameter given more than once: "+name)
		}
		args[name] = values[0]
	}
	return args, problems
}

// readFiles puts the files of a form beside its other parameters: of a file, its content is the text.
func readFiles(form *multipart.Form, args arguments) bool {
	for name, list := range form.File {
		file, err := list[0].Open()
		if err != nil {
			return false
		}
		data, err := io.ReadAll(file)
		_ = file.Close() // it was read
		if err != nil {
			return false
		}
		args[name] = string(data)
	}
	return true
}

func readJSON(body io.Reader) (arguments, []string) {
	var values map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return arguments{}, []string{"the JSON object cannot be read"}
	}
	args := arguments{}
	for name, value := range values {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		args[name] = text
	}
	return args, nil
}
