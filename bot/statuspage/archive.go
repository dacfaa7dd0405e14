package statuspage

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// mostFiles is how many incidents' dossiers stay in memory.
	mostFiles = 64
	// fileLife is how long one is served before it is read again, unless the incident has a new revision.
	fileLife = 10 * time.Second
)

// archive keeps the dossiers that were asked for last. One is read at a time, so that whoever asks for old ones in a
// row takes no more of the database than one reader.
type archive struct {
	source Source

	mu    sync.Mutex
	kept  map[bot.IncidentID]*file
	order []bot.IncidentID // as they were read, oldest first

	failed time.Time // when the source last failed to answer
	why    error
}

// file is a dossier with the documents that were made of it.
type file struct {
	dossier bot.Dossier
	read    time.Time
	shelf   shelf
}

// mostOfFile is the room for the documents of one incident, in bytes: some languages and audiences.
const mostOfFile = 256 << 10

// find returns the dossier of an incident, read since it has the revision (0: any).
func (a *archive) find(id bot.IncidentID, revision int64) (*file, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.kept[id]
	if old != nil && time.Since(old.read) < fileLife && (revision == 0 || old.dossier.Incident.Revision >= revision) {
		return old, nil
	}
	if time.Since(a.failed) < lifetime {
		return old, a.unless(old, a.why)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dossier, err := a.source.Dossier(ctx, id)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		a.failed, a.why = time.Now(), err
		return old, a.unless(old, err)
	}
	if err != nil {
		return nil, err
	}
	if old == nil {
		a.order = append(a.order, id)
	}
	if len(a.order) > mostFiles {
		delete(a.kept, a.order[0])
		a.order = a.order[1:]
	}
	a.kept[id] = &file{dossier: dossier, read: time.Now(), shelf: shelf{room: mostOfFile}}
	return a.kept[id], nil
}

// unless is the error where there is no old dossier to show instead.
func (a *archive) unless(old *file, err error) error {
	if old != nil {
		return nil
	}
	return err
}
