package bot

import (
	"fmt"
	"slices"
	"time"
)

// Enrol makes the destinations those of the configuration: new ones are added, changed ones brought up to date, and
// those that are no longer there follow nothing more. Open incidents reach whoever follows their platform by now.
func Enrol(tx Tx, configured []Destination, platforms []Platform, now time.Time) error {
	known, err := tx.Destinations()
	if err != nil {
		return err
	}
	for _, d := range known {
		if !slices.ContainsFunc(configured, func(c Destination) bool { return c.ID == d.ID }) {
			if err := tx.RetireDestination(d.ID); err != nil {
				return fmt.Errorf("retire %s: %w", d.ID, err)
			}
		}
	}
	for _, d := range configured {
		if err := tx.PutDestination(d); err != nil {
			return fmt.Errorf("enrol %s: %w", d.ID, err)
		}
	}
	open, err := tx.OpenIncidents()
	if err != nil {
		return err
	}
	web := NewWeb(platforms)
	for _, i := range open {
		if err := tx.Owe(i, web.Reach(i), true, now); err != nil {
			return fmt.Errorf("owe incident %d: %w", i.ID, err)
		}
	}
	return nil
}
