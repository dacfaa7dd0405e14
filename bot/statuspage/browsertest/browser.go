// Package browsertest looks at pages as a phone and a desk show them, in the headless Chromium that PANNEAU_TEST_CHROMIUM
// names. Tests are skipped without one.
package browsertest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Browser is one tab of a headless Chromium, spoken to in its DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/). It belongs to one goroutine.
type Browser struct {
	socket   *websocket.Conn
	calls    int
	Problems []string // what the browser itself complained of since the last page
	Asked    []string // the addresses that were asked for since the last page
}

type browserMessage struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Params json.RawMessage `json:"params"`
	Error  json.RawMessage `json:"error"`
}

// Start starts a browser for the length of the test.
func Start(t *testing.T) *Browser {
	t.Helper()
	binary := os.Getenv("PANNEAU_TEST_CHROMIUM")
	if binary == "" {
		t.Skip("PANNEAU_TEST_CHROMIUM does not name a Chromium binary")
	}
	command := exec.CommandContext(t.Context(), binary,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--remote-debugging-address=127.0.0.1", "--remote-debugging-port=0", "--user-data-dir="+t.TempDir(), "about:blank")
	command.WaitDelay = 10 * time.Second
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	endpoint := debuggingAddress(t, stderr)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, stderr)
	}()
	b := &Browser{socket: dialTab(t, endpoint)}
	t.Cleanup(func() {
		_ = b.socket.WriteJSON(map[string]any{"id": 0, "method": "Browser.close"})
		<-drained
		_ = b.socket.Close()
		_ = command.Wait()
	})
	for _, domain := range []string{"Page.enable", "Runtime.enable", "Log.enable", "Network.enable"} {
		b.Call(t, domain, nil)
	}
	return b
}

// debuggingAddress reads where the browser listens from what it says first.
func debuggingAddress(t *testing.T, stderr io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "DevTools listening on "); found {
			return address
		}
	}
	t.Fatal("the browser ended before it listened")
	return ""
}

func dialTab(t *testing.T, endpoint string) *websocket.Conn {
	t.Helper()
	address, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+address.Host+"/json/new?about:blank", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tab struct {
		Socket string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&tab); err != nil {
		t.Fatal(err)
	}
	socket, _, err := websocket.DefaultDialer.DialContext(t.Context(), tab.Socket, nil)
	if err != nil {
		t.Fatal(err)
	}
	return socket
}

// Call asks for something and returns the answer.
func (b *Browser) Call(t *testing.T, method string, params map[string]any) json.RawMessage {
	t.Helper()
	b.calls++
	request := map[string]any{"id": b.calls, "method": method}
	if params != nil {
		request["params"] = params
	}
	if err := b.socket.WriteJSON(request); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	m := b.read(t, func(m browserMessage) bool { return m.ID == b.calls })
	if m.Error != nil {
		t.Fatalf("%s: %s", method, m.Error)
	}
	return m.Result
}

// Await waits for an event.
func (b *Browser) Await(t *testing.T, event string) {
	t.Helper()
	b.read(t, func(m browserMessage) bool { return m.Method == event })
}

func (b *Browser) read(t *testing.T, wanted func(browserMessage) bool) browserMessage {
	t.Helper()
	_ = b.socket.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		var m browserMessage
		if err := b.socket.ReadJSON(&m); err != nil {
			t.Fatalf("read from the browser: %v", err)
		}
		b.note(m)
		if wanted(m) {
			return m
		}
	}
}

// note keeps what stands in the browser's log and console (a policy that was broken, an exception), and what is asked
// for. An answer of 404 or 503 to the page itself is what some tests ask for.
func (b *Browser) note(m browserMessage) {
	var event struct {
		Entry            struct{ Source, Text, URL string }
		Request          struct{ URL string }
		Type             string
		Args             json.RawMessage
		ExceptionDetails json.RawMessage
	}
	if err := json.Unmarshal(m.Params, &event); err != nil {
		return
	}
	switch m.Method {
	case "Log.entryAdded":
		if event.Entry.Source != "network" {
			b.Problems = append(b.Problems, event.Entry.Text)
		}
	case "Runtime.exceptionThrown":
		b.Problems = append(b.Problems, string(event.ExceptionDetails))
	case "Runtime.consoleAPICalled":
		if event.Type == "error" || event.Type == "warning" {
			b.Problems = append(b.Problems, string(event.Args))
		}
	case "Network.requestWillBeSent":
		b.Asked = append(b.Asked, event.Request.URL)
	}
}

// Evaluate runs a script in the page and reads what it, or its promise, comes to.
func (b *Browser) Evaluate(t *testing.T, script string, into any) {
	t.Helper()
	answer := b.Call(t, "Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true})
	var result struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	if err := json.Unmarshal(answer, &result); err != nil || result.ExceptionDetails != nil {
		t.Fatalf("script: %v %s", err, answer)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(result.Result.Value, into); err != nil {
		t.Fatalf("script: %v %s", err, answer)
	}
}

// Press presses a key: "Tab", "Enter", "Home", "End", " ", or a letter.
func (b *Browser) Press(t *testing.T, key string) {
	t.Helper()
	codes := map[string]int{"Tab": 9, "Enter": 13, " ": 32, "End": 35, "Home": 36}
	params := map[string]any{"type": "keyDown", "key": key, "windowsVirtualKeyCode": codes[key]}
	switch key {
	case "Tab", "Home", "End":
	case "Enter":
		params["text"] = "\r"
	default:
		params["text"] = key
	}
	b.Call(t, "Input.dispatchKeyEvent", params)
	b.Call(t, "Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": codes[key]})
}
