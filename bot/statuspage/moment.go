package statuspage

import (
	"fmt"
	"time"
)

// clock puts times into French as a reader in one place says them at one moment.
type clock struct {
	now      time.Time
	location *time.Location
}

// moment is a time in the forms that a sentence needs.
type moment struct {
	ISO   string // for machines
	At    string // « à 8 h 05 », « hier à 8 h 05 », « le 6 avril à 8 h 05 »
	Since string // « depuis 8 h 05 », « depuis hier à 8 h 05 », « depuis le 6 avril à 8 h 05 »
	Of    string // « de 8 h 05 », « d’hier à 8 h 05 », « du 6 avril à 8 h 05 »
}

// machineTime is the form of HTML's time element, to the minute: a page whose words are the same stays the same.
const machineTime = "2006-01-02T15:04Z"

const nbsp = "\u00a0"

// moment returns nil for the zero time.
func (c clock) moment(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	t = t.In(c.location)
	now := c.now.In(c.location)
	m := &moment{ISO: t.UTC().Format(machineTime)}
	hour := hourText(t)
	switch {
	case sameDay(t, now):
		m.At, m.Since, m.Of = "à"+nbsp+hour, "depuis"+nbsp+hour, "de"+nbsp+hour
	case sameDay(t, now.AddDate(0, 0, -1)):
		day := "hier" + nbsp + "à" + nbsp + hour
		m.At, m.Since, m.Of = day, "depuis"+nbsp+day, "d’"+day
	default:
		day := dayText(t, now.Year()) + " à" + nbsp + hour
		m.At, m.Since, m.Of = "le"+nbsp+day, "depuis le"+nbsp+day, "du"+nbsp+day
	}
	return m
}

func sameDay(a, b time.Time) bool {
	ya, ma, da := a.Date()
	yb, mb, db := b.Date()
	return ya == yb && ma == mb && da == db
}

// hourText is « 8 h 05 », or « 8 h » on the hour.
func hourText(t time.Time) string {
	if t.Minute() == 0 {
		return fmt.Sprintf("%d%sh", t.Hour(), nbsp)
	}
	return fmt.Sprintf("%d%sh%s%02d", t.Hour(), nbsp, nbsp, t.Minute())
}

// dayText is « 6 avril », or « 6 avril 2021 » in another year than the reader's.
func dayText(t time.Time, year int) string {
	months := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	text := day + nbsp + months[t.Month()-1]
	if t.Year() != year {
		text += fmt.Sprintf(" %d", t.Year())
	}
	return text
}

// lastText is how long something lasted: « 12 min », « 1 h 35 min », « 2 jours et 3 h ».
func lastText(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	hours, days := minutes/60, minutes/(24*60)
	switch {
	case minutes < 1:
		return "moins d’une minute"
	case hours < 1:
		return fmt.Sprintf("%d%smin", minutes, nbsp)
	case days < 1 && minutes%60 == 0:
		return fmt.Sprintf("%d%sh", hours, nbsp)
	case days < 1:
		return fmt.Sprintf("%d%sh%s%d%smin", hours, nbsp, nbsp, minutes%60, nbsp)
	}
	text := fmt.Sprintf("%d%sjours", days, nbsp)
	if days == 1 {
		text = "1" + nbsp + "jour"
	}
	if hours%24 > 0 {
		text += fmt.Sprintf(" et %d%sh", hours%24, nbsp)
	}
	return text
}
