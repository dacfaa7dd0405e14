package bot

import (
	"fmt"
	"slices"
	"time"
)

// Enrol makes the destinations those of the configuration, and those that chats of its accounts made themselves: new
// ones are added, changed ones brought up to date, and those that are no longer there follow nothing more: what they
// were not told of yet they are never told of. One whose chat has moved may be configured at its old address or at the
// new one. Where the configuration names a chat that made a destination itself, the configuration wins. Open incidents
// reach whoever follows their platform by now.
func Enrol(tx Tx, configured []Destination, accounts []AccountID, platforms []Platform, now time.Time) error {
	known, err := tx.Destinations()
	if err != nil {
		return err
	}
	configured = recognised(configured, known)
	for _, d := range known {
		if slices.ContainsFunc(configured, func(c Destination) bool { return c.ID == d.ID }) {
			continue
		}
		if d.made() && slices.Contains(accounts, d.Account) {
			err = enlist(tx, d, platforms)
		} else {
			err = tx.RetireDestination(d.ID)
		}
		if err != nil {
			return fmt.Errorf("keep or retire %s: %w", d.ID, err)
		}
	}
	for _, d := range configured {
		if err := tx.PutDestination(d); err != nil {
			return fmt.Errorf("enrol %s: %w", d.ID, err)
		}
	}
	return apply(tx, platforms, now)
}

// apply brings the ledger in line with what destinations follow and when they are silent by now.
func apply(tx Tx, platforms []Platform, now time.Time) error {
	if err := tx.DropUnfollowed(); err != nil {
		return fmt.Errorf("forget what nobody follows: %w", err)
	}
	if err := tx.EndSilence(now); err != nil {
		return fmt.Errorf("look again at what waits for the end of a silence: %w", err)
	}
	open, err := tx.OpenIncidents()
	if err != nil {
		return err
	}
	announced, err := tx.Announcements()
	if err != nil {
		return err
	}
	web := NewWeb(platforms)
	for _, i := range append(open, announced...) {
		if err := tx.Owe(i, web.Reach(i), true, now); err != nil {
			return fmt.Errorf("owe incident %d: %w", i.ID, err)
		}
	}
	return nil
}

// recognised gives the configured destinations the name that they have had since before their chat moved.
func recognised(configured, known []Destination) []Destination {
	names := make(map[DestinationID]bool, len(configured))
	for _, c := range configured {
		names[c.ID] = true
	}
	type place struct {
		AccountID
		Address
	}
	moved := make(map[place]DestinationID)
	for _, k := range known {
		if !names[k.ID] {
			moved[place{k.Account, k.Address}] = k.ID
		}
		delete(names, k.ID)
	}
	configured = slices.Clone(configured)
	for i, c := range configured {
		if id := moved[place{c.Account, c.Address}]; id != "" && names[c.ID] {
			configured[i].ID = id
		}
	}
	return configured
}
