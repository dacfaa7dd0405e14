package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"unicode/utf16"
)

// The limits of a message. Lengths are in characters, counted here as UTF-16 units, the strictest reading.
// https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/methods/chat.update
const (
	maxBlocks     = 50
	maxText       = 40_000
	maxUpdateText = 4_000
	maxSection    = 3_000
	maxFields     = 10
	maxField      = 2_000
	maxHeader     = 150
	maxElements   = 10 // of a context block
	maxBlockID    = 255
	maxAlt        = 2_000
	maxMetadata   = 16_000 // bytes; Slack names no number

	// maxTotal is the length of all blocks together, which Slack does not publish but enforces:
	// https://github.com/slackapi/bolt-js/issues/2509
	maxTotal = 13_000
)

// characters counts as the limits do.
func characters(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// inspection collects what is wrong with blocks, in Slack's words, and how long they are.
type inspection struct {
	problems []string
	total    int
	files    func(id string) bool // whether a picture with this id can be shown
	inputs   int                  // how many fields there are to fill in
	forms    bool                 // there may be some
}

// checkBlocks answers with the refusal that blocks deserve; nil when they are valid.
func checkBlocks(blocks []any, files func(id string) bool) answer {
	in := inspection{files: files}
	in.blocks("/blocks", blocks, maxBlocks)
	switch {
	case len(in.problems) > 0:
		return answer{"ok": false, "error": "invalid_blocks", "errors": in.problems,
			"response_metadata": answer{"messages": prefixed(in.problems)}}
	case in.total > maxTotal:
		return refusal("msg_blocks_too_long")
	}
	return nil
}

// blocks checks what a message or a view consists of.
func (in *inspection) blocks(root string, blocks []any, most int) {
	if len(blocks) > most {
		in.wrong(root, fmt.Sprintf("no more than %d items allowed", most))
	}
	ids := map[string]bool{}
	for i, block := range blocks {
		path := fmt.Sprintf("%s/%d", root, i)
		object, ok := block.(map[string]any)
		if !ok {
			in.wrong(path, "must be an object")
			continue
		}
		in.block(path, object)
		if id, _ := object["block_id"].(string); id != "" && ids[id] {
			in.wrong(path+"/block_id", "`block_id` must be unique")
		} else if characters(id) > maxBlockID {
			in.wrong(path+"/block_id", "must be less than 256 characters")
		} else {
			ids[id] = id != ""
		}
	}
}

func prefixed(problems []string) []string {
	list := make([]string, len(problems))
	for i, p := range problems {
		list[i] = "[ERROR] " + p
	}
	return list
}

func (in *inspection) wrong(path, what string) {
	in.problems = append(in.problems, what+" [json-pointer:"+path+"]")
}

// only complains about fields that the object may not have.
func (in *inspection) only(path string, object map[string]any, allowed ...string) {
	for name := range object {
		if name != "type" && name != "block_id" && !slices.Contains(allowed, name) {
			in.wrong(path, "invalid additional property: "+name)
		}
	}
}

func (in *inspection) block(path string, b map[string]any) {
	switch kind := b["type"]; kind {
	case "header":
		in.only(path, b, "text")
		in.text(path+"/text", b["text"], maxHeader, "plain_text")
	case "section":
		in.section(path, b)
	case "context":
		in.context(path, b)
	case "image":
		in.image(path, b)
	case "divider":
		in.only(path, b)
	case "rich_text":
		in.richText(path, b)
	case "actions":
		in.actions(path, b)
	case "input":
		in.input(path, b)
	default:
		in.wrong(path+"/type", fmt.Sprintf("unsupported type: %v", kind))
	}
}

// image checks a picture that was uploaded; those at an address of somebody else's are none of ours.
// https://docs.slack.dev/reference/block-kit/blocks/image-block
func (in *inspection) image(path string, b map[string]any) {
	in.only(path, b, "alt_text", "slack_file", "title")
	switch alt, _ := b["alt_text"].(string); {
	case alt == "":
		in.wrong(path, "missing required field: alt_text")
	case characters(alt) > maxAlt:
		in.wrong(path+"/alt_text", "must be less than 2001 characters")
	}
	if b["title"] != nil {
		in.text(path+"/title", b["title"], maxAlt, "plain_text")
	}
	file, _ := b["slack_file"].(map[string]any)
	id, _ := file["id"].(string)
	switch {
	case !regexp.MustCompile(`^F[A-Z0-9]{8,}$`).MatchString(id):
		in.wrong(path+"/slack_file/id", "input must match regex pattern: ^[F][A-Z0-9]{8,}$")
	case !in.files(id):
		in.wrong(path+"/slack_file", "slack_file")
	}
}

func (in *inspection) section(path string, b map[string]any) {
	in.only(path, b, "text", "fields", "expand")
	fields, _ := b["fields"].([]any)
	if b["text"] == nil && len(fields) == 0 {
		in.wrong(path, "missing required field: text or fields")
	}
	if b["text"] != nil {
		in.text(path+"/text", b["text"], maxSection, "plain_text", "mrkdwn")
	}
	if len(fields) > maxFields {
		in.wrong(path+"/fields", "no more than 10 items allowed")
	}
	for i, field := range fields {
		in.text(fmt.Sprintf("%s/fields/%d", path, i), field, maxField, "plain_text", "mrkdwn")
	}
}

func (in *inspection) context(path string, b map[string]any) {
	in.only(path, b, "elements")
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 || len(elements) > maxElements {
		in.wrong(path+"/elements", "must have between 1 and 10 items")
	}
	for i, element := range elements {
		in.text(fmt.Sprintf("%s/elements/%d", path, i), element, maxSection, "plain_text", "mrkdwn")
	}
}

// text checks a text object.
func (in *inspection) text(path string, value any, limit int, kinds ...string) {
	object, ok := value.(map[string]any)
	if !ok {
		in.wrong(path, "missing required field: text")
		return
	}
	kind, _ := object["type"].(string)
	text, _ := object["text"].(string)
	if !slices.Contains(kinds, kind) {
		in.wrong(path+"/type", fmt.Sprintf("unsupported type: %s", kind))
	}
	if kind == "mrkdwn" {
		in.only(path, object, "text", "verbatim")
	} else {
		in.only(path, object, "text", "emoji")
	}
	in.length(path+"/text", text, limit)
}

// length checks that a text is there and not too long, and adds it to the total.
func (in *inspection) length(path, text string, limit int) {
	n := characters(text)
	in.total += n
	switch {
	case n == 0:
		in.wrong(path, "must be more than 0 characters")
	case n > limit:
		in.wrong(path, fmt.Sprintf("must be less than %d characters", limit+1))
	}
}

func (in *inspection) richText(path string, b map[string]any) {
	in.only(path, b, "elements")
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 {
		in.wrong(path+"/elements", "must have at least 1 item")
	}
	for i, element := range elements {
		in.richElement(fmt.Sprintf("%s/elements/%d", path, i), element)
	}
}

func (in *inspection) richElement(path string, value any) {
	object, _ := value.(map[string]any)
	elements, _ := object["elements"].([]any)
	kind := object["type"]
	switch kind {
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		in.only(path, object, "elements", "border")
	case "rich_text_list":
		in.only(path, object, "elements", "style", "indent", "offset", "border")
		if style := object["style"]; style != "bullet" && style != "ordered" {
			in.wrong(path+"/style", "must be one of: bullet, ordered")
		}
	default:
		in.wrong(path+"/type", fmt.Sprintf("unsupported type: %v", kind))
		return
	}
	if len(elements) == 0 {
		in.wrong(path+"/elements", "must have at least 1 item")
	}
	for i, element := range elements {
		at := fmt.Sprintf("%s/elements/%d", path, i)
		if kind == "rich_text_list" {
			in.richElement(at, element)
		} else {
			in.inline(at, element)
		}
	}
}

// inline checks what a line of rich text is made of.
func (in *inspection) inline(path string, value any) {
	object, _ := value.(map[string]any)
	text, _ := object["text"].(string)
	switch kind := object["type"]; kind {
	case "text":
		in.only(path, object, "text", "style")
		in.length(path+"/text", text, maxTotal)
	case "link":
		in.only(path, object, "url", "text", "style", "unsafe")
		address, _ := object["url"].(string)
		in.total += characters(text) + characters(address)
		if u, err := url.Parse(address); err != nil || u.Scheme == "" || u.Host == "" {
			in.wrong(path+"/url", "must be a valid URL")
		}
	case "user", "usergroup", "channel", "emoji", "broadcast", "date", "team", "color":
	default:
		in.wrong(path+"/type", fmt.Sprintf("unsupported type: %v", kind))
	}
}
