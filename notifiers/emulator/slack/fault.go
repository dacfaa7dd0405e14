package slack

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// fail answers a request as an injected fault says.
func (s *Server) fail(
	w http.ResponseWriter, r *http.Request, request *emulator.Request, f emulator.Fault, problem string,
	carryOut func() answer,
) {
	switch f.Kind {
	case emulator.Answer:
		s.note(request, f.Status, problem, nil)
		writeFront(w, f)
	case emulator.Throttle:
		s.refuse(w, request, f.Wait)
	case emulator.Delay:
		a := carryOut()
		s.note(request, http.StatusOK, problem, a)
		pause(r, f.Wait)
		writeJSON(w, http.StatusOK, a)
	case emulator.Hang:
		<-r.Context().Done()
	case emulator.CutBefore:
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	case emulator.CutAfter:
		s.note(request, 0, problem, carryOut())
		panic(http.ErrAbortHandler)
	case emulator.Late:
		time.AfterFunc(f.Wait, func() { s.note(request, 0, problem, carryOut()) })
		panic(http.ErrAbortHandler)
	case emulator.CutBody:
		a := carryOut()
		s.note(request, http.StatusOK, problem, a)
		cutBody(w)
	case emulator.Garbage:
		s.note(request, http.StatusOK, problem, carryOut())
		writeFront(w, emulator.Fault{Status: http.StatusOK})
	default:
		panic(fmt.Errorf("unknown kind of fault %q", f.Kind))
	}
}

// writeFront answers as the servers in front of Slack do: with a page, not with JSON.
func writeFront(w http.ResponseWriter, f emulator.Fault) {
	body, kind := f.Body, "text/html"
	switch {
	case body == "":
		body = fmt.Sprintf("<html><head><title>%[1]d %[2]s</title></head><body><h1>%[1]d %[2]s</h1></body></html>\n",
			f.Status, http.StatusText(f.Status))
	case strings.HasPrefix(body, "{"):
		kind = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	if f.Status == http.StatusTooManyRequests && f.Wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(f.Wait/time.Second)))
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(body))
}

func cutBody(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", "200")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(`{"ok":true,"channel":"C0`))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// pause waits, but no longer than the client does.
func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}
