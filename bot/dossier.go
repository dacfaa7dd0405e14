package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// DossierTx reads what is kept of one incident.
type DossierTx interface {
	// Revisions lists the revisions of an incident, oldest first; none of an incident that is not there.
	Revisions(id IncidentID) ([]Revision, error)
	// Tallies counts what the chats were told of an incident, by account. Once its details are forgotten
	// ([HistoryTx.PruneIncidents]) there is nothing to count.
	Tallies(id IncidentID) ([]Tally, error)
	// LastVerdicts lists the single verdicts about a platform made at from or later and before until, oldest first: the
	// newest n of them.
	LastVerdicts(p PlatformID, from, until time.Time, n int) ([]Verdict, error)
}

// Revision is one state of an incident as it was told.
type Revision struct {
	Number    int64 // from 1
	At        time.Time
	Condition Condition
	Reason    Reason
	Evidence  Evidence // empty once it is forgotten
	Because   Because
}

// Tally is what the chats of one account were told of an incident. It names none of them.
type Tally struct {
	Account     AccountID
	Chats       int       // that were told of it
	Edits       int       // of living messages
	Rings       int       // audible messages besides the living ones
	Waiting     int       // chats to which something is still due
	First, Last time.Time // when the first notice and the last change of one were accepted; zero: not known
}

// Dossier is everything that is kept of one incident.
type Dossier struct {
	Incident  Incident
	Revisions []Revision
	Said      []Statement // oldest first
	Tallies   []Tally
	Verdicts  []Verdict // the last ones from around the incident, oldest first
}

const (
	// prelude is how long before an incident the verdicts of its dossier begin: what was normal until then.
	prelude = 10 * time.Minute
	// mostVerdicts bounds the verdicts of a dossier: a day of a check every minute, with room for what confirms.
	mostVerdicts = 2000
)

// Dossier reads what is kept of an incident. ErrNotFound: there is none of that number.
func (b *Board) Dossier(ctx context.Context, id IncidentID) (Dossier, error) {
	var d Dossier
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if d.Incident, err = tx.Incident(id); err != nil {
			return err
		}
		until := d.Incident.ResolvedAt.Add(prelude)
		if d.Incident.Open() {
			until = time.Now().Add(prelude)
		}
		var errs [4]error
		d.Revisions, errs[0] = tx.Revisions(id)
		d.Tallies, errs[1] = tx.Tallies(id)
		d.Verdicts, errs[2] = tx.LastVerdicts(d.Incident.Platform, d.Incident.Since.Add(-prelude), until, mostVerdicts)
		d.Said, errs[3] = tx.Statements(id, mostSaid)
		return errors.Join(errs[:]...)
	})
	if err != nil {
		return Dossier{}, fmt.Errorf("read incident %d: %w", id, err)
	}
	return d, nil
}

// Said is what was said about incidents, oldest first, of those that somebody spoke about.
func (b *Board) Said(ctx context.Context, list []Incident) (said map[IncidentID][]Statement, err error) {
	spoken := slices.DeleteFunc(slices.Clone(list), func(i Incident) bool { return i.Said == 0 })
	if len(spoken) == 0 {
		return nil, nil
	}
	err = b.Store.View(ctx, func(tx Tx) error {
		said = make(map[IncidentID][]Statement, len(spoken))
		for _, i := range spoken {
			if said[i.ID], err = tx.Statements(i.ID, mostSaid); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is said: %w", err)
	}
	return said, nil
}

// Hours lists what the checks of a platform came to in the hours that began at from or later and before until.
func (b *Board) Hours(ctx context.Context, p PlatformID, from, until time.Time) (hours []Hour, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		hours, err = tx.Hours(p, from, until)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", p, err)
	}
	return hours, nil
}

// Incidents lists the newest incidents, open or not, at most n, and older ones that go on, newest first.
func (b *Board) Incidents(ctx context.Context, n int) (list []Incident, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		open, err := tx.OpenIncidents()
		if err != nil {
			return err
		}
		if list, err = tx.LastIncidents(n); err != nil {
			return err
		}
		for _, incident := range slices.Backward(open) {
			if !slices.ContainsFunc(list, func(i Incident) bool { return i.ID == incident.ID }) {
				list = append(list, incident)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the incidents: %w", err)
	}
	return list, nil
}
