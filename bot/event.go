package bot

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// sameTime is how far apart outages may have begun that are told as one event. A platform is checked every minute
	// unless the operator says otherwise, so that those that fail at once are seen to fail within a minute.
	sameTime = time.Minute
	// sameReturn is how far apart returns may be that call attention once.
	sameReturn = time.Minute
	// The parts of an address that one network shares: what is routed on its own in the Internet is no smaller than that
	// (RFC 7454, section 6.1.3).
	blockIPv4, blockIPv6 = 24, 48
)

// Companion is a platform that failed at the same time as another one and has something in common with it. What they
// share is no cause.
type Companion struct {
	Platform PlatformID
	Shares   string // a node of the catalogue or a block of addresses: "editeur-kosmos", "203.0.113.0/24"
}

// grounds is what a platform has in common with others: what the catalogue says, and the networks in which the addresses
// of the last verdicts lie.
func grounds(p Platform, tracks []Track) []string {
	list := slices.Clone(p.Shares)
	for _, t := range tracks {
		for _, v := range t.Recent {
			if block, public := blockOf(v.Evidence.Address); public && !slices.Contains(list, block) {
				list = append(list, block)
			}
		}
	}
	return list
}

// blockOf is the network of an address, with or without a port. Private addresses have none: they are ours, or those of
// something between us and the platform.
func blockOf(address string) (block string, public bool) {
	at, err := netip.ParseAddr(address)
	if err != nil {
		port, err := netip.ParseAddrPort(address)
		if err != nil {
			return "", false
		}
		at = port.Addr()
	}
	at = at.Unmap().WithZone("")
	bits := blockIPv4
	if at.Is6() {
		bits = blockIPv6
	}
	prefix, err := at.Prefix(bits)
	return prefix.String(), err == nil && at.IsGlobalUnicast() && !at.IsPrivate()
}

// shared is the first thing that two platforms have in common; empty for none.
func shared(a, b []string) string {
	for _, ground := range a {
		if slices.Contains(b, ground) {
			return ground
		}
	}
	return ""
}

// event names the event that an outage belongs to: that of those which began to fail at the same time and share
// something with its platform, or one of its own. Two are enough: the only thing that an event changes is that a chat
// which was rung a moment ago is not rung again. What is decided at the same moment is seen, too: it is kept in the
// glimpse of the platform, under the lock, before it is written.
func (w *Watch) event(b *book, r Ruling, next Incident) string {
	if next.Condition.Usable() {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	own := w.glimpses[b.platform.ID]
	own.grounds = grounds(*b.platform, r.Tracks)
	next.Event = string(b.platform.ID) + "@" + strconv.FormatInt(next.Since.UnixMilli(), 10)
	first, good := time.Time{}, lastGood(r.Tracks, next.Since)
	for name, g := range w.gatherings {
		sooner := first.IsZero() || g.began.Before(first) || g.began.Equal(first) && name < next.Event
		if sooner && atOnce(g.began, good, next.Since) && w.sharing(own.grounds, b.platform.ID, g.failing) {
			first, next.Event = g.began, name
		}
	}
	own.begins = &next
	w.show(b.platform.ID, own)
	return next.Event
}

// sharing reports whether one of the others has something in common with a platform. The lock is held.
func (w *Watch) sharing(grounds []string, id PlatformID, others []PlatformID) bool {
	return slices.ContainsFunc(others, func(other PlatformID) bool {
		return other != id && shared(grounds, w.glimpses[other].grounds) != ""
	})
}

// show replaces what others see of a platform. The lock is held.
func (w *Watch) show(id PlatformID, g glimpse) {
	w.gatherings.turn(id, w.glimpses[id].newest(), g.newest())
	w.glimpses[id] = g
}

// atOnce reports whether an outage may have begun at the same time as an event: its platform was last seen to work at
// good, and failing at since, the time between is not known.
func atOnce(event, good, since time.Time) bool {
	return !good.After(event.Add(sameTime)) && !since.Before(event.Add(-sameTime)) && since.Sub(event) < stale
}

// lastGood is when the check that is worst off was last good before t; t where that is not known.
func lastGood(tracks []Track, t time.Time) time.Time {
	for _, v := range slices.Backward(worst(tracks).Recent) {
		if v.Outcome == Up && v.At.Before(t) {
			return v.At
		}
	}
	return t
}

// beside lists the platforms that fail together with one: the other open outages of its incident's event.
func (w *Watch) beside(i Incident) []PlatformID {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.gatherings[i.Event]
	if g == nil {
		return nil
	}
	list := slices.DeleteFunc(slices.Clone(g.failing[:min(len(g.failing), mostReasons+1)]), func(id PlatformID) bool { return id == i.Platform })
	return list[:min(len(list), mostReasons)]
}

// accompany brings what an incident says of others up to date: one that goes on names those that fail with it.
func (w *Watch) accompany(next Incident, changed bool) (Incident, bool) {
	if next.Event == "" {
		return next, changed
	}
	var list []PlatformID
	if next.Open() {
		list = w.beside(next)
	}
	if slices.Equal(list, next.Beside) {
		return next, changed
	}
	if !changed {
		next.Revision++
	}
	next.Beside = list
	return next, true
}

// companions says what a platform shares with each of those that fail beside it.
func (w *Watch) companions(i Incident) []Companion {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Companion
	for _, id := range i.Beside {
		list = append(list, Companion{Platform: id, Shares: shared(w.glimpses[i.Platform].grounds, w.glimpses[id].grounds)})
	}
	return list
}

// hushed reports whether a message about an incident calls attention to what its reader was just called for: of several
// outages of one event the chat is rung for the first that it has, and of returns that follow each other within a minute
// for the first. Each has its own message all the same. Others are the incidents of the event that the chat has besides.
func (i Incident) hushed(others []Incident) bool {
	return slices.ContainsFunc(others, func(o Incident) bool {
		if i.Open() {
			return o.Open() && !o.Condition.Usable() && o.ID < i.ID
		}
		earlier := i.ChangedAt.Sub(o.ChangedAt)
		return !o.Open() && (earlier > 0 || earlier == 0 && o.ID < i.ID) && earlier < sameReturn
	})
}

// leads reports whether an outage that goes on is the one that its event began with: nobody was rung before for that.
func (i Incident) leads() bool {
	return i.Open() && (i.Event == "" || strings.HasPrefix(i.Event, string(i.Platform)+"@"))
}
