package config

import "strings"

const (
	digits = "0123456789"
	lowers = "abcdefghijklmnopqrstuvwxyz"
	uppers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// spelled reports whether a text consists of letters of an alphabet, from least to most of them.
func spelled(text, alphabet string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, alphabet) == ""
}

// number reports whether a text is a whole number above zero, of so many digits at most.
func number(text string, most int) bool {
	return spelled(text, digits, 1, most) && text[0] != '0'
}

// timestamp reports whether a text is what Slack calls a message by: seconds and a fraction of six digits.
func timestamp(text string) bool {
	seconds, fraction, _ := strings.Cut(text, ".")
	return number(seconds, 10) && spelled(fraction, digits, 6, 6)
}

// howToName is the remedy for a name that is not one.
const howToName = "employez de 1 à 64 lettres minuscules sans accent et chiffres, séparés au besoin par des traits d’union"

// named reports whether a text is a name that addresses, tables and logs can carry as it is.
func named(text string) bool {
	return spelled(text, lowers+digits+"-", 1, 64) && !strings.Contains("-"+text+"-", "--")
}

// variable reports whether a text can be an environment variable's name.
func variable(text string) bool { return spelled(text, uppers+lowers+digits+"_", 1, 255) }
