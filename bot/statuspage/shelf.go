package statuspage

import (
	"sync"
	"sync/atomic"
)

// shelf keeps documents by address. Each is rendered when it is first asked for; who asks while it is being rendered gets
// the one of the shelf before.
type shelf struct {
	documents sync.Map // of *slot, by address
	before    atomic.Pointer[shelf]
}

// slot is the place of a document that is there or being rendered.
type slot struct {
	making sync.Mutex
	made   atomic.Pointer[document]
}

// after returns an empty shelf that follows another one, which may be nil. No chain grows: what came before that is
// let go.
func (s *shelf) after() *shelf {
	next := &shelf{}
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

// put returns the document at an address, and renders it where it is not there yet.
func (s *shelf) put(key string, render func() *document) *document {
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
	place.made.Store(made)
	return made
}
