package locales

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault is something wrong with a finished French text.
type Fault struct {
	Line int    // from 1
	Text string // the words that are at fault
	Why  string // what is wrong with them, in English
}

// String describes the fault on one line.
func (f Fault) String() string { return fmt.Sprintf("line %d: %q: %s", f.Line, f.Text, f.Why) }

// Lint finds what a finished French text must not have: a breaking space before a sign or a unit, a straight apostrophe,
// three dots, an hour like 8h05, two spaces in a row, a middle dot between endings, words in capitals, and words that
// alarm, promise or blame. It finds no fault with addresses and commands.
func Lint(text string) []Fault {
	return examine(text, append(wordFaults(alarming, "a word of alarm, promise or blame"),
		spaceFaults, apostropheFaults, hourFaults, endingFaults, capitalFaults))
}

// LintAny finds what a finished text must not have in any language: a placeholder that was not filled, two spaces in a row,
// a space at the end of a line, isolates that do not pair.
func LintAny(text string) []Fault {
	return examine(text, []checker{spareSpaces, leftPlaceholders, loneIsolates})
}

func spareSpaces(words []string) []Fault {
	for i, word := range words {
		if word == "" && len(words) > 1 {
			return []Fault{{Text: strings.Join(words[max(0, i-1):min(i+2, len(words))], " "), Why: "two spaces in a row"}}
		}
	}
	return nil
}

func leftPlaceholders(words []string) []Fault {
	line := strings.Join(words, " ")
	for _, mark := range []string{"{{", "}}", "<no value>", "%!"} {
		if strings.Contains(line, mark) {
			return []Fault{{Text: line, Why: "a placeholder that was not filled"}}
		}
	}
	return nil
}

// loneIsolates finds isolates that are opened or closed alone on a line: the rest of the message would turn around.
func loneIsolates(words []string) []Fault {
	line, depth := strings.Join(words, " "), 0
	for _, r := range line {
		switch r {
		case '\u2066', '\u2067', '\u2068':
			depth++
		case '\u2069':
			depth--
		}
		if depth < 0 {
			break
		}
	}
	if depth != 0 {
		return []Fault{{Text: line, Why: "isolates that do not pair"}}
	}
	return nil
}

// Jargon finds the technical words that a text for families must not have.
func Jargon(text string) []Fault { return examine(text, wordFaults(technical, "a technical word")) }

// alarming are words that alarm, promise or blame, and slang for an outage.
const alarming = "crash|plantage|planté|plante|HS|KO|panne géante|panne majeure|panne générale|galère|catastrophe|chaos" +
	"|bientôt|rapidement|promettons|garantissons|malheureusement|victime|piratage|cyberattaque|attaque" +
	"|par la faute|à cause"

// technical are words that families need not know.
const technical = "DDoS|SSO|CAS|WAYF|HTTP|HTTPS|DNS|TLS|SSL|TCP|IP|serveur|serveurs|timeout|latence|authentification" +
	"|certificat|backend|API|URL|bug|proxy|ping|session|statut|monitoring"

// checker finds faults in a line that is split into words.
type checker func(words []string) []Fault

func examine(text string, checkers []checker) []Fault {
	var faults []Fault
	for i, line := range strings.Split(text, "\n") {
		words := strings.Split(line, " ")
		for _, c := range checkers {
			for _, f := range c(words) {
				f.Line = i + 1
				faults = append(faults, f)
			}
		}
	}
	return faults
}

// wordFaults makes the checkers for a list of words and phrases. A word in capitals is looked for as it is.
func wordFaults(list, why string) []checker {
	return []checker{func(words []string) []Fault {
		var faults []Fault
		line := letters(strings.Join(withoutAddresses(words), " "))
		for phrase := range strings.SplitSeq(list, "|") {
			in := line
			if phrase != strings.ToUpper(phrase) {
				in, phrase = strings.ToLower(line), strings.ToLower(phrase)
			}
			if strings.Contains(in, " "+phrase+" ") {
				faults = append(faults, Fault{Text: phrase, Why: why})
			}
		}
		return faults
	}}
}

