package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/panneau-ecole/panneau/bot/statuspage"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// exhibit shows the story on a page of this machine until ctx ends.
func (d *demo) exhibit(ctx context.Context, port int) error {
	if port < 0 || port > 65535 {
		return usageError{fmt.Errorf("--port attend un nombre de 0 à 65535 ; reçu : %d", port)}
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("ouvrir la page de la démonstration (choisissez un autre port avec --port, 0 pour un port libre) : %w", err)
	}
	defer listener.Close()
	d.reel = &reel{orders: make(chan order), ready: make(chan struct{})}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() {
		defer stop()
		served <- d.serve(ctx, listener)
	}()
	_, err = d.run(ctx, d.perform)
	stop()
	return errors.Join(err, <-served)
}

// serve serves the page once there is something to see, until ctx ends.
func (d *demo) serve(ctx context.Context, listener net.Listener) error {
	select {
	case <-d.reel.ready:
	case <-ctx.Done():
		return nil
	}
	d.excuse()
	address := listener.Addr().String()
	server := statuspage.Server(address, d.handler(address))
	server.WriteTimeout = longestRun + queueing // an answer may wait for the story
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	closing := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer closing()
	fmt.Fprint(d.Stdout, locales.Typeset(fmt.Sprintf("%s\nLa démonstration est ici : http://%s/\nPour arrêter : Ctrl+C.\n", d.story.Title, address)))
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the page of the demonstration: %w", err)
	}
	return nil
}

const (
	// longestRun is how long the story may be played for one request, by the clock on the wall: a story of a day takes
	// half a minute.
	longestRun = time.Minute
	// queueing is how long a request waits for those before it.
	queueing = 10 * time.Second
	// mostWaiting is how many requests may wait for the story: one person has one or two.
	mostWaiting = 8
	// longestText is how much a person may write, in bytes; no command is longer.
	longestText = 200
)

// handler answers on the address. Other names of this machine are refused, so that no page of elsewhere can give itself
// this one's, and so is what other pages send.
func (d *demo) handler(address string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.look)
	mux.HandleFunc("GET /style.css", file("text/css; charset=utf-8", string(styles())))
	mux.HandleFunc("GET /page.js", file("text/javascript; charset=utf-8", demoScript))
	waiting := make(chan struct{}, mostWaiting)
	mux.HandleFunc("POST /aller", few(waiting, d.advance))
	mux.HandleFunc("POST /dire", few(waiting, d.write))
	mux.HandleFunc("POST /appuyer", few(waiting, d.touch))
	_, port, _ := net.SplitHostPort(address)
	own := []string{address, "localhost:" + port}
	guarded := http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, 4<<10))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range demoHeaders() {
			w.Header().Set(name, value)
		}
		if !slices.Contains(own, r.Host) {
			http.Error(w, "Ouvrez la page à l’adresse que la démonstration a affichée.", http.StatusMisdirectedRequest)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func demoHeaders() map[string]string {
	return map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "Cache-Control": "no-store",
	}
}

// file answers with a text.
func file(kind, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write([]byte(text))
	}
}

// few lets few requests in at once.
func few(places chan struct{}, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next(w, r)
		default:
			http.Error(w, "Le récit est occupé : réessayez dans un instant.", http.StatusServiceUnavailable)
		}
	}
}

// look shows a minute that was played: the one that is asked for, or the present.
func (d *demo) look(w http.ResponseWriter, r *http.Request) {
	_, newest := d.reel.before(d.story.Start)
	minute := d.minuteOf(newest.at)
	if asked, err := strconv.Atoi(r.FormValue("minute")); err == nil {
		minute = min(max(0, asked), minute)
	}
	seat, _ := strconv.Atoi(r.FormValue("messagerie")) // what is none is the first
	view, err := d.scene(minute, seat)
	var page bytes.Buffer
	if err == nil {
		err = demoTemplate.ExecuteTemplate(&page, "page.html", view)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page.Bytes())
}

// advance plays until a minute, and shows it. With « bref » it shows what is reached after a second.
func (d *demo) advance(w http.ResponseWriter, r *http.Request) {
	minute, err := strconv.Atoi(r.FormValue("minute"))
	if step := r.FormValue("pas"); err == nil && step != "" {
		var by int
		by, err = strconv.Atoi(step)
		minute += by
	}
	if err != nil {
		http.Error(w, "La minute est un nombre.", http.StatusBadRequest)
		return
	}
	minute = min(max(0, minute), d.lastMinute())
	limit := longestRun
	if r.FormValue("bref") != "" {
		limit = time.Second
	}
	played, stop := context.WithTimeout(r.Context(), limit)
	defer stop()
	until := d.story.Start.Add(time.Duration(minute) * time.Minute)
	err = d.ask(r.Context(), order{until: until, enough: func() bool { return played.Err() != nil }})
	d.show(w, r, minute, err)
}

// write makes the visitor write in a chat, and shows the present.
func (d *demo) write(w http.ResponseWriter, r *http.Request) {
	seat, err := strconv.Atoi(r.FormValue("messagerie"))
	text := strings.TrimSpace(r.FormValue("texte"))
	if err != nil || seat < 0 || seat >= len(d.seats()) || text == "" || len(text) > longestText || strings.ContainsFunc(text, unicode.IsControl) {
		http.Error(w, fmt.Sprintf("Écrivez une ligne de %d caractères au plus dans une des messageries.", longestText), http.StatusBadRequest)
		return
	}
	err = d.ask(r.Context(), order{seat: seat, text: text})
	d.show(w, r, d.lastMinute(), err)
}

// touch makes the visitor press a button beneath a message, and shows the present.
func (d *demo) touch(w http.ResponseWriter, r *http.Request) {
	seat, err := strconv.Atoi(r.FormValue("messagerie"))
	button := emulator.Button{Message: r.FormValue("message"), Label: r.FormValue("bouton")}
	if err != nil || seat < 0 || seat >= len(d.seats()) || button.Message == "" || button.Label == "" {
		http.Error(w, "Appuyez sur un bouton d’une des messageries.", http.StatusBadRequest)
		return
	}
	err = d.ask(r.Context(), order{seat: seat, button: &button})
	d.show(w, r, d.lastMinute(), err)
}

// ask hands an order over, and does not wait forever.
func (d *demo) ask(ctx context.Context, o order) error {
	ctx, stop := context.WithTimeout(ctx, longestRun+queueing)
	defer stop()
	return d.reel.ask(ctx, o)
}

// show leads to a minute, or to the present where that is not reached.
func (d *demo) show(w http.ResponseWriter, r *http.Request, minute int, err error) {
	if err != nil {
		http.Error(w, "Le récit ne répond pas : "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	_, newest := d.reel.before(d.story.Start)
	query := url.Values{"minute": {strconv.Itoa(min(minute, d.minuteOf(newest.at)))}}
	if seat := r.FormValue("messagerie"); seat != "" {
		query.Set("messagerie", seat)
	}
	http.Redirect(w, r, "/?"+query.Encode(), http.StatusSeeOther)
}

// minuteOf counts the minutes of the story. What is played after its end belongs to its last one.
func (d *demo) minuteOf(t time.Time) int {
	return min(int(t.Sub(d.story.Start)/time.Minute), d.lastMinute())
}

func (d *demo) lastMinute() int { return int(d.story.End.Sub(d.story.Start) / time.Minute) }
