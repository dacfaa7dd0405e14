package statuspage

import (
	"sync"
	"sync/atomic"
)

// shelf keeps documents by address. Each is rendered when it is first asked for; who asks while it is being rendered gets
// the one of the shelf before. Académies, audiences and languages make many addresses: those stay as long as there is
// room, and what finds none is rendered each time it is asked for, one at a time.
type shelf struct {
	documents sync.Map // of *slot, by address
	before    atomic.Pointer[shelf]
	room      int64        // bytes for documents of a reader's choice
	taken     atomic.Int64 // of them
	crowded   sync.Mutex   // held while one is rendered that finds no room
}

// mostChosen is the room on the shelf of a snapshot; there may be two of them, with the one before.
const mostChosen = 16 << 20

// slot is the place of a document that is there or being rendered.
type slot struct {
	making sync.Mutex
	made   atomic.Pointer[document]
}

// after returns an empty shelf that follows another one, which may be nil. No chain grows: what came before that is
// let go.
func (s *shelf) after() *shelf {
	next := &shelf{room: mostChosen}
	if s != nil {
		s.before.Store(nil)
		next.before.Store(s)
	}
	return next
}

// find returns a document that is there; nil for another one.
func (s *shelf) find(key string) *document {
	place, found := s.documents.Load(key)
	if !found {
		return nil
	}
	return place.(*slot).made.Load() //nolint:forcetypeassert // put stores nothing else
}

// put returns the document at an address, and renders it where it is not there yet. One that is not of a reader's choice
// always finds room.
func (s *shelf) put(key string, chosen bool, render func() *document) *document {
	if chosen && s.taken.Load() >= s.room {
		return s.pass(key, render)
	}
	stored, _ := s.documents.LoadOrStore(key, &slot{})
	place := stored.(*slot) //nolint:forcetypeassert // see above
	if !place.making.TryLock() {
		if before := s.before.Load(); before != nil {
			if old := before.find(key); old != nil {
				return old
			}
		}
		place.making.Lock()
	}
	defer place.making.Unlock()
	if made := place.made.Load(); made != nil {
		return made
	}
	made := render()
	if chosen {
		s.taken.Add(int64(len(made.plain) + len(made.gzip)))
	}
	place.made.Store(made)
	return made
}

// pass returns a document that is there, or renders it and does not keep it.
func (s *shelf) pass(key string, render func() *document) *document {
	if made := s.find(key); made != nil {
		return made
	}
	s.crowded.Lock()
	defer s.crowded.Unlock()
	return render()
}