// letters is a line with a space for everything that is no letter or digit, at both ends too.
func letters(line string) string {
	return " " + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, line) + " "
}

func withoutAddresses(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return isAddress(strings.Trim(word, "<>")) })
}

// spaceFaults finds the places where a line may break and must not.
func spaceFaults(words []string) []Fault {
	var faults []Fault
	for i, word := range words {
		switch {
		case isAddress(strings.Trim(word, "<>")):
		case word == "" && 0 < i && i < len(words)-1:
			faults = append(faults, Fault{Text: words[i-1] + "  " + words[i+1], Why: "two spaces in a row"})
		case i > 0 && (startsWith(word, ";:!?»%€") || numbered(words[i-1], word)):
			faults = append(faults, Fault{Text: words[i-1] + " " + word, Why: "a space that may break"})
		case i < len(words)-1 && strings.HasSuffix(word, "«"):
			faults = append(faults, Fault{Text: word + " " + words[i+1], Why: "a space that may break"})
		case glued(word):
			faults = append(faults, Fault{Text: word, Why: "no space before a sign or inside guillemets"})
		}
	}
	return faults
}

func startsWith(word, signs string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return word != "" && strings.ContainsRune(signs, r)
}

// numbered reports whether a number is parted from its unit.
func numbered(number, unit string) bool {
	last, _ := utf8.DecodeLastRuneInString(number)
	return unicode.IsDigit(last) && isUnit(strings.TrimRight(unit, ".,)"))
}

// glued reports whether a sign that takes a space before it stands right after a letter, or a guillemet lacks its space.
func glued(word string) bool {
	runes := []rune(word)
	for i, r := range runes {
		switch {
		case i > 0 && strings.ContainsRune(";:!?»%€", r) && (unicode.IsLetter(runes[i-1]) || unicode.IsDigit(runes[i-1])):
			if r != ':' || i == len(runes)-1 {
				return true
			}
		case r == '«' && i+1 < len(runes) && runes[i+1] != noBreak:
			return true
		}
	}
	return false
}

// apostropheFaults finds what a typewriter writes.
func apostropheFaults(words []string) []Fault {
	var faults []Fault
	for _, word := range withoutAddresses(words) {
		switch {
		case strings.Contains(word, "'"):
			faults = append(faults, Fault{Text: word, Why: "a straight apostrophe"})
		case strings.Contains(word, "..."):
			faults = append(faults, Fault{Text: word, Why: "three dots for an ellipsis"})
		}
	}
	return faults
}

// hourFaults finds 8h05, 8h and 08:05.
func hourFaults(words []string) []Fault {
	var faults []Fault
	for _, word := range withoutAddresses(words) {
		if isHour(strings.FieldsFunc(word, func(r rune) bool { return r != 'h' && r != ':' && !unicode.IsDigit(r) })) {
			faults = append(faults, Fault{Text: word, Why: "an hour is written 8 h 05"})
		}
	}
	return faults
}

func isHour(parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool {
		i := strings.IndexAny(part, "h:")
		if i < 1 || i > 2 || !unicode.IsDigit(rune(part[0])) || !unicode.IsDigit(rune(part[i-1])) {
			return false
		}
		return len(part) == i+3 || part[i] == 'h' && len(part) == i+1
	})
}

// endingFaults finds the middle dots of inclusive spelling, which the circular of 5 May 2021 (Bulletin officiel of
// 6 May 2021) rules out in schools.
func endingFaults(words []string) []Fault {
	var faults []Fault
	for _, word := range words {
		if strings.ContainsAny(word, "·•‧") {
			faults = append(faults, Fault{Text: word, Why: "a middle dot between endings"})
		}
	}
	return faults
}

// capitalFaults finds words of four letters and more in capitals, which read as shouting; a proper name with a hyphen, a
// digit or a dot is none.
func capitalFaults(words []string) []Fault {
	var faults []Fault
	for _, word := range withoutAddresses(words) {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if utf8.RuneCountInString(word) >= 4 && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsUpper(r) }) < 0 {
			faults = append(faults, Fault{Text: word, Why: "a word in capitals"})
		}
	}
	return faults
}
