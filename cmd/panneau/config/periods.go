package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// periodEntry is a time that people have decided on: from and to, or a schedule and how long it lasts each time.
type periodEntry struct {
	From  identifier    `yaml:"from"` // 2026-12-01, or 2026-12-01 18:00
	To    identifier    `yaml:"to"`   // as from; a day without a time counts to its end
	Start string        `yaml:"start"`
	End   string        `yaml:"end"`
	Lasts time.Duration `yaml:"lasts"`
	Only  string        `yaml:"only"` // on which days of the school calendar it comes back
	Zone  identifier    `yaml:"zone"` // of which zone
}

// The forms of a day and of a moment.
const (
	dayForm    = "2006-01-02"
	momentForm = "2006-01-02 15:04"
)

// periods reads a list of periods on the clock of a platform.
func (b *builder) periods(path string, list []periodEntry, clock *time.Location) []bot.Period {
	var periods []bot.Period
	for i, e := range list {
		periods = append(periods, b.period(fmt.Sprintf("%s[%d]", path, i+1), e, clock))
	}
	return periods
}

func (b *builder) period(path string, e periodEntry, clock *time.Location) bot.Period {
	single, recurring := e.From != "" || e.To != "", e.Start != "" || e.End != "" || e.Lasts != 0
	switch {
	case e.Only+string(e.Zone) != "" && (single || e.End != ""):
		b.add(path+".only", "des jours du calendrier scolaire pour une période sans start et lasts", `écrivez {start: "0 22 * * *", lasts: 2h, only: holidays, zone: Lille}`)
		return bot.Period{}
	case single == recurring:
		b.add(path, "période incomplète", `écrivez {from: "2026-12-01 18:00", to: "2026-12-01 22:00"}, ou {start: "0 22 * * 3", lasts: 2h}`)
		return bot.Period{}
	case recurring && e.End != "" && e.Lasts != 0:
		b.add(path+".end", "deux fins à la fois", "gardez end ou lasts")
		return bot.Period{}
	case recurring && e.End != "":
		return bot.Period{Start: b.tick(path+".start", "début incorrect", e.Start, clock), End: b.tick(path+".end", "fin incorrecte", e.End, clock)}
	case recurring && e.Lasts <= 0:
		b.add(path+".lasts", "durée attendue", "écrivez par exemple lasts: 2h")
		return bot.Period{}
	case recurring:
		return bot.Period{Start: b.onDays(path, e, b.tick(path+".start", "début incorrect", e.Start, clock)), Length: e.Lasts}
	}
	p := bot.Period{From: b.moment(path+".from", string(e.From), clock, 0), To: b.moment(path+".to", string(e.To), clock, 1)}
	if !p.From.IsZero() && !p.To.IsZero() && !p.To.After(p.From) {
		b.add(path+".to", "la période finit avant de commencer", "échangez from et to")
	}
	return p
}

// onDays is a schedule on the days of the school calendar that the period asks for.
func (b *builder) onDays(path string, e periodEntry, s cron.Schedule) cron.Schedule {
	if e.Only+string(e.Zone) == "" {
		return s
	}
	if days := bot.Days(e.Only); !slices.Contains(bot.AllDays(), days) {
		b.add(path+".only", "jours inconnus "+quote(e.Only), "écrivez school_days (jours de classe), holidays (vacances scolaires) ou no_class (jours sans classe)")
		return s
	}
	where := b.territory(path+".zone", string(e.Zone))
	known, err := calendar.Embedded()
	if err != nil || where.place.Location == nil {
		return s // said by the territory
	}
	schools, err := known.Schools(where.zone)
	if err != nil {
		b.add(path+".zone", "le calendrier de cette zone n’est pas disponible", "signalez-le : ces données font partie de Panneau")
		return s
	}
	return &bot.OnDays{Schedule: s, Schools: schools, Only: bot.Days(e.Only)}
}

// Keep makes the periods that follow the school calendar follow another one: what the operator imported. It is asked for
// only where there are such periods.
func (c *Config) Keep(almanac func() (*calendar.Almanac, error)) error {
	for _, p := range c.Platforms {
		for _, period := range slices.Concat(p.Openings, p.Maintenances, p.Suspensions) {
			days, bound := period.Start.(*bot.OnDays)
			if !bound {
				continue
			}
			known, err := almanac()
			if err != nil {
				return err
			}
			if days.Schools, err = known.Schools(days.Schools.Zone()); err != nil {
				return err
			}
		}
	}
	return nil
}

// tick reads when a period begins or ends, each time.
func (b *builder) tick(path, fault, spec string, clock *time.Location) cron.Schedule {
	s, err := ParseSchedule(spec, clock)
	if err != nil {
		b.add(path, fault, err.Error())
	}
	return s
}

// moment reads a moment, or a day: its beginning, or, so many days later, its end.
func (b *builder) moment(path, text string, clock *time.Location, days int) time.Time {
	text = strings.Replace(text, "T", " ", 1)
	if at, err := time.ParseInLocation(momentForm, text, clock); err == nil {
		return at
	}
	at, err := time.ParseInLocation(dayForm, text, clock)
	if err != nil {
		b.add(path, "date incorrecte", `écrivez par exemple 2026-12-01, ou "2026-12-01 18:00"`)
		return time.Time{}
	}
	return at.AddDate(0, 0, days)
}
