package bot

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold brings what a person typed to the form in which words are compared: lower case, without accents, with single
// plain spaces for spaces, hyphens, apostrophes and every other sign.
func Fold(typed string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), typed)
	if err != nil {
		plain = typed
	}
	words := strings.FieldsFunc(strings.ToLower(plain), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
	return strings.Join(words, " ")
}

// distanceTo is how far a typed word is from the names of a platform: 0 for a name as it is, 1 for the beginning of
// words in it, and then the number of typing errors, one more for those in a part of a name.
func distanceTo(p Platform, typed string) int {
	word := Fold(typed)
	best := len(word) + 2
	for _, name := range append([]string{p.Name, string(p.ID)}, p.Aliases...) {
		name = Fold(name)
		switch {
		case name == word:
			return 0
		case len(word) >= 3 && strings.Contains(" "+name, " "+word):
			best = min(best, 1)
		default:
			best = min(best, 1+typos(word, name), 2+partTypos(word, name))
		}
	}
	return best
}

// partTypos is the number of typing errors against the part of a name, of as many words, that is nearest.
func partTypos(word, name string) int {
	words, n := strings.Fields(name), len(strings.Fields(word))
	best := len(word)
	for i := 0; n > 0 && i+n <= len(words); i++ {
		best = min(best, typos(word, strings.Join(words[i:i+n], " ")))
	}
	return best
}

// farthest is the distance up to which a word is taken for a name: one typing error for three letters.
func farthest(typed string) int {
	return 1 + min(len([]rune(Fold(typed)))/3, 3)
}

// typos is the number of letters to insert, delete, replace or swap with their neighbour to get from a to b (optimal
// string alignment).
func typos(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, above, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(t); j++ {
			replace := 1
			if s[i-1] == t[j-1] {
				replace = 0
			}
			row[j] = slices.Min([]int{above[j] + 1, row[j-1] + 1, above[j-1] + replace})
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = above, row, before
	}
	return rows[1][len(t)]
}
