package config

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// french leads from the words that a French reader tries to the ones that the file is written in.
func french(word string) string {
	words := map[string]string{
		"adresse": "listen", "bavardage": "level", "base": "database", "canal": "channel", "chaîne": "channel",
		"commande": "command", "compte": "account", "comptes": "accounts", "destination": "destinations",
		"dossier": "data_dir", "enseignants": "teachers", "familles": "families", "fichier": "file", "fil": "thread",
		"fuseau": "timezone", "garde": "guard", "horaire": "schedule", "jeton": "token", "journal": "log",
		"langues": "languages", "niveau": "level", "parents": "families", "personnel": "staff", "personnels": "staff",
		"plateforme": "platform", "plateformes": "platforms", "professeurs": "teachers", "public": "audience",
		"salon": "channel", "suit": "follows", "tous": "all", "tout": "all", "toutes": "all", "veille": "watch",
	}
	return words[strings.ToLower(word)]
}

// nearest finds the known word that a person most likely meant: its French equivalent, or one that differs by at most
// one letter in three. It returns nothing when none is near.
func nearest(word string, known []string) string {
	if translated := french(word); slices.Contains(known, translated) {
		return translated
	}
	best, least := "", max(1, utf8.RuneCountInString(word)/3)+1
	if least > longestQuote {
		return ""
	}
	for _, candidate := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace, and the neighbours to swap, that lead from a to b
// (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range t {
			change := 1
			if s[i] == t[j] {
				change = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+change)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(t)]
}

// meant is the remedy for an unknown word: the nearest one, or all of them.
func meant(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "vouliez-vous dire « " + near + " » ?"
	}
	return "choisissez parmi " + strings.Join(known, ", ")
}
