package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// reel keeps what was to be seen at each minute of the story, and carries what its spectators ask for into the bubble.
// Its channels are made outside: while the bubble waits on one, the clock of the story stands still.
type reel struct {
	orders chan order
	ready  chan struct{} // closed when there is something to see

	mu     sync.Mutex
	frames []frame // in the order of time
	report *report // once the story is over
}

// frame is what is to be seen at a moment.
type frame struct {
	at        time.Time
	chats     [][]emulator.Shown  // as seats lists them
	buttons   [][]emulator.Button // likewise
	platforms []stand             // as the board lists them
	offline   bool                // our own line is cut
}

// stand is a platform at a moment: what its site shows, and what Panneau says of it.
type stand struct {
	platform  bot.PlatformID
	name      string
	page      string
	condition bot.Condition
	since     time.Time
}

// order is what a spectator asks for: that time passes, or to write in a chat, or to press a button there.
type order struct {
	until  time.Time
	enough func() bool // ends the passing of time early
	seat   int
	text   string           // empty for anything else
	button *emulator.Button // nil for anything else
	done   chan error
}

// answering is how long the story goes on after somebody wrote: people see the answer then.
const answering = 5 * time.Second

// perform is the conductor of a story with spectators: it goes as far as they ask, until ctx ends.
func (d *demo) perform(ctx context.Context, failed chan error) (*report, error) {
	if err := d.keep(); err != nil {
		return nil, err
	}
	close(d.reel.ready)
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case err := <-failed:
			failed <- err
			return nil, errors.New("it ended by itself")
		case o := <-d.reel.orders:
			err := d.obey(o)
			o.done <- err
			if err != nil {
				return nil, err
			}
		}
	}
}

// obey carries an order out.
func (d *demo) obey(o order) error {
	if err := d.follow(o); err != nil {
		return err
	}
	if time.Now().Before(d.story.End) || d.reel.over() != nil {
		return nil
	}
	r, err := d.judge()
	d.reel.conclude(r)
	return err
}

func (d *demo) follow(o order) error {
	switch {
	case o.text != "":
		return d.say(o.seat, o.text)
	case o.button != nil:
		return d.press(o.seat, *o.button)
	default:
		return d.pass(o.until, o.enough)
	}
}

// seats lists the chats, in the order of the configuration.
func (d *demo) seats() []config.Destination { return d.config.Destinations }

// keep adds what is to be seen now to the reel, once everybody has done what there was to do at this moment.
func (d *demo) keep() error {
	if d.reel == nil {
		return nil
	}
	synctest.Wait()
	place, err := paris()
	if err != nil {
		return err
	}
	o, err := d.board.Overview(context.Background(), nil, bot.Staff, place)
	if err != nil {
		return err
	}
	f := frame{at: time.Now()}
	for i, to := range d.seats() {
		f.chats = append(f.chats, d.seen(i))
		f.buttons = append(f.buttons, d.media[to.Account].Buttons(to.Address.Channel))
	}
	for _, p := range o.Platforms {
		if !d.followed(p.Platform.ID) {
			continue
		}
		var page string
		page, f.offline = d.streets.look(p.Platform.ID)
		f.platforms = append(f.platforms, stand{p.Platform.ID, p.Platform.Name, cmp.Or(page, "normal"), p.Condition, p.Since})
	}
	d.reel.add(f)
	return nil
}

// followed reports whether a chat is told of a platform.
func (d *demo) followed(id bot.PlatformID) bool {
	return slices.ContainsFunc(d.seats(), func(to config.Destination) bool { return slices.Contains(to.Follows, id) })
}

// add adds a frame. What did not change since the last one is kept once.
func (r *reel) add(f frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.frames) > 0 {
		last := r.frames[len(r.frames)-1]
		for i := range f.chats {
			if slices.Equal(f.chats[i], last.chats[i]) {
				f.chats[i] = last.chats[i]
			}
		}
		if slices.Equal(f.platforms, last.platforms) {
			f.platforms = last.platforms
		}
	}
	r.frames = append(r.frames, f)
}

// before returns the last frame from before a moment, the first one if there is none, and the newest.
func (r *reel) before(t time.Time) (found, newest frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, _ := slices.BinarySearchFunc(r.frames, t, func(f frame, t time.Time) int { return f.at.Compare(t) })
	return r.frames[max(0, i-1)], r.frames[len(r.frames)-1]
}

func (r *reel) conclude(verdict *report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report = verdict
}

// over is how the story ended; nil before.
func (r *reel) over() *report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report
}

// ask hands an order into the bubble and waits until it is carried out.
func (r *reel) ask(ctx context.Context, o order) error {
	o.done = make(chan error, 1)
	select {
	case r.orders <- o:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
