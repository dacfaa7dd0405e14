package slack

import (
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/panneau-ecole/panneau/bot"
)

// notification is the text that phones show: title and summary. A part that has neither, in the middle of a long
// message, is announced by its beginning.
func notification(m bot.Message) string {
	if text := strings.TrimSpace(m.Title + "\n" + m.Summary); text != "" {
		return text
	}
	return preview(beginning(m))
}

// beginning is the first text of a message without title and summary.
func beginning(m bot.Message) string {
	var texts []string
	for _, f := range m.Facts {
		texts = append(texts, f.Label+colon(m.Lang)+" "+f.Value)
	}
	for _, s := range m.Sections {
		texts = slices.Concat(texts, []string{s.Heading}, s.Text, s.Items)
	}
	for _, link := range m.Links {
		texts = append(texts, link.Text, link.URL)
	}
	texts = append(texts, m.Footer)
	if i := slices.IndexFunc(texts, func(text string) bool { return !blank(text) }); i >= 0 {
		return texts[i]
	}
	return ""
}

func preview(text string) string {
	runes := []rune(text)
	if len(runes) <= maxPreview {
		return text
	}
	return strings.TrimSpace(string(runes[:maxPreview])) + "…"
}

// colon stands between a label and its value. French sets a space that does not break before it.
func colon(lang string) string {
	switch {
	case base(lang) == "fr":
		return "\u00a0:"
	case base(lang) == "zh":
		return "："
	default:
		return ":"
	}
}

func base(lang string) string {
	code, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return code
}

// rightToLeft reports whether a language is written so.
func rightToLeft(lang string) bool {
	return slices.Contains([]string{"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}, base(lang))
}

// literal reports whether Slack shows a plain_text object as it is: it decodes the three entities that its own
// escaping makes, and breaks no lines.
func literal(text string) bool {
	return !strings.Contains(text, "&amp;") && !strings.Contains(text, "&lt;") && !strings.Contains(text, "&gt;") &&
		!strings.Contains(text, "\n")
}

func escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func blank(text string) bool { return strings.TrimSpace(text) == "" }

func characters(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
