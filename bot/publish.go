package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// declaration shows what somebody says about an incident, as theirs.
func (d *Desk) declaration(ctx context.Context, a asking) (Message, error) {
	return d.publish(ctx, a, func(typed string, now time.Time) (Statement, error) {
		return readClaim(typed, now, d.Stranger.Place.Location)
	})
}

// correct sets right what was told of an incident, in every message about it.
func (d *Desk) correct(ctx context.Context, a asking) (Message, error) {
	return d.publish(ctx, a, readCorrection)
}

// readCorrection reads a rectification.
func readCorrection(typed string, now time.Time) (Statement, error) {
	s := Statement{Kind: StatementCorrection, At: now, Text: unquoted(typed)}
	switch {
	case s.Text == "":
		return s, errNoText
	case tooLong(s.Text):
		return s, errTooLong
	case strings.Contains(s.Text, "://"):
		return s, errBadLink
	}
	return s, nil
}

// publish makes a statement of what was typed and shows it in every message about its incident.
func (d *Desk) publish(
	ctx context.Context, a asking, read func(typed string, now time.Time) (Statement, error),
) (Message, error) {
	now := time.Now()
	var i Incident
	var s Statement
	err := d.enact(ctx, func(tx Tx) error {
		found, rest, err := d.incidentIn(tx, a.Args, now)
		if err != nil {
			return err
		}
		i = found
		if s, err = read(rest, now); err != nil {
			return err
		}
		if i, err = say(tx, i, s); err != nil {
			return err
		}
		if err := d.owe(tx, i, now); err != nil {
			return err
		}
		return a.keep(tx, d.operatorDeed(a, a.Request.Command+" #"+strconv.FormatInt(int64(i.ID), 10), now))
	})
	brief := Brief{Kind: BriefPublished, Incident: i, Statement: s, Platforms: d.platforms([]PlatformID{i.Platform})}
	if err != nil {
		if brief, err = d.excuse(a, brief, err); err != nil {
			return Message{}, err
		}
	}
	return d.tell(a, brief)
}

// enact writes what an operator does. Where the incident has moved on meanwhile it is done again, from what is true now.
func (d *Desk) enact(ctx context.Context, write func(Tx) error) error {
	err := d.Store.Update(ctx, write)
	for range mostTries {
		if !errors.Is(err, ErrConflict) {
			break
		}
		err = d.Store.Update(ctx, write)
	}
	if err == nil {
		d.Changed()
	}
	return err
}

// owe makes an incident's new revision due wherever it is told, without calling attention to it.
func (d *Desk) owe(tx Tx, i Incident, now time.Time) error {
	var reach Reach
	if i.Open() {
		reach = NewWeb(d.Board.Platforms).Reach(i)
	}
	return tx.Owe(i, reach, i.Calls() && i.ChangedAt.Equal(now), now)
}

// The reasons why nothing is published.
var (
	errNoIncident = errors.New("no such incident")
	errNoPlatform = errors.New("no such platform")
)

// excuse says why nothing is published. Other errors are returned.
func (d *Desk) excuse(a asking, b Brief, err error) (Brief, error) {
	for reason, kind := range map[error]BriefKind{
		errNoIncident: BriefNoIncident, errNoPlatform: BriefNoPlatform, errSaid: BriefSaid, errFull: BriefFull,
		errNoAuthor: BriefNoAuthor, errNoText: BriefNoText, errBadLink: BriefBadLink, errFuture: BriefFuture,
		errTooLong: BriefTooLong, errNoCondition: BriefNoCondition, errOpen: BriefOpen, errOver: BriefOver, errSeen: BriefSeen,
	} {
		if errors.Is(err, reason) {
			b.Kind = kind
			if kind == BriefNoPlatform {
				b.Word = a.Args
				_, b.Platforms = d.Board.named(a.Args)
			}
			return b, nil
		}
	}
	return b, fmt.Errorf("write what an operator does: %w", err)
}

// recent is how long after its end an incident is still meant by the name of its platform. By its number it always is.
const recent = 7 * 24 * time.Hour

// incidentIn finds the incident that a text begins with, by its number (« #12 ») or by its platform, and what follows.
func (d *Desk) incidentIn(tx Tx, typed string, now time.Time) (i Incident, rest string, err error) {
	if found := regexp.MustCompile(`(?s)^\s*(?:n°\s*|#)?(\d{1,12})(?:[\s,:]+(.*))?$`).FindStringSubmatch(spaced(typed)); found != nil {
		number, _ := strconv.ParseInt(found[1], 10, 64) // at most twelve digits
		i, err = tx.Incident(IncidentID(number))
		if errors.Is(err, ErrNotFound) {
			err = errNoIncident
		}
		return i, found[2], err
	}
	p, rest, ok := d.platformIn(typed)
	if !ok {
		return i, rest, errNoPlatform
	}
	newest, err := tx.NewestIncidents()
	if err != nil {
		return i, rest, err
	}
	at := slices.IndexFunc(newest, func(i Incident) bool {
		return i.Platform == p.ID && (i.Open() || now.Sub(i.ResolvedAt) < recent)
	})
	if at < 0 {
		return Incident{Platform: p.ID}, rest, errNoIncident
	}
	return newest[at], rest, nil
}
