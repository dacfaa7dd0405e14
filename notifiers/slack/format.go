package slack

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// The limits of a message, in characters. Slack does not say what a character is; UTF-16 units are counted, of the
// text as it is sent: never less than code points.
// https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/methods/chat.update#errors
const (
	maxBlocks = 50 - 1 // one is kept for a picture
	maxText   = 4_000  // the text beside the blocks, in chat.update
	maxHeader = 150
	maxSmall  = 2_000 // one text of a context block
	maxURL    = 3_000

	// maxTotal is the length of all blocks together. Slack enforces about 13,000 and does not publish it:
	// https://github.com/slackapi/bolt-js/issues/2509
	maxTotal = 12_000

	// maxPreview is how much of a part without title or summary stands in its notification.
	maxPreview = 300
)

// payload is what Slack shows: the blocks in the channel, the text in notifications and to screen readers.
type payload struct {
	text   string // plain; escaped when it is sent
	blocks []slack.Block
	length int
	lead   int // how many blocks stand above the details: a picture follows them
}

// with is the payload with a picture that was uploaded. https://docs.slack.dev/reference/block-kit/blocks/image-block
func (p payload) with(file string, picture *bot.Picture) payload {
	block := slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: file}, picture.Alt, "", nil)
	p.blocks = slices.Insert(slices.Clone(p.blocks), p.lead, slack.Block(block))
	return p
}

// fits reports whether Slack takes the payload.
func (p payload) fits() bool {
	return len(p.blocks) <= maxBlocks && p.length <= maxTotal && characters(escape(p.text)) <= maxText
}

// divide lays a message out, in as many parts as it needs.
func divide(m bot.Message) ([]payload, error) {
	messages, err := m.Divide(func(m bot.Message) bool { return format(m).fits() })
	if err != nil {
		return nil, rejected(err)
	}
	parts := make([]payload, len(messages))
	for i, one := range messages {
		parts[i] = format(one)
		if len(parts[i].blocks) == 0 {
			return nil, rejected(errors.New("the message is empty"))
		}
	}
	return parts, nil
}

// format lays a message out as blocks. Everything but the title and the small print is rich text, which Slack shows
// as it is: no markup, no entities, no names looked up. There are no colours: Slack has them only for attachments,
// which it folds away.
func format(m bot.Message) payload {
	l := layout{}
	l.message(m)
	lead := l.lead
	for _, also := range m.Also {
		l.add(slack.NewDividerBlock())
		l.message(also)
	}
	l.buttons(m.Buttons)
	return payload{text: notification(m), blocks: l.blocks, length: l.length, lead: lead}
}

// layout collects blocks.
type layout struct {
	blocks []slack.Block
	length int
	lead   int    // how many blocks the title and the summary are
	mark   string // starts every line of a right-to-left language
}

func (l *layout) add(b slack.Block) { l.blocks = append(l.blocks, b) }

func (l *layout) message(m bot.Message) {
	l.mark = ""
	if rightToLeft(m.Lang) {
		l.mark = "\u200f" // Slack takes a line's direction from its first strong character
	}
	l.title(m.Title)
	l.rich(l.paragraph(m.Summary))
	l.lead = len(l.blocks)
	l.rich(l.facts(m))
	for _, s := range m.Sections {
		l.rich(l.section(s)...)
	}
	l.rich(l.links(m.Links))
	l.small(m.Footer)
}

// title is a header, or a bold line where a header would not show the text as it is.
func (l *layout) title(text string) {
	switch {
	case blank(text):
	case characters(l.mark+text) > maxHeader || !literal(text):
		l.rich(l.line(l.bold(text)))
	default:
		l.add(slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, l.take(text), false, false)))
	}
}

// small is the small print.
func (l *layout) small(text string) {
	switch {
	case blank(text):
	case characters(l.mark+text) > maxSmall || !literal(text):
		l.rich(l.paragraph(text))
	default:
		plain := slack.NewTextBlockObject(slack.PlainTextType, l.take(text), false, false)
		l.add(slack.NewContextBlock("", plain))
	}
}

// rich adds a block of the elements that there are.
func (l *layout) rich(elements ...slack.RichTextElement) {
	elements = slices.DeleteFunc(elements, func(e slack.RichTextElement) bool { return e == nil })
	if len(elements) > 0 {
		l.add(slack.NewRichTextBlock("", elements...))
	}
}

// take counts a text and marks the direction of its lines.
func (l *layout) take(text string) string {
	if l.mark != "" {
		text = l.mark + strings.ReplaceAll(text, "\n", "\n"+l.mark)
	}
	l.length += characters(text)
	return text
}

func (l *layout) line(elements ...slack.RichTextSectionElement) slack.RichTextElement {
	return slack.NewRichTextSection(elements...)
}

func (l *layout) plain(text string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(l.take(text), nil)
}

func (l *layout) bold(text string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(l.take(text), &slack.RichTextSectionTextStyle{Bold: true})
}

func (l *layout) paragraph(text string) slack.RichTextElement {
	if blank(text) {
		return nil
	}
	return l.line(l.plain(text))
}

// facts has a line for each fact, its label bold.
func (l *layout) facts(m bot.Message) slack.RichTextElement {
	var elements []slack.RichTextSectionElement
	for _, f := range m.Facts {
		if len(elements) > 0 {
			elements = append(elements, l.word("\n"))
		}
		elements = append(elements, l.bold(f.Label+colon(m.Lang)), l.word(" "+f.Value))
	}
	if len(elements) == 0 {
		return nil
	}
	return l.line(elements...)
}

// word is a text in the middle of a line, which needs no direction of its own.
func (l *layout) word(text string) slack.RichTextSectionElement {
	l.length += characters(text)
	return slack.NewRichTextSectionTextElement(text, nil)
}

func (l *layout) section(s bot.Section) []slack.RichTextElement {
	var elements []slack.RichTextElement
	if !blank(s.Heading) {
		elements = append(elements, l.line(l.bold(s.Heading)))
	}
	for _, text := range s.Text {
		elements = append(elements, l.paragraph(text))
	}
	var items []slack.RichTextElement
	for _, item := range s.Items {
		if !blank(item) {
			items = append(items, l.paragraph(item))
		}
	}
	if len(items) > 0 {
		elements = append(elements, slack.NewRichTextList(slack.RTEListBullet, 0, items...))
	}
	return elements
}

// links has a line for each link. An address that Slack would refuse is written out.
func (l *layout) links(links []bot.Link) slack.RichTextElement {
	var elements []slack.RichTextSectionElement
	for _, link := range links {
		if blank(link.Text + link.URL) {
			continue
		}
		if len(elements) > 0 {
			elements = append(elements, l.word("\n"))
		}
		if !linkable(link.URL) {
			elements = append(elements, l.plain(strings.TrimSpace(link.Text+" "+link.URL)))
			continue
		}
		l.length += characters(link.URL)
		elements = append(elements, slack.NewRichTextSectionLinkElement(link.URL, l.take(link.Text), nil))
	}
	if len(elements) == 0 {
		return nil
	}
	return l.line(elements...)
}

func linkable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && characters(address) <= maxURL
}
