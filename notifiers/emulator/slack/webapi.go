package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// maxBody is the most that is read of a request, in bytes.
const maxBody = 1 << 20

// answer is the JSON object that a method answers with.
type answer map[string]any

// handler carries a method out. It is called with the server's mutex held.
type handler func(args url.Values) answer

// webAPI is the table of emulated methods.
func (s *Server) webAPI() map[string]handler {
	return map[string]handler{
		"api.test":                     func(url.Values) answer { return answer{"ok": true} },
		"auth.test":                    s.authTest,
		"users.info":                   s.usersInfo,
		"chat.postMessage":             s.postMessage,
		"chat.update":                  s.update,
		"chat.delete":                  s.delete,
		"chat.postEphemeral":           s.postEphemeral,
		"files.getUploadURLExternal":   s.getUploadURL,
		"files.completeUploadExternal": s.completeUpload,
		"conversations.history":        s.history,
		"conversations.replies":        s.replies,
		"conversations.info":           s.info,
		"conversations.join":           s.join,
		"pins.add":                     s.pin,
		"pins.remove":                  s.unpin,
		"apps.connections.open":        s.openConnection,
		"apps.manifest.validate":       s.validateManifest,
		"views.publish":                s.publishView,
		"views.open":                   s.openView,
	}
}

// refusal is the answer to a request that Slack does not carry out.
func refusal(code string) answer { return answer{"ok": false, "error": code} }

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	name := r.PathValue("method")
	args, malformed := arguments(r)
	request := s.record(name, args.Get("channel"))
	s.remember(r)
	m, known := s.methods[name]
	switch {
	case !known || s.handlers[name] == nil:
		s.finish(w, request, "unknown method", refusal("unknown_method"))
		return
	case malformed != "":
		s.finish(w, request, malformed, refusal(malformed))
		return
	}
	if code := s.authenticate(m, r, args); code != "" {
		s.finish(w, request, "", s.unauthenticated(m, code))
		return
	}
	if wait := s.throttle(m, args.Get("channel")); wait > 0 {
		s.refuse(w, request, wait)
		return
	}
	fatal, unknown := m.faults(args)
	problem := strings.Join(append(slices.Clone(fatal), unknown...), "; ")
	if len(fatal) > 0 {
		s.finish(w, request, problem, invalidArguments(fatal))
		return
	}
	if f, found := s.fault(name, args.Get("channel")); found {
		s.fail(w, r, request, f, problem, func() answer { return s.carryOut(name, args) })
		return
	}
	s.finish(w, request, problem, s.carryOut(name, args))
}

func invalidArguments(messages []string) answer {
	return answer{"ok": false, "error": "invalid_arguments", "response_metadata": answer{"messages": messages}}
}

func (s *Server) carryOut(name string, args url.Values) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handlers[name](args)
}

// note completes the record of a request before its answer leaves.
func (s *Server) note(request *emulator.Request, status int, problem string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	request.Status = status
	request.Problem = problem
	request.Refused = status == http.StatusTooManyRequests
	if a != nil {
		request.Accepted, _ = a["ok"].(bool)
		if content, ok := a["error"].(string); ok && problem == "" && aboutContent(content) {
			request.Problem = content
		}
	}
}

// aboutContent reports whether an error says that the request itself was wrong.
func aboutContent(code string) bool {
	return strings.HasPrefix(code, "invalid_") && code != "invalid_auth" && code != "invalid_cursor" ||
		strings.HasPrefix(code, "msg_") || code == "no_text" || code == "metadata_too_large"
}

func (s *Server) finish(w http.ResponseWriter, request *emulator.Request, problem string, a answer) {
	s.note(request, http.StatusOK, problem, a)
	writeJSON(w, http.StatusOK, a)
}

func (s *Server) refuse(w http.ResponseWriter, request *emulator.Request, wait time.Duration) {
	s.note(request, http.StatusTooManyRequests, "", nil)
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	w.Header().Set("Retry-After", fmt.Sprint(seconds))
	writeJSON(w, http.StatusTooManyRequests, refusal("ratelimited"))
}

func writeJSON(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // a client that left is no concern of ours
}

// authenticate checks the token, from the form or the header, and its scopes.
func (s *Server) authenticate(m *method, r *http.Request, args url.Values) string {
	token := args.Get("token")
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	args.Del("token")
	if token == "" {
		token = bearer
	}
	wants := map[string]string{"apps.connections.open": AppToken, "apps.manifest.validate": token}[m.Name]
	if wants == "" {
		wants = BotToken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.Name == "api.test":
		return ""
	case token == "":
		return "not_authed"
	case bearer != "" && bearer != token:
		return "invalid_auth"
	case token != wants && (token == BotToken || token == AppToken):
		return "not_allowed_token_type"
	case token != wants:
		return "invalid_auth"
	case s.revoked && wants == AppToken:
		return "invalid_auth"
	case s.revoked:
		return "account_inactive"
	case !s.granted(m):
		return "missing_scope"
	}
	return ""
}

// granted reports whether the bot has one of the scopes that the method needs.
func (s *Server) granted(m *method) bool {
	needs := m.Scope["bot"]
	return s.options.Scopes == nil || len(needs) == 0 ||
		slices.ContainsFunc(needs, func(scope string) bool { return slices.Contains(s.options.Scopes, scope) })
}

func (s *Server) unauthenticated(m *method, code string) answer {
	a := refusal(code)
	if code == "missing_scope" {
		a["needed"] = strings.Join(m.Scope["bot"], ",")
		a["provided"] = strings.Join(s.options.Scopes, ",")
	}
	return a
}

// remember keeps the address under which the client reaches us, for the addresses that we hand out.
func (s *Server) remember(r *http.Request) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.origin = scheme + "://" + r.Host
}

func isJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/json"
}

// jsonArguments reads a JSON body into the form that it stands for: strings as they are, everything else as JSON.
func jsonArguments(r *http.Request) (url.Values, string) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, "request_timeout"
	}
	if len(text) == 0 {
		return url.Values{}, ""
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, "invalid_json"
	}
	args := url.Values{}
	for name := range maps.Keys(object) {
		if word, ok := object[name].(string); ok {
			args.Set(name, word)
			continue
		}
		value, _ := json.Marshal(object[name]) // it was just decoded
		args.Set(name, string(value))
	}
	return args, ""
}
