package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Concierge tells the operators of troubles, each once while it lasts, in the chats that are kept for that. Make one with
// NewConcierge.
type Concierge struct {
	config ConciergeConfig
	bell   chan struct{}

	mu      sync.Mutex
	pending []Trouble
	lost    int             // troubles that came while too many were pending
	open    map[string]bool // the subjects of what goes wrong, as last read and since
}

// ConciergeConfig is what a Concierge needs.
type ConciergeConfig struct {
	Store  Store
	Posts  []Post                     // at most one an account, in the order in which they are asked; none: nobody is told
	Word   func(Trouble, Post) Letter // says a trouble in words
	Woken  func()                     // called when there is something to send
	Logger *slog.Logger
}

// Post is a chat where operators are told of troubles.
type Post struct {
	Account     AccountID
	Destination DestinationID
	Prefix      string // what comes before a command's name there: "/", "/panneau "
}

const (
	// conciergeRest is how long troubles are gathered after some were written.
	conciergeRest = 5 * time.Second
	// conciergeLook is how often what other replicas wrote is read.
	conciergeLook = time.Minute
	// mostPending is how many troubles are kept in memory: more than chats can fall asleep in a minute of sending.
	mostPending = 5000
	// toldAgain is how long a trouble may last until it is told anew.
	toldAgain = 30 * 24 * time.Hour
	// At most stormLetters letters in stormSpan reach a chat of operators; what comes besides is told by one more, the
	// storm's, which ends when nothing was added to it for stormSpan.
	stormLetters = 5
	stormSpan    = 10 * time.Minute
)

// NewConcierge returns a concierge.
func NewConcierge(c ConciergeConfig) *Concierge {
	return &Concierge{config: c, bell: make(chan struct{}, 1), open: make(map[string]bool)}
}

// Tell takes note of a trouble, or of its end. It never blocks.
func (c *Concierge) Tell(t Trouble) {
	if len(c.config.Posts) == 0 {
		return
	}
	if t.Kind == TroubleHeard {
		t.Kind, t.Over = TroubleSilent, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case t.Over && !c.open[t.subject()] && !c.awaits(t):
		return
	case len(c.pending) == mostPending:
		c.lost++
		return
	}
	c.pending = append(c.pending, t)
	ring(c.bell)
}

// awaits reports whether the beginning of what ends is still to be written.
func (c *Concierge) awaits(t Trouble) bool {
	return slices.ContainsFunc(c.pending, func(p Trouble) bool { return p.subject() == t.subject() })
}

// subject names what a trouble is about.
func (t Trouble) subject() string {
	about := cmp.Or(string(t.Destination), string(t.Platform), t.Vantage, t.Certificate.Host)
	if t.Schools != nil {
		about = t.Schools.Zone().ID
	}
	return string(t.Kind) + "/" + string(t.Account) + "/" + about
}

// Run writes troubles down until ctx ends, and then what is left of them.
func (c *Concierge) Run(ctx context.Context) error {
	if len(c.config.Posts) == 0 {
		return nil
	}
	if err := c.recall(ctx); err != nil && ctx.Err() == nil {
		c.config.Logger.Error("read what operators were told", "err", err)
	}
	for c.wait(ctx) {
		c.pass(ctx)
		pause(ctx, conciergeRest)
	}
	last, done := context.WithTimeout(context.WithoutCancel(ctx), noting)
	defer done()
	c.pass(last)
	return nil
}

// wait returns when there is something to write, or to read again. It is false once ctx has ended.
func (c *Concierge) wait(ctx context.Context) bool {
	timer := time.NewTimer(conciergeLook)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-c.bell:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// recall learns what goes wrong from what is written down: a chat whose sleep nobody could be told of, too.
func (c *Concierge) recall(ctx context.Context) error {
	if err := c.refresh(ctx); err != nil {
		return err
	}
	var all []Destination
	err := c.config.Store.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Destinations()
		return err
	})
	for _, d := range all {
		if !d.Asleep.Since.IsZero() && len(d.Follows) > 0 {
			c.Tell(Trouble{Kind: TroubleAsleep, Account: d.Account, Destination: d.ID, Detail: d.Asleep.Why})
		}
	}
	return err
}

