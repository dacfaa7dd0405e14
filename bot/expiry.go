package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// TroubleCalendar is a zone whose school calendar ends soon, or has ended.
const TroubleCalendar TroubleKind = "calendar"

// CalendarWatch tells the operator when a zone's calendar ends: 60 days before ([calendar.WarningDays]), 30 and 7 days
// before, and every week once it has ended. Each is told once, whoever is restarted.
type CalendarWatch struct {
	Store   Store
	Schools []*calendar.Schools // of the zones that destinations live by
	Trouble func(Trouble)
	Logger  *slog.Logger
}

// expiryLook is how often the calendars are looked at.
const expiryLook = time.Hour

// Run looks until ctx ends, while the lease of the watch's duty is held.
func (c CalendarWatch) Run(ctx context.Context, lease *Lease) error {
	for ok := true; ok; ok = pause(ctx, expiryLook) {
		for _, schools := range c.Schools {
			if err := c.look(ctx, lease, schools, time.Now()); err != nil && ctx.Err() == nil {
				c.Logger.Error("warn of a calendar", "zone", schools.Zone().ID, "err", err)
			}
		}
	}
	return nil
}

func (c CalendarWatch) look(ctx context.Context, lease *Lease, schools *calendar.Schools, now time.Time) error {
	today := calendar.DateOf(now.In(schools.Clock()))
	if !schools.Expiring(today) {
		c.Trouble(Trouble{Kind: TroubleCalendar, Schools: schools, Over: true})
		return nil
	}
	until, _ := schools.KnownUntil(today) // 1970 where nothing is known
	news, step := false, expiryStep(int(until-today))
	err := c.Store.Update(ctx, func(tx Tx) (err error) {
		if err := tx.KeepDuty(lease.Duty()); err != nil {
			return err
		}
		news, err = tx.WarnOfCalendar(schools.Zone().ID, until, step)
		return err
	})
	if err == nil && news {
		c.Trouble(Trouble{
			Kind: TroubleCalendar, Schools: schools, Step: int64(step), Detail: schools.Zone().ID + " known until " + until.String(),
		})
	}
	return err
}

// expiryStep numbers the warnings for a calendar that is known for so many days.
func expiryStep(days int) int {
	switch {
	case days > 30:
		return 1
	case days > 7:
		return 2
	case days >= 0:
		return 3
	default:
		return 4 + (-days-1)/7
	}
}
