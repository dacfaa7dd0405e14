package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// The limits of what is filled in. https://docs.slack.dev/reference/block-kit/blocks/input-block and
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
const (
	maxInputLabel = 2_000
	maxOptions    = 100
	maxOption     = 75  // of its text
	maxOptionWord = 150 // of its value
)

// quickForm is how long a form that was sent waits for its answer, out of the three seconds that there are.
const quickForm = 2 * time.Second

// filledIn is the one element of each field.
const filledIn = "value"

// origin is what a form carries with it: where it was asked for, and what stood in its fields.
type origin struct {
	Channel string              `json:"channel"`
	Thread  string              `json:"thread,omitempty"`
	Data    string              `json:"data"`
	Shown   map[string][]string `json:"shown,omitempty"`
}

// open shows a person a window, within the three seconds that a press is good for.
func (l *listener) open(ctx context.Context, trigger string, view slack.ModalViewRequest) error {
	return l.n.call(ctx, "views.open", func(ctx context.Context) error {
		_, err := l.n.api.OpenViewContext(ctx, trigger, view)
		return err
	})
}

// modal lays a form out. One that Slack would not take is an error: its command can still be typed.
func modal(f bot.Form, at bot.Address) (slack.ModalViewRequest, error) {
	from := origin{Channel: at.Channel, Thread: at.Thread, Data: f.Data, Shown: map[string][]string{}}
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: label(f.Title), Submit: label(f.Send)}
	for _, field := range f.Fields {
		block, err := input(field)
		if err != nil {
			return view, err
		}
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, block)
		if len(field.Value) > 0 {
			from.Shown[field.Name] = field.Value
		}
	}
	metadata, err := json.Marshal(from)
	view.PrivateMetadata = string(metadata)
	if err == nil && (characters(view.PrivateMetadata) > maxMetadata || len(f.Fields) > maxViewBlocks ||
		characters(view.Title.Text) > maxViewTitle || characters(view.Submit.Text) > maxViewTitle) {
		err = rejected(errors.New("the form does not fit"))
	}
	return view, err
}

// input is one field: a list to choose from where Slack takes as many choices, a line of text otherwise.
func input(f bot.Field) (*slack.InputBlock, error) {
	var element slack.BlockElement = lineOf(f)
	if len(f.Choices) > 0 && len(f.Choices) <= maxOptions {
		element = listOf(f)
	}
	var hint *slack.TextBlockObject
	if f.Hint != "" {
		hint = label(f.Hint)
	}
	block := slack.NewInputBlock(f.Name, label(f.Label), hint, element).WithOptional(!f.Needed)
	for _, c := range f.Choices {
		if characters(escape(c.Label)) > maxOption || characters(c.Value) > maxOptionWord {
			return nil, rejected(fmt.Errorf("a choice of %s is too long", f.Name))
		}
	}
	if characters(block.Label.Text) > maxInputLabel {
		return nil, rejected(fmt.Errorf("the label of %s is too long", f.Name))
	}
	return block, nil
}

func lineOf(f bot.Field) *slack.PlainTextInputBlockElement {
	line := slack.NewPlainTextInputBlockElement(nil, filledIn)
	line.MaxLength = f.Longest
	if len(f.Value) > 0 {
		line.InitialValue = f.Value[0]
	}
	return line
}

func listOf(f bot.Field) slack.BlockElement {
	var options, chosen []*slack.OptionBlockObject
	for _, c := range f.Choices {
		options = append(options, slack.NewOptionBlockObject(c.Value, label(c.Label), nil))
	}
	for _, value := range f.Value {
		if i := slices.IndexFunc(f.Choices, func(c bot.Choice) bool { return c.Value == value }); i >= 0 {
			chosen = append(chosen, options[i])
		}
	}
	if f.Most > 1 {
		list := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, filledIn, options...)
		list.InitialOptions, list.MaxSelectedItems = chosen, &f.Most
		return list
	}
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, filledIn, options...)
	if len(chosen) > 0 {
		list.InitialOption = chosen[0]
	}
	return list
}

// submission takes a form that was sent. What is to be said about it stands in the window while there is time for that, and
// in the conversation afterwards.
func (l *listener) submission(ctx context.Context, envelope string, c slack.InteractionCallback, fresh bool) {
	submitter, able := l.handler.(bot.Submitter)
	if !able || !fresh {
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		return
	}
	s, err := submitted(c)
	if err != nil {
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		l.logged("form", err)
		return
	}
	replies := make(chan bot.Reply, 1)
	go func() { replies <- l.submit(ctx, submitter, s) }()
	timer := time.NewTimer(quickForm)
	defer timer.Stop()
	select {
	case reply := <-replies:
		if response, ok := responseTo(reply); ok {
			l.logged("acknowledge", l.acknowledge(ctx, envelope, response))
			return
		}
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		l.whisper(ctx, s.From, s.Person, reply.Message)
	case <-timer.C:
		l.logged("acknowledge", l.acknowledge(ctx, envelope, nil))
		l.whisper(ctx, s.From, s.Person, (<-replies).Message)
	}
}

// submit lets the handler take a form.
func (l *listener) submit(ctx context.Context, submitter bot.Submitter, s bot.Submission) (reply bot.Reply) {
	s.Lang = l.n.tongue(ctx, s.Person)
	_, err := l.handled(ctx, func(ctx context.Context) (m bot.Message, err error) {
		reply, err = submitter.Submit(ctx, s)
		return m, err
	})
	if err != nil {
		l.logged("form", err)
		return bot.Reply{}
	}
	return reply
}

// submitted reads a form that was sent: of its fields those that are not as they stood.
func submitted(c slack.InteractionCallback) (bot.Submission, error) {
	var from origin
	if err := json.Unmarshal([]byte(c.View.PrivateMetadata), &from); err != nil {
		return bot.Submission{}, errors.New("the form does not say where it belongs")
	}
	s := bot.Submission{Filled: map[string][]string{}, Press: bot.Press{
		From: bot.Address{Channel: from.Channel, Thread: from.Thread}, Private: private(from.Channel), Data: from.Data,
		Person: c.User.ID,
	}}
	if c.View.State == nil {
		return s, nil
	}
	for name, elements := range c.View.State.Values {
		if value := valueOf(elements[filledIn]); !slices.Equal(value, from.Shown[name]) {
			s.Filled[name] = value
		}
	}
	return s, nil
}

func valueOf(e slack.BlockAction) []string {
	var list []string
	for _, option := range append(e.SelectedOptions, e.SelectedOption) {
		if option.Value != "" {
			list = append(list, option.Value)
		}
	}
	if e.Value != "" {
		list = append(list, e.Value)
	}
	return list
}

// responseTo is a reply as it goes with an acknowledgement, if it can: beside the fields, or in the place of the form.
func responseTo(r bot.Reply) (*slack.ViewSubmissionResponse, bool) {
	response := slack.NewErrorsViewSubmissionResponse(r.Wrong)
	if len(r.Wrong) == 0 {
		view, err := window(r.Message)
		if err != nil {
			return nil, false
		}
		response = slack.NewUpdateViewSubmissionResponse(&view)
	}
	text, err := json.Marshal(response)
	return response, err == nil && len(text) < maxAck
}

// whisper shows a person a message where others read, too.
func (l *listener) whisper(ctx context.Context, at bot.Address, person string, m bot.Message) {
	if m.Title == "" {
		return
	}
	parts, err := divide(m)
	if err != nil {
		l.logged("answer", err)
		return
	}
	l.aside(ctx, at, person, parts)
}