func (c *Concierge) refresh(ctx context.Context) error {
	var subjects []string
	err := c.config.Store.View(ctx, func(tx Tx) (err error) {
		subjects, err = tx.OpenTroubles()
		return err
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.open)
	for _, s := range subjects {
		c.open[s] = true
	}
	return nil
}

// pass writes down what is pending. What cannot be written is kept.
func (c *Concierge) pass(ctx context.Context) {
	batch, open := c.take()
	if len(batch) > 0 {
		err := c.config.Store.Update(ctx, func(tx Tx) error {
			w := &ward{Concierge: c, tx: tx, now: time.Now(), open: maps.Clone(open)}
			return w.write(batch)
		})
		if err != nil {
			c.giveBack(batch)
			if ctx.Err() == nil {
				c.config.Logger.Error("write troubles down", "count", len(batch), "err", err)
			}
			return
		}
		c.config.Woken()
	}
	if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
		c.config.Logger.Error("read what operators were told", "err", err)
	}
}

func (c *Concierge) take() (batch []Trouble, open map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost > 0 {
		c.config.Logger.Warn("troubles that are in the log only", "count", c.lost)
	}
	batch, c.pending, c.lost = c.pending, nil, 0
	return batch, maps.Clone(c.open)
}

func (c *Concierge) giveBack(batch []Trouble) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = append(batch, c.pending...)
	ring(c.bell)
}

// ward is one transaction of a concierge.
type ward struct {
	*Concierge
	tx     Tx
	now    time.Time
	open   map[string]bool
	recast []IncidentID // letters of which something changed
	mend   *Mend        // what an operator did that ends troubles; nil where they end by themselves
}

func (w *ward) write(batch []Trouble) error {
	for _, t := range batch {
		note := w.begin
		if t.Over {
			note = w.end
		}
		if err := note(t); err != nil {
			return fmt.Errorf("note %s: %w", t.subject(), err)
		}
	}
	for _, id := range w.recast {
		if err := w.recount(id); err != nil {
			return fmt.Errorf("recount the troubles of letter %d: %w", id, err)
		}
	}
	return nil
}

// begin tells of a trouble, unless that was done before.
func (w *ward) begin(t Trouble) error {
	note := TroubleNote{Subject: t.subject(), Step: t.Step, Kind: t.Kind, Since: w.now}
	news, err := w.tx.AddTrouble(note, w.now.Add(-toldAgain))
	if err != nil || !news {
		return err
	}
	w.open[note.Subject] = true
	if t.Kind == TroubleUnauthorised || t.Kind == TroubleAsleep {
		if err := w.forward(t); err != nil {
			return err
		}
	}
	post := w.post(t)
	if note.Letter, err = w.letter(t, post, note); err != nil {
		return err
	}
	_, err = w.tx.AddTrouble(note, w.now) // which has just begun: its letter is written with it
	return err
}

// forward makes another post owed what one that cannot speak any more has still to say.
func (w *ward) forward(t Trouble) error {
	for _, from := range w.config.Posts {
		to := w.post(Trouble{Account: from.Account})
		if concerned := t.Account == from.Account && (t.Kind == TroubleUnauthorised || t.Destination == from.Destination); !concerned || to == from {
			continue
		}
		if err := w.tx.ForwardTroubles(from.Destination, to.Destination, w.now); err != nil {
			return err
		}
	}
	return nil
}

// post is where a trouble is told: by its own account where that can speak, else by the first that can. Where none can, it
// waits at its own.
func (w *ward) post(t Trouble) Post {
	posts := slices.Clone(w.config.Posts)
	slices.SortStableFunc(posts, func(a, b Post) int { return cmp.Compare(w.distance(a, t), w.distance(b, t)) })
	return posts[0]
}

