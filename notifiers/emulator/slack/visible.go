package slack

import (
	"regexp"
	"strings"
)

// visible is what a person reads of a message. Where there are blocks, its text is for notifications only.
func (m *message) visible() string {
	if len(m.blocks) == 0 {
		return mrkdwn(m.text)
	}
	var lines []string
	for _, block := range m.blocks {
		lines = append(lines, blockLines(block.(map[string]any))...)
	}
	return strings.Join(lines, "\n")
}

// blockLines lists the lines of a checked block.
func blockLines(b map[string]any) []string {
	var lines []string
	if b["type"] == "actions" { // see Buttons
		return nil
	}
	if b["text"] != nil {
		lines = append(lines, textObject(b["text"]))
	}
	fields, _ := b["fields"].([]any)
	for _, field := range fields {
		lines = append(lines, textObject(field))
	}
	elements, _ := b["elements"].([]any)
	for _, element := range elements {
		if b["type"] == "rich_text" {
			lines = append(lines, richLines(element.(map[string]any), "")...)
		} else {
			lines = append(lines, textObject(element))
		}
	}
	return lines
}

// textObject reads a text object. Slack decodes the three entities in plain text too, and shows « :smile: » as a face
// unless emoji is false.
func textObject(value any) string {
	object := value.(map[string]any)
	text, _ := object["text"].(string)
	if object["type"] == "mrkdwn" {
		return mrkdwn(text)
	}
	if emoji, given := object["emoji"].(bool); !given || emoji {
		text = faces(text)
	}
	return decode(text)
}

// richLines lists the lines of a rich text element. Rich text is shown as it is.
func richLines(e map[string]any, mark string) []string {
	elements, _ := e["elements"].([]any)
	if e["type"] == "rich_text_list" {
		var lines []string
		for _, element := range elements {
			lines = append(lines, richLines(element.(map[string]any), "• ")...)
		}
		return lines
	}
	var line strings.Builder
	line.WriteString(mark)
	for _, element := range elements {
		line.WriteString(inlineText(element.(map[string]any)))
	}
	return strings.Split(line.String(), "\n")
}

func inlineText(e map[string]any) string {
	text, _ := e["text"].(string)
	switch e["type"] {
	case "link":
		if text == "" {
			text, _ = e["url"].(string)
		}
		return text
	case "user", "usergroup", "channel", "broadcast", "team":
		return "@someone"
	case "emoji":
		return "😀"
	}
	return text
}

func decode(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// encode writes what a person typed as Slack hands it to apps.
func encode(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func faces(text string) string {
	return regexp.MustCompile(`:[a-z0-9_+-]+:`).ReplaceAllString(text, "😀")
}

// mrkdwn resolves Slack's markup as far as a message of ours could hold it by accident.
func mrkdwn(text string) string {
	text = regexp.MustCompile(`<([^<>|]+)\|([^<>]*)>`).ReplaceAllString(text, "$2")
	text = regexp.MustCompile(`<!(here|channel|everyone)>`).ReplaceAllString(text, "@$1")
	text = regexp.MustCompile(`<([@#])([A-Z0-9]+)>`).ReplaceAllString(text, "$1$2")
	text = regexp.MustCompile(`<((?:https?|mailto):[^<>]+)>`).ReplaceAllString(text, "$1")
	text = regexp.MustCompile(`(?m)^&gt; ?`).ReplaceAllString(text, "")
	for _, mark := range []string{`\*`, `_`, `~`, "`"} {
		pattern := `(^|[\s(])` + mark + `([^\s` + mark + `](?:[^` + mark + `\n]*[^\s` + mark + `])?)` + mark
		text = regexp.MustCompile(pattern).ReplaceAllString(text, "$1$2")
	}
	return decode(faces(text))
}

// pings counts the mentions in a message that alert somebody.
func (m *message) pings(linkNames bool) int {
	n := mentions(m.text)
	if linkNames {
		n += len(regexp.MustCompile(`@\w+`).FindAllString(m.text, -1))
	}
	for _, block := range m.blocks {
		n += pingsIn(block)
	}
	return n
}

// pingsIn counts the mentions in a part of a block: markup in mrkdwn texts, elements of their own in rich text.
func pingsIn(part any) int {
	n := 0
	switch v := part.(type) {
	case []any:
		for _, one := range v {
			n += pingsIn(one)
		}
	case map[string]any:
		switch v["type"] {
		case "mrkdwn":
			text, _ := v["text"].(string)
			return mentions(text)
		case "broadcast", "user", "usergroup":
			return 1
		}
		for _, one := range v {
			n += pingsIn(one)
		}
	}
	return n
}

func mentions(text string) int {
	alert := regexp.MustCompile(`<!(?:here|channel|everyone|subteam\^\w+)(?:\|[^>]*)?>|<@[UW][A-Z0-9]+(?:\|[^>]*)?>`)
	return len(alert.FindAllString(text, -1))
}
