package bot

import (
	"slices"
	"time"
)

// gathering is an event as the platforms' newest incidents make it up.
type gathering struct {
	began   time.Time    // the first outage
	of      int          // how many newest incidents are of it
	failing []PlatformID // those that go on and are no mere slowness, in alphabetical order
}

// gatherings finds what fails together without a look at every platform: of a thousand that fail at once each would look
// at all the others.
type gatherings map[string]*gathering

// turn takes note that a platform's newest incident was one and is another.
func (g gatherings) turn(id PlatformID, was, is Incident) {
	if was.Event != "" {
		g.leave(id, was.Event)
	}
	if is.Event == "" {
		return
	}
	event := g[is.Event]
	if event == nil {
		event = &gathering{began: is.Since}
		g[is.Event] = event
	}
	event.of++
	if is.Since.Before(event.began) {
		event.began = is.Since
	}
	if i, found := slices.BinarySearch(event.failing, id); !found && is.failsAlong() {
		event.failing = slices.Insert(event.failing, i, id)
	}
}

func (g gatherings) leave(id PlatformID, name string) {
	event := g[name]
	if event == nil {
		return
	}
	if i, found := slices.BinarySearch(event.failing, id); found {
		event.failing = slices.Delete(event.failing, i, i+1)
	}
	if event.of--; event.of == 0 {
		delete(g, name)
	}
}

// failsAlong reports whether an incident counts among those of its event.
func (i Incident) failsAlong() bool { return i.Open() && !i.Condition.Usable() }
