package bot

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// spanForm is « 2 h », « 45 min », « 3 jours ».
func spanForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(\d{1,3})\s*(min|minutes?|h|heures?|j|jours?)(?:[\s,]+|$)`)
}

// spanIn reads the length of time with which a text begins, and returns what follows.
func spanIn(typed string) (d time.Duration, rest string, ok bool) {
	found := spanForm().FindStringSubmatch(typed)
	if found == nil {
		return 0, typed, false
	}
	n, _ := strconv.Atoi(found[1]) // at most three digits
	unit := time.Minute
	switch strings.ToLower(found[2])[0] {
	case 'h':
		unit = time.Hour
	case 'j':
		unit = 24 * time.Hour
	}
	return time.Duration(n) * unit, typed[len(found[0]):], n > 0
}

// momentForm is « 18h », « 18 h 30 », « 18:30 », « demain 8h », « 27/11 18h », « 27/11 ».
func momentForm() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(?:(demain|aujourd.hui)|(\d{1,2})/(\d{1,2}))?(?:\s*à)?\s*(?:(\d{1,2})\s*[h:]\s*(\d{2})?)?(?:[\s,]+|$)`)
}

// momentIn reads the moment with which a text begins, the first one after now that it can mean, on the clock of now, and
// returns what follows. A day alone is its end.
func momentIn(typed string, now time.Time) (t time.Time, rest string, ok bool) {
	found := momentForm().FindStringSubmatch(typed)
	if len(found) == 0 || strings.TrimSpace(found[0]) == "" {
		return t, typed, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(found[i]); return n } // digits alone
	year, month, day := now.Date()
	hour, minute := number(4), number(5)
	if found[4] == "" {
		hour = 24
	}
	if strings.EqualFold(found[1], "demain") {
		day++
	}
	dated := found[2] != ""
	if dated {
		day, month = number(2), time.Month(number(3))
	}
	if hour > 24 || minute > 59 || month > 12 || month < 1 || dated && (day < 1 || day > 31) {
		return t, typed, false
	}
	t = time.Date(year, month, day, hour, minute, 0, 0, now.Location())
	if dated && t.Before(now.Add(-31*24*time.Hour)) { // in December, « 4/1 » is next year's
		t = time.Date(year+1, month, day, hour, minute, 0, 0, now.Location())
	}
	if found[1] == "" && !dated && !t.After(now) { // an hour alone is the next one
		t = time.Date(year, month, day+1, hour, minute, 0, 0, now.Location())
	}
	return t, typed[len(found[0]):], true
}
