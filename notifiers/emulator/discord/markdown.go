package discord

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// markdown resolves the markup that Discord's clients know. What stays is what a person reads.
// https://support.discord.com/hc/en-us/articles/210298617
type markdown struct {
	line  *regexp.Regexp // what has a meaning at the start of a line
	token *regexp.Regexp // mentions, emoji, time stamps, addresses in angle brackets
	emoji *regexp.Regexp
	link  *regexp.Regexp
}

func newMarkdown() markdown {
	return markdown{
		line:  regexp.MustCompile(`^( *)(>>> |> |#{1,3} |-# |[-*] )`),
		token: regexp.MustCompile(`^<(@!?\d+|@&\d+|#\d+|a?:\w+:\d+|t:-?\d+(:[tTdDfFR])?|/[^>]+:\d+|https?://[^ >]+)>`),
		emoji: regexp.MustCompile(`^:[a-z0-9_+-]*[a-z][a-z0-9_+-]*:`),
		link:  regexp.MustCompile(`^\[((?:\\.|[^\]\\])*)\]\(<?([^\s)>]+)>?\)`),
	}
}

// text resolves a text of several lines.
func (m markdown) text(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		mark := m.line.FindString(line)
		bullet := ""
		if t := strings.TrimSpace(mark); t == "-" || t == "*" {
			bullet = "• "
		}
		lines[i] = bullet + line[len(mark):]
	}
	return m.inline(strings.Join(lines, "\n"))
}

// inline resolves what may stand within a line.
func (m markdown) inline(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		text, n := m.next(s)
		out.WriteString(text)
		s = s[n:]
	}
	return out.String()
}

// next resolves the beginning of s and returns the length of what it stands for.
func (m markdown) next(s string) (text string, n int) {
	switch s[0] {
	case '\\':
		if len(s) > 1 && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[1]) >= 0 {
			return s[1:2], 2
		}
	case '`', '*', '_', '~', '|':
		if text, n := m.span(s); n > 0 {
			return text, n
		}
	case '<':
		if t := m.token.FindString(s); t != "" {
			return resolved(t), len(t)
		}
	case ':':
		if t := m.emoji.FindString(s); t != "" {
			return "{emoji}", len(t)
		}
	case '[':
		if t := m.link.FindStringSubmatch(s); t != nil {
			return m.inline(t[1]), len(t[0])
		}
	}
	_, size := utf8.DecodeRuneInString(s)
	return s[:size], size
}

// span resolves bold, italics and the like.
func (m markdown) span(s string) (text string, n int) {
	for _, mark := range []string{"```", "`", "**", "*", "__", "_", "~~", "||"} {
		if !strings.HasPrefix(s, mark) {
			continue
		}
		end := closing(s[len(mark):], mark)
		if end <= 0 {
			continue
		}
		inner, n := s[len(mark):len(mark)+end], end+2*len(mark)
		if mark[0] == '`' {
			return inner, n
		}
		if mark[0] == '*' && strings.TrimSpace(inner[:1]) == "" {
			continue
		}
		return m.inline(inner), n
	}
	return "", 0
}

// closing finds where a mark closes what it opened; what is escaped does not, except in code.
func closing(s, mark string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && mark[0] != '`' {
			i++
			continue
		}
		if strings.HasPrefix(s[i:], mark) {
			return i
		}
	}
	return -1
}

func resolved(token string) string {
	inner := token[1 : len(token)-1]
	switch inner[0] {
	case '@':
		return "{mention}"
	case '#':
		return "{channel}"
	case 'h':
		return inner
	case 't':
		return "{time}"
	case '/':
		return "{command}"
	default:
		return "{emoji}"
	}
}

// pinged lists the mentions in a text that ring somebody's phone. Escaping does not help: only allowed_mentions does.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func pinged(content string, allowed *allowedMentions) []string {
	if allowed == nil {
		allowed = &allowedMentions{Parse: []string{"everyone", "users", "roles"}}
	}
	var rings []string
	for _, t := range regexp.MustCompile(`@everyone|@here|<@!?(\d+)>|<@&(\d+)>`).FindAllStringSubmatch(content, -1) {
		kind, listed := "everyone", false
		switch {
		case t[1] != "":
			kind, listed = "users", slices.Contains(allowed.Users, t[1])
		case t[2] != "":
			kind, listed = "roles", slices.Contains(allowed.Roles, t[2])
		}
		if listed || slices.Contains(allowed.Parse, kind) {
			rings = append(rings, t[0])
		}
	}
	return rings
}

// previews lists the addresses in a text that Discord's servers would fetch and show a preview of.
func previews(content string) []string {
	var found []string
	for _, at := range regexp.MustCompile(`https?://[^\s<>]+`).FindAllStringIndex(content, -1) {
		if at[0] == 0 || content[at[0]-1] != '<' {
			found = append(found, content[at[0]:at[1]])
		}
	}
	return found
}
