package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// shortestEvery is the shortest cadence allowed: a check is a visitor of somebody else's server.
const shortestEvery = 10 * time.Second

// scheduleError is what is wrong with a schedule, and what to do about it.
type scheduleError struct{ text, remedy string }

// Error says it on one line.
func (e scheduleError) Error() string { return e.text + " : " + e.remedy }

// ParseSchedule reads a cron expression of five fields, from the minute to the day of the week, or a descriptor
// (@every 1m, @hourly), on the clock of a location. It refuses what would never run, and what would run more often than every ten
// seconds. Its errors are French and say what to write instead.
func ParseSchedule(spec string, location *time.Location) (cron.Schedule, error) {
	// With a zone in front, the parser panics where no expression follows: https://github.com/robfig/cron/issues/554.
	if strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ=") {
		return nil, scheduleError{"fuseau horaire dans l’expression", "retirez TZ=… et donnez le fuseau dans la clé timezone"}
	}
	times, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, scheduleError{"horaire incorrect", "écrivez @every 1m, ou cinq champs : minute, heure, jour, mois, jour de la semaine (0 à 6, dimanche = 0)"}
	}
	switch t := times.(type) {
	case cron.ConstantDelaySchedule:
		// The parser rounds up to a second, so that a shorter or negative delay shows as one.
		if t.Delay < shortestEvery {
			return nil, scheduleError{"horaire trop fréquent", fmt.Sprintf("laissez au moins %.0f s entre deux vérifications", shortestEvery.Seconds())}
		}
	case *cron.SpecSchedule:
		t.Location = location
	}
	if times.Next(time.Unix(0, 0)).IsZero() {
		return nil, scheduleError{"cet horaire ne désigne aucune date", "vérifiez le jour et le mois : le 31 février n’existe pas"}
	}
	return times, nil
}
