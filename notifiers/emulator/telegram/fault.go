package telegram

import (
	"fmt"
	"net/http"
	"strconv"
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
		s.note(request, f.Status, problem, false)
		writeFront(w, f)
	case emulator.Throttle:
		channel := request.Channel
		if f.Scope == "global" {
			channel = ""
		}
		s.shut(channel, f.Wait)
		s.finish(w, request, problem, refusalAnswer(retryAfter(wholeSeconds(f.Wait))))
	case emulator.Delay:
		a := carryOut()
		s.note(request, a.status(), a.problem(problem), a.OK)
		pause(r, f.Wait)
		a.write(w)
	case emulator.Hang:
		s.note(request, 0, problem, false)
		<-r.Context().Done()
	case emulator.CutBefore:
		s.note(request, 0, problem, false)
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	case emulator.CutAfter:
		a := carryOut()
		s.note(request, 0, a.problem(problem), a.OK)
		panic(http.ErrAbortHandler)
	case emulator.Late:
		time.AfterFunc(f.Wait, func() {
			a := carryOut()
			s.note(request, 0, a.problem(problem), a.OK)
		})
		panic(http.ErrAbortHandler)
	case emulator.CutBody:
		a := carryOut()
		s.note(request, a.status(), a.problem(problem), a.OK)
		cut(w, a)
	case emulator.Garbage:
		a := carryOut()
		s.note(request, http.StatusOK, a.problem(problem), a.OK)
		writeFront(w, emulator.Fault{Status: http.StatusOK})
	default:
		panic(fmt.Errorf("unknown kind of fault %q", f.Kind))
	}
}

// writeFront answers as the servers in front of the Bot API do: with a page, not with JSON.
func writeFront(w http.ResponseWriter, f emulator.Fault) {
	body, kind := f.Body, "text/html"
	switch {
	case body == "":
		title := strings.TrimSpace(strconv.Itoa(f.Status) + " " + http.StatusText(f.Status))
		body = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
			"</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
	case strings.HasPrefix(body, "{"):
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	if f.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(f.Wait)))
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(body))
}

// cut breaks off in the middle of an answer.
func cut(w http.ResponseWriter, a answer) {
	text := a.encode()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(a.status())
	_, _ = w.Write(text[:len(text)/2])
	_ = http.NewResponseController(w).Flush() // the connection is about to be closed anyway
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