func (w *ward) distance(p Post, t Trouble) int {
	mute := w.open[Trouble{Kind: TroubleUnauthorised, Account: p.Account}.subject()] ||
		w.open[Trouble{Kind: TroubleAsleep, Account: p.Account, Destination: p.Destination}.subject()]
	n := 0
	if mute {
		n = 2
	}
	if p.Account != t.Account {
		n++
	}
	return n
}

// letter has a trouble told: by a letter of its own, or by the storm's where there were many just now.
func (w *ward) letter(t Trouble, post Post, note TroubleNote) (IncidentID, error) {
	recent, err := w.tx.LettersSince(post.Destination, w.now.Add(-stormSpan))
	if err != nil {
		return 0, err
	}
	if recent < stormLetters {
		letter := w.config.Word(t, post)
		letter.Kind = LetterTrouble
		if letter.Offers, err = w.offers(t); err != nil {
			return 0, err
		}
		return w.send(fmt.Sprintf("%s#%d", note.Subject, note.Step), letter, w.now.Add(toldAgain), post)
	}
	subject := "storm/" + string(post.Destination)
	storm, err := w.tx.LetterAbout(subject, w.now)
	if err == nil {
		w.recast = append(slices.DeleteFunc(w.recast, func(id IncidentID) bool { return id == storm.ID }), storm.ID)
		return storm.ID, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return 0, err
	}
	counts := []Tale{{Title: w.config.Word(t, post).Title, Count: 1}}
	return w.send(subject, Letter{Kind: LetterStorm, Counts: counts}, w.now.Add(stormSpan), post)
}

func (w *ward) send(subject string, letter Letter, until time.Time, post Post) (IncidentID, error) {
	i, err := w.tx.AddIncident(Incident{
		Platform: PlatformID(subject), Condition: Written, Worst: Written, Since: w.now, OpenedAt: w.now, ChangedAt: w.now,
		Until: until, Revision: 1, Letter: &letter,
	})
	if err != nil {
		return 0, err
	}
	return i.ID, w.tx.OweLetter(i, []DestinationID{post.Destination}, RankOffice, w.now)
}

// end tells that a trouble is over.
func (w *ward) end(t Trouble) error {
	letters, err := w.tx.EndTrouble(t.subject(), w.now)
	delete(w.open, t.subject())
	for _, id := range letters {
		if !slices.Contains(w.recast, id) {
			w.recast = append(w.recast, id)
		}
	}
	return err
}

// recount brings a letter in line with the troubles that it tells of.
func (w *ward) recount(id IncidentID) error {
	i, err := w.tx.Letter(id)
	if err != nil {
		return err
	}
	list, err := w.tx.TroublesIn(id)
	if err != nil {
		return err
	}
	i.Revision, i.ChangedAt = i.Revision+1, w.now
	lasting := slices.ContainsFunc(list, func(n TroubleNote) bool { return !n.Over })
	switch {
	case i.Letter.Kind == LetterStorm:
		letter := *i.Letter
		letter.Counts = w.tales(list)
		i.Letter = &letter
		i.Until = w.now.Add(stormSpan)
	case lasting:
		return nil
	case w.mend != nil:
		i.Letter = i.Letter.mended(w.mend)
	}
	if !lasting {
		i.ResolvedAt = w.now
	}
	if err := w.tx.ReviseIncident(i); err != nil {
		return err
	}
	return w.tx.OweLetter(i, nil, RankOffice, w.now)
}

// tales counts troubles by kind, in the order in which the kinds came.
func (w *ward) tales(list []TroubleNote) []Tale {
	var tales []Tale
	at := make(map[TroubleKind]int)
	for _, n := range list {
		if _, known := at[n.Kind]; !known {
			at[n.Kind] = len(tales)
			tales = append(tales, Tale{Title: w.config.Word(Trouble{Kind: n.Kind}, Post{}).Title})
		}
		tale := &tales[at[n.Kind]]
		tale.Count++
		if n.Over {
			tale.Over++
		}
	}
	return tales
}
