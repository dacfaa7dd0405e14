package bot

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// windowIn reads the beginning and the end with which a text begins, on the clock of now, and returns what follows:
// « demain 18h 20h », « 28/11 de 22 h à 6 h », « 2026-11-28T18:00 2026-11-28T20:00 ». An end without a day is the first one
// after the beginning, a beginning without a day the next one.
func windowIn(typed string, now time.Time) (from, to time.Time, rest string, ok bool) {
	from, rest, ok = timeIn(typed, now, now)
	if !ok {
		return from, to, typed, false
	}
	to, rest, ok = timeIn(betweenForm().ReplaceAllString(rest, ""), now, from)
	if !ok {
		return from, to, typed, false
	}
	return from, to, strings.TrimLeft(rest, " ,;:."), true
}

// betweenForm is what stands before an end.
func betweenForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(?:[-–—,]|jusqu.(?:à|au)\s|à\s|a\s|au\s|et\s)?\s*`)
}

// timeIn reads a day and an hour. Without a day it is the first such hour after a moment.
func timeIn(typed string, now, after time.Time) (t time.Time, rest string, ok bool) {
	typed = strings.TrimSpace(typed)
	word, behind, _ := strings.Cut(typed, " ")
	if exact, err := time.Parse(time.RFC3339, word); err == nil { // with its own clock
		return exact.In(now.Location()), behind, true
	}
	day, rest, dated, ok := dayIn(typed, now)
	if !ok {
		return t, typed, false
	}
	if !dated {
		day = midnightOf(after)
	}
	hour, minute, rest, ok := hourIn(rest)
	if !ok {
		return t, typed, false
	}
	year, month, date := day.Date()
	t = time.Date(year, month, date, hour, minute, 0, 0, now.Location())
	if !dated && !t.After(after) {
		t = time.Date(year, month, date+1, hour, minute, 0, 0, now.Location())
	}
	return t, rest, true
}

func midnightOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

// dayForm is « demain », « après-demain », « 28/11 », « 28/11/2026 », « 2026-11-28 ».
func dayForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:le\s+|du\s+|au\s+)?(?:(aujourd.hui|apr[eè]s.demain|demain)|(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})(?:/(\d{4}))?)(?:[\s,T]+|$)`)
}

// dayIn reads a day, if there is one. One that no calendar has is not ok.
func dayIn(typed string, now time.Time) (day time.Time, rest string, dated, ok bool) {
	found := dayForm().FindStringSubmatch(typed)
	if found == nil {
		return day, typed, false, true
	}
	number := func(i int) int { n, _ := strconv.Atoi(found[i]); return n } // digits alone
	rest = typed[len(found[0]):]
	year, month, date := now.Date()
	switch word := Fold(found[1]); {
	case strings.HasPrefix(word, "apres"):
		date += 2
	case word == "demain":
		date++
	case word != "":
	case found[2] != "":
		return dateOf(number(2), number(3), number(4), rest, now)
	case found[7] != "":
		return dateOf(number(7), number(6), number(5), rest, now)
	default: // in December, « 4/1 » is next year's
		day, rest, dated, ok = dateOf(year, number(6), number(5), rest, now)
		if ok && day.Before(now.AddDate(0, 0, -31)) {
			return dateOf(year+1, number(6), number(5), rest, now)
		}
		return day, rest, dated, ok
	}
	return time.Date(year, month, date, 0, 0, 0, 0, now.Location()), rest, true, true
}

// dateOf is a day of the calendar. It is not ok where there is none.
func dateOf(year, month, date int, rest string, now time.Time) (day time.Time, left string, dated, ok bool) {
	day = time.Date(year, time.Month(month), date, 0, 0, 0, 0, now.Location())
	return day, rest, true, day.Year() == year && int(day.Month()) == month && day.Day() == date
}

// hourForms are « 18 h 30 » and « 18 h », the longer first.
func hourForms() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)^(?:de\s+|à\s+|a\s+|dès\s+)?(\d{1,2})\s*(?:h\s*|:)(\d{2})(?::00)?(?:[\s,;.–—-]|$)`),
		regexp.MustCompile(`(?i)^(?:de\s+|à\s+|a\s+|dès\s+)?(\d{1,2})\s*h()(?:[\s,;.–—-]|$)`),
	}
}

// hourIn reads an hour: 24 h is the end of the day. In « 18 h 20 h » there are two.
func hourIn(typed string) (hour, minute int, rest string, ok bool) {
	for _, form := range hourForms() {
		found := form.FindStringSubmatch(typed)
		if found == nil {
			continue
		}
		rest = typed[len(found[0]):]
		if found[2] != "" && regexp.MustCompile(`(?i)^\s*h(?:[\s\d]|$)`).MatchString(rest) {
			continue // those are the hours of the end
		}
		hour, _ = strconv.Atoi(found[1]) // at most two digits
		minute, _ = strconv.Atoi(found[2])
		return hour, minute, rest, hour < 24 && minute < 60 || hour == 24 && minute == 0
	}
	return 0, 0, typed, false
}
