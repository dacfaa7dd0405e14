package slack

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// The limits of a view. https://docs.slack.dev/reference/views/modal-views, …/views/home-tab-views and
// https://docs.slack.dev/reference/methods/views.open#errors
const (
	maxViewBlocks = 100
	maxViewBytes  = 250_000
	maxViewTitle  = 24
	maxMetadata   = 3_000
	// maxViewText is the text of one block: what a section takes. Slack does not say how much rich text takes.
	maxViewText = 3_000
)

// viewTitle stands above an answer in a window of its own, whose title says the rest.
const viewTitle = "Panneau"

// viewBlocks lays a message out on a page that has room for all of it.
func viewBlocks(m bot.Message) ([]slack.Block, error) {
	parts, err := m.Divide(func(m bot.Message) bool { return format(m).length <= maxViewText })
	if err != nil {
		return nil, rejected(err)
	}
	var blocks []slack.Block
	for _, part := range parts {
		blocks = append(blocks, format(part).blocks...)
	}
	text, err := json.Marshal(blocks)
	switch {
	case err != nil:
		return nil, rejected(err)
	case len(blocks) == 0:
		return nil, rejected(errors.New("the message is empty"))
	case len(blocks) > maxViewBlocks || len(text) > maxViewBytes-maxMetadata:
		return nil, rejected(fmt.Errorf("%d blocks of %d bytes do not fit on a page", len(blocks), len(text)))
	}
	return blocks, nil
}

// window is an answer in a window of its own. It has no buttons: a press there does not say which conversation it is about.
func window(m bot.Message) (slack.ModalViewRequest, error) {
	m.Buttons = nil
	blocks, err := viewBlocks(m)
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: label(viewTitle), Blocks: slack.Blocks{BlockSet: blocks},
	}, err
}

// label is a short text. Slack decodes three entities in it.
func label(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, escape(text), false, false)
}
