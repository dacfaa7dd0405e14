package slack

import (
	"encoding/json"
	"fmt"
)

// The limits of what is filled in. https://docs.slack.dev/reference/block-kit/blocks/input-block,
// …/block-elements/plain-text-input-element, …/block-elements/multi-select-menu-element and
// …/composition-objects/option-object
const (
	maxInput       = 2_000 // of a label and a hint
	maxPlaceholder = 150
	maxLine        = 3_000
	maxOptions     = 100
	maxOption      = 75
	maxOptionValue = 150
)

// input checks a field: a line of text, or a list of options. Other elements are not emulated.
func (in *inspection) input(path string, b map[string]any) {
	in.inputs++
	if !in.forms {
		in.wrong(path+"/type", "unsupported type: input")
	}
	in.only(path, b, "label", "element", "hint", "optional", "dispatch_action")
	in.text(path+"/label", b["label"], maxInput, "plain_text")
	if b["hint"] != nil {
		in.text(path+"/hint", b["hint"], maxInput, "plain_text")
	}
	element, _ := b["element"].(map[string]any)
	at := path + "/element"
	if id, _ := element["action_id"].(string); characters(id) > maxAction {
		in.wrong(at+"/action_id", "must be less than 256 characters")
	}
	if element["placeholder"] != nil {
		in.text(at+"/placeholder", element["placeholder"], maxPlaceholder, "plain_text")
	}
	switch kind := element["type"]; kind {
	case "plain_text_input":
		in.line(at, element)
	case "static_select", "multi_static_select":
		in.list(at, element)
	default:
		in.wrong(at+"/type", fmt.Sprintf("unsupported type: %v", kind))
	}
}

func (in *inspection) line(path string, e map[string]any) {
	in.only(path, e, "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length", "focus_on_load", "dispatch_action_config")
	most := whole(e["max_length"], maxLine)
	if most < 1 || most > maxLine {
		in.wrong(path+"/max_length", "must be between 1 and 3000")
	}
	if first, _ := e["initial_value"].(string); characters(first) > most {
		in.wrong(path+"/initial_value", "must be no longer than max_length")
	}
}

// whole is a number of a JSON object; the fallback where there is none.
func whole(value any, fallback int) int {
	if n, ok := value.(float64); ok {
		return int(n)
	}
	return fallback
}

func (in *inspection) list(path string, e map[string]any) {
	in.only(path, e, "action_id", "placeholder", "options", "initial_option", "initial_options", "max_selected_items", "focus_on_load", "confirm")
	options, _ := e["options"].([]any)
	if len(options) == 0 || len(options) > maxOptions {
		in.wrong(path+"/options", "must have between 1 and 100 items")
	}
	known := map[string]bool{}
	for i, option := range options {
		at := fmt.Sprintf("%s/options/%d", path, i)
		object, _ := option.(map[string]any)
		in.only(at, object, "text", "value", "description")
		in.text(at+"/text", object["text"], maxOption, "plain_text")
		in.length(at+"/value", word(object["value"]), maxOptionValue)
		known[exact(option)] = true
	}
	chosen, _ := e["initial_options"].([]any)
	if e["initial_option"] != nil {
		chosen = append(chosen, e["initial_option"])
	}
	if many := e["type"] == "multi_static_select"; many && e["initial_option"] != nil || !many && e["initial_options"] != nil {
		in.wrong(path, "invalid additional property: initial option")
	}
	for _, option := range chosen {
		if !known[exact(option)] {
			in.wrong(path+"/initial_option", "must match one of the options exactly")
		}
	}
	if most := whole(e["max_selected_items"], maxOptions); most < 1 || len(chosen) > most {
		in.wrong(path+"/max_selected_items", "must be at least 1 and not less than what is chosen")
	}
}

func word(value any) string {
	text, _ := value.(string)
	return text
}

func exact(value any) string {
	text, _ := json.Marshal(value) // it came from JSON
	return string(text)
}
