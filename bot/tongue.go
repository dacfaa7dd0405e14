package bot

import (
	"slices"
	"strings"
)

// simpleFrench is French in short sentences.
const simpleFrench = "fr-x-simple"

// Tongue is a language as people call it.
type Tongue struct {
	Tag   string   // BCP 47
	Own   string   // its name in itself
	Words []string // what people call it in French and English, folded
}

// Tongues lists the languages that people may ask for, in the order to show.
func Tongues() []Tongue {
	return []Tongue{
		{"fr", "français", []string{"francais", "french"}},
		{simpleFrench, "français simple", []string{"simple", "francais facile", "facile", "easy french"}},
		{"ar", "العربية", []string{"arabe", "arabic"}},
		{"en", "English", []string{"anglais"}},
		{"es", "español", []string{"espagnol", "spanish"}},
		{"pt", "português", []string{"portugais", "portuguese"}},
		{"ro", "română", []string{"roumain", "romanian"}},
		{"ru", "русский", []string{"russe", "russian"}},
		{"tr", "Türkçe", []string{"turc", "turkish"}},
		{"uk", "українська", []string{"ukrainien", "ukrainian"}},
		{"zh", "中文", []string{"chinois", "chinese", "mandarin"}},
	}
}

// spoken lists the tongues among languages.
func spoken(languages []string) []Tongue {
	return slices.DeleteFunc(Tongues(), func(t Tongue) bool { return !slices.Contains(languages, t.Tag) })
}

// tongueNames are the languages as they call themselves.
func tongueNames(tags []string) []string {
	var names []string
	for _, tag := range tags {
		name := tag
		if i := slices.IndexFunc(Tongues(), func(t Tongue) bool { return t.Tag == tag }); i >= 0 {
			name = Tongues()[i].Own
		}
		names = append(names, name)
	}
	return names
}

// languagesIn reads a list of languages, at most two, each once; none where a word is not understood.
func languagesIn(typed string, known []string) []string {
	var tags []string
	for _, part := range parts(typed) {
		found := tongueIn(part, known)
		if found == "" {
			words := strings.Fields(part)
			if len(words) < 2 {
				return nil
			}
			more := languagesIn(strings.Join(words, ","), known)
			if more == nil {
				return nil
			}
			tags = append(tags, more...)
			continue
		}
		tags = append(tags, found)
	}
	var once []string
	for _, tag := range tags {
		if !slices.Contains(once, tag) {
			once = append(once, tag)
		}
	}
	if len(once) > 2 {
		return nil
	}
	return once
}

func tongueIn(word string, known []string) string {
	word = Fold(word)
	for _, t := range spoken(known) {
		if Fold(t.Tag) == word || Fold(t.Own) == word || slices.Contains(t.Words, word) {
			return t.Tag
		}
	}
	return ""
}
