package locales

import (
	"fmt"
	"strconv"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// at says when something happened: « à 8 h 05 », « hier, lundi 5 avril, à 16 h 30 ».
func (w *writer) at(t time.Time) phrase { return w.moment(t, "at") }

// since says from when something holds, to follow « depuis »: « 8 h 05 », « hier, lundi 5 avril, 16 h 30 ».
func (w *writer) since(t time.Time) phrase { return w.moment(t, "since") }

// zoned adds whose clock it is, where that is not the clock of Paris.
func (w *writer) zoned(moment phrase) phrase {
	if !w.elsewhere() {
		return moment
	}
	return w.part("moment.zoned", values{"Moment": moment, "Place": w.free(w.place.Name)})
}

// elsewhere reports whether the clock needs a name.
func (w *writer) elsewhere() bool {
	return w.place.Name != "" && w.place.Name != "Paris" && w.place.Location.String() != "Europe/Paris"
}

func (w *writer) moment(t time.Time, form string) phrase {
	t, now := t.In(w.place.Location), w.now.In(w.place.Location)
	v := values{"Time": w.time(t)}
	day := "day"
	switch midnight(t) {
	case midnight(now):
		return w.part("moment.today."+form, v)
	case midnight(now.AddDate(0, 0, -1)):
		day = "yesterday"
	}
	v["Date"] = w.date(t)
	return w.part("moment."+day+"."+form, v)
}

// midnight is the day of t, for comparison.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// time is the time of day, « 8 h 05 » or « 8 h ».
func (w *writer) time(t time.Time) phrase {
	v := values{"Hour": whole(t.Hour()), "Hour2": two(t.Hour()), "Minute": two(t.Minute())}
	if t.Minute() == 0 {
		return w.isolate(w.part("time.hour", v))
	}
	return w.isolate(w.part("time.minute", v))
}

// date is a day, with its year where that is not the current one: « lundi 5 avril », « jeudi 1er octobre 2026 ».
func (w *writer) date(t time.Time) phrase {
	v := values{
		"Weekday": w.part("weekday."+strconv.Itoa(int(t.Weekday())), nil),
		"Day":     whole(t.Day()),
		"Month":   w.part("month."+strconv.Itoa(int(t.Month())), nil),
		"Year":    whole(t.Year()),
	}
	if t.Day() == 1 {
		v["Day"] = w.part("date.first", nil)
	}
	if t.Year() != w.now.In(w.place.Location).Year() {
		return w.part("date.year", v)
	}
	return w.part("date.day", v)
}

// duration says how long something lasted, as precisely as a person would: « 45 minutes », « 1 h 20 », « 2 jours et
// 3 heures ».
func (w *writer) duration(d time.Duration) phrase {
	minutes := int(d / time.Minute)
	hours, days := minutes/60, minutes/(24*60)
	switch {
	case minutes < 1:
		return w.part("duration.moment", nil)
	case hours < 1:
		return w.count("duration.minutes", minutes)
	case days < 1 && minutes%60 == 0:
		return w.count("duration.hours", hours)
	case days < 1:
		return w.part("duration.mixed", values{"Hours": whole(hours), "Minutes": two(minutes % 60)})
	case hours%24 == 0:
		return w.count("duration.days", days)
	default:
		return w.part("duration.both", values{
			"Days": w.count("duration.days", days), "Hours": w.count("duration.hours", hours%24),
		})
	}
}

// minutes is a duration in whole minutes.
func (w *writer) minutes(n int) phrase { return w.duration(time.Duration(n) * time.Minute) }

// ago says how long before now something happened: « il y a 40 secondes ».
func (w *writer) ago(t time.Time) phrase {
	switch d := w.now.Sub(t); {
	case d < 2*time.Second:
		return w.part("ago.now", nil)
	case d < time.Minute:
		return w.count("ago.seconds", int(d/time.Second))
	case d < time.Hour:
		return w.count("ago.minutes", int(d/time.Minute))
	case d < 24*time.Hour:
		return w.count("ago.hours", int(d/time.Hour))
	default:
		return w.count("ago.days", int(d/(24*time.Hour)))
	}
}

// every says how often something happens, in the largest unit that is exact: « toutes les minutes ».
func (w *writer) every(d time.Duration) phrase {
	switch {
	case d%time.Hour == 0:
		return w.count("every.hours", int(d/time.Hour))
	case d%time.Minute == 0:
		return w.count("every.minutes", int(d/time.Minute))
	default:
		return w.count("every.seconds", max(1, int(d.Round(time.Second)/time.Second)))
	}
}

// latency is a measured time, in the digits of all other numbers: « 850 ms », « 2,3 s ».
func (w *writer) latency(d time.Duration) phrase {
	key, value := "latency.ms", float64(d.Milliseconds())
	if d >= time.Second {
		key, value = "latency.s", d.Seconds()
	}
	return w.part(key, values{"Value": w.decimal(value)})
}

// decimal is a number with at most one decimal, in European digits everywhere.
func (w *writer) decimal(value float64) digits {
	printer := message.NewPrinter(language.Make(w.tag.String() + "-u-nu-latn"))
	return digits(printer.Sprint(number.Decimal(value, number.MaxFractionDigits(1), number.NoSeparator())))
}

// count writes a text that depends on a number.
func (w *writer) count(key string, n int) phrase { return w.part(key, values{"Count": n}) }

func whole(n int) digits { return digits(strconv.Itoa(n)) }
func two(n int) digits   { return digits(fmt.Sprintf("%02d", n)) }
