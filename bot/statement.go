package bot

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Statement is what somebody says about an incident. It is shown as theirs, with its date, and proves nothing: statements
// that contradict each other stand side by side.
type Statement struct {
	Incident IncidentID
	Revision int64 // of the incident, the first one that shows it
	Kind     StatementKind
	At       time.Time // when it was said
	Author   string    // to follow « selon »: « le ministère »; empty where an operator speaks
	Text     string
	Link     string // https, to where it can be read; empty where it cannot
}

// StatementKind is what a statement is.
type StatementKind string

// The kinds.
const (
	StatementClaim      StatementKind = "claim"      // what somebody says of what happens
	StatementCorrection StatementKind = "correction" // what was told wrongly, set right
)

// Host is the name of the site where the statement can be read; empty for none.
func (s Statement) Host() string {
	u, err := url.Parse(s.Link)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// same reports whether two statements say the same: a command that a chat platform delivers twice says nothing new.
func (s Statement) same(o Statement) bool {
	return s.Kind == o.Kind && s.Author == o.Author && s.Text == o.Text && s.Link == o.Link
}

const (
	// MostStatements is how many claims a notice shows, the newest ones: the public page has them all.
	MostStatements = 4
	// mostSaid is how many statements an incident has at most.
	mostSaid = 50
	// longestAuthor is in characters, longestLink in bytes.
	longestAuthor, longestLink = 80, 500
)

// Shown are the statements that a notice shows: the newest claims, and the newest rectification, oldest first.
func Shown(list []Statement) []Statement {
	var shown []Statement
	claims, corrections := 0, 0
	for _, s := range slices.Backward(list) {
		count, most := &claims, MostStatements
		if s.Kind == StatementCorrection {
			count, most = &corrections, 1
		}
		if *count < most {
			shown = append(shown, s)
		}
		*count++
	}
	slices.Reverse(shown)
	return shown
}

// The reasons why what an operator typed is no statement.
var (
	errNoAuthor = errors.New("no author")
	errNoText   = errors.New("no text")
	errBadLink  = errors.New("not a public https address")
	errFuture   = errors.New("a time to come")
	errTooLong  = errors.New("too long")
)

// The parts of a statement that an operator cannot type.
var (
	ErrAuthor = errors.New("an author that is read otherwise")
	ErrText   = errors.New("a text that is read otherwise, or too long")
	ErrLink   = errors.New("a link that is no public https address")
)

// Typed is what an operator types after an incident's number to publish what somebody says now: « le ministère : « … »
// https://… ». The error is [ErrAuthor], [ErrText] or [ErrLink] where something else would be read, or nothing.
func (s Statement) Typed() (string, error) {
	if s.Link != "" && !publicLink(s.Link) {
		return "", ErrLink
	}
	typed := strings.TrimSpace(s.Author + " : « " + s.Text + " » " + s.Link)
	read, err := readClaim(typed, s.At, time.UTC)
	switch author := oneLine(s.Author); {
	case strings.Contains(author, "://"), errors.Is(err, errNoAuthor), errors.Is(err, errFuture):
		return "", ErrAuthor
	case err == nil && !strings.EqualFold(read.Author, author): // articles are written small
		return "", ErrAuthor
	case err != nil, read.Text != oneLine(s.Text):
		return "", ErrText
	case read.Link != s.Link:
		return "", ErrLink
	}
	return typed, nil
}

// oneLine is a text with one plain space between its words.
func oneLine(text string) string { return strings.Join(strings.Fields(spaced(text)), " ") }

// readClaim reads « le ministère (12 h 05) : « … » https://… ». Time and link may be missing: it is said now then.
func readClaim(typed string, now time.Time, clock *time.Location) (Statement, error) {
	s := Statement{Kind: StatementClaim, At: now}
	text, link, err := linkIn(spaced(typed))
	if err != nil {
		return s, err
	}
	author, said, found := strings.Cut(text, ":")
	if before, _, quoted := strings.Cut(text, "«"); quoted && (!found || len(before) < len(author)) {
		author, said, found = before, text[len(before):], true
	}
	if !found {
		return s, errNoAuthor
	}
	author, at, err := clockIn(author, now, clock)
	if err != nil {
		return s, err
	}
	s.At, s.Author, s.Text, s.Link = at, authorOf(author), unquoted(said), link
	switch {
	case s.Author == "" || utf8.RuneCountInString(s.Author) > longestAuthor:
		return s, errNoAuthor
	case s.Text == "":
		return s, errNoText
	case tooLong(s.Text):
		return s, errTooLong
	}
	return s, nil
}

// linkIn takes the one address out of a text: it must be one that everybody can open.
func linkIn(typed string) (text, link string, err error) {
	var rest []string
	for word := range strings.FieldsSeq(typed) {
		if !strings.Contains(word, "://") {
			rest = append(rest, word)
			continue
		}
		if link != "" || !publicLink(word) {
			return "", "", errBadLink
		}
		link = word
	}
	return strings.Join(rest, " "), link, nil
}

// publicLink reports whether an address is one of a public site: https, a name with a dot and no number, no name of a
// person, nothing that a chat could take for markup.
func publicLink(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || len(address) > longestLink {
		return false
	}
	odd := func(r rune) bool {
		return r > unicode.MaxASCII || unicode.IsControl(r) || strings.ContainsRune("<>|\"'`\\", r)
	}
	return regexp.MustCompile(`^([a-z0-9-]+\.)+[a-z][a-z0-9-]+$`).MatchString(u.Hostname()) && !strings.ContainsFunc(address, odd)
}

// clockIn reads the time in brackets at the end of an author's name: one of today.
func clockIn(author string, now time.Time, clock *time.Location) (string, time.Time, error) {
	found := regexp.MustCompile(`^(.*)\(\s*(?:à\s*)?(\d{1,2})\s*[hH:]\s*(\d{2})?\s*\)\s*$`).FindStringSubmatch(author)
	if found == nil {
		return author, now, nil
	}
	hour, _ := strconv.Atoi(found[2])   // one or two digits
	minute, _ := strconv.Atoi(found[3]) // two digits, or none
	if hour > 23 || minute > 59 {
		return author, now, errFuture
	}
	at := calendar.DateOf(now.In(clock)).At(calendar.Hour(hour, minute), clock)
	if at.After(now) {
		return author, now, errFuture
	}
	return found[1], at, nil
}

// authorOf is an author's name to follow « selon »: an article is written small.
func authorOf(typed string) string {
	typed = strings.TrimRight(strings.TrimSpace(typed), " ,;")
	for _, beginning := range []string{"selon ", "d'après ", "d’après "} {
		if len(typed) > len(beginning) && strings.EqualFold(typed[:len(beginning)], beginning) {
			typed = strings.TrimSpace(typed[len(beginning):])
		}
	}
	for _, article := range []string{"Le ", "La ", "Les ", "L'", "L’", "Un ", "Une "} {
		if strings.HasPrefix(typed, article) {
			return strings.ToLower(article[:1]) + typed[1:]
		}
	}
	return typed
}

// say makes a statement about an incident, with the revision that shows it first. It returns the incident unchanged where
// the same was said before.
func say(tx Tx, next Incident, s Statement) (Incident, error) {
	said, err := tx.Statements(next.ID, mostSaid)
	if err != nil {
		return next, err
	}
	if slices.ContainsFunc(said, s.same) {
		return next, errSaid
	}
	if len(said) == mostSaid {
		return next, errFull
	}
	next.Revision++
	next.Said = len(said) + 1
	if err := tx.ReviseIncident(next); err != nil {
		return next, err
	}
	s.Incident, s.Revision = next.ID, next.Revision
	if err := tx.Say(s); err != nil {
		return next, fmt.Errorf("keep a statement about incident %d: %w", next.ID, err)
	}
	return next, nil
}

// errSaid is returned for a statement that was made before.
var errSaid = errors.New("said before")
