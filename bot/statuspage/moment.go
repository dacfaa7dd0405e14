package statuspage

import "time"

// clock puts times into words as a reader in one place says them at one moment.
type clock struct {
	lang     language
	now      time.Time
	location *time.Location
}

// moment is a time in the forms that a sentence needs, here in French.
type moment struct {
	ISO   string // for machines
	At    string // « à 8 h 05 », « hier à 8 h 05 », « le 6 avril à 8 h 05 »
	Since string // « depuis 8 h 05 », « depuis hier à 8 h 05 », « depuis le 6 avril à 8 h 05 »
	Of    string // « de 8 h 05 », « d’hier à 8 h 05 », « du 6 avril à 8 h 05 »
}

// machineTime is the form of HTML's time element, to the minute: a page whose words are the same stays the same.
const machineTime = "2006-01-02T15:04Z"

// moment returns nil for the zero time.
func (c clock) moment(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	t = t.In(c.location)
	now := c.now.In(c.location)
	words := momentWords{Time: c.lang.say("time", timeWords{t.Hour(), t.Minute()}), Yesterday: sameDay(t, now.AddDate(0, 0, -1))}
	if !sameDay(t, now) && !words.Yesterday {
		words.Date = c.lang.date(t, now.Year())
	}
	return &moment{
		ISO: t.UTC().Format(machineTime),
		At:  c.lang.say("at", words), Since: c.lang.say("since", words), Of: c.lang.say("of", words),
	}
}

// What the phrases of a language make a moment of.
type (
	timeWords   struct{ Hour, Minute int }
	momentWords struct {
		Time      string
		Yesterday bool
		Date      string // empty today and yesterday
	}
	dateWords struct {
		Day   int
		Month string
		Year  int // 0: this year
	}
	lengthWords struct{ Days, Hours, Minutes int }
)

func sameDay(a, b time.Time) bool {
	ya, ma, da := a.Date()
	yb, mb, db := b.Date()
	return ya == yb && ma == mb && da == db
}

// date is « 6 avril », or « 6 avril 2021 » in another year than the reader's.
func (l language) date(t time.Time, year int) string {
	words := dateWords{Day: t.Day(), Month: l.months[t.Month()-1]}
	if t.Year() != year {
		words.Year = t.Year()
	}
	return l.say("date", words)
}

// length is how long something lasted: « 12 min », « 1 h 35 min », « 2 jours et 3 h ».
func (l language) length(d time.Duration) string {
	minutes := max(0, int(d.Round(time.Minute)/time.Minute))
	return l.say("lasts", lengthWords{minutes / (24 * 60), minutes / 60 % 24, minutes % 60})
}
