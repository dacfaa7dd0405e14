package telegram

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed description/api.json.gz
var described []byte

// Description is the vendor's description of the Bot API. It is only read, and may be shared.
type Description struct {
	Methods map[string]entry `json:"methods"`
	Types   map[string]entry `json:"types"`
}

// entry describes a method or a type.
type entry struct {
	Fields   []field  `json:"fields"`
	Subtypes []string `json:"subtypes"`
	Returns  []string `json:"returns"`
}

// field is a method's parameter or a type's field; its value is of any one of the types.
type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

// Describe reads the embedded description.
func Describe() *Description {
	text, err := gzip.NewReader(bytes.NewReader(described))
	if err != nil {
		panic(fmt.Errorf("unpack the embedded description: %w", err))
	}
	d := &Description{}
	if err := json.NewDecoder(text).Decode(d); err != nil {
		panic(fmt.Errorf("read the embedded description: %w", err))
	}
	return d
}

// check says what the description finds wrong with a request. Telegram refuses it when fatal is not empty; it overlooks
// the remarks, but a test should not.
func (d *Description) check(method string, args arguments) (fatal Refusal, remarks []string) {
	known := d.Methods[method].Fields
	for _, f := range known {
		value, given := args[f.Name]
		switch {
		case f.Required && value == "":
			remarks = append(remarks, "required parameter missing: "+f.Name)
			fatal = missing(f.Name)
		case given && value == "null":
			remarks = append(remarks, "null given for "+f.Name)
		case given && value != "":
			if problem := d.checkParameter(f, value); problem != "" {
				remarks = append(remarks, problem)
				fatal = unreadable(f, value, fatal)
			}
		}
	}
	for name := range args {
		if !slices.ContainsFunc(known, func(f field) bool { return f.Name == name }) {
			remarks = append(remarks, "unknown parameter "+name)
		}
	}
	slices.Sort(remarks)
	return fatal, remarks
}

// missing is Telegram's text for a parameter that is not there.
func missing(name string) Refusal {
	switch name {
	case "chat_id":
		return errChatEmpty
	case "text":
		return errTextEmpty
	}
	return Refusal(fmt.Sprintf(requiredParameter, name))
}

// unreadable is Telegram's text for an object that cannot be read; of numbers and booleans it makes what it can.
func unreadable(f field, value string, fatal Refusal) Refusal {
	if simple(f.Types) || json.Valid([]byte(value)) {
		return fatal
	}
	return Refusal(jsonPrefix + strings.ReplaceAll(f.Name, "_", " ") + " JSON object")
}

func simple(types []string) bool {
	return !slices.ContainsFunc(types, func(t string) bool {
		return !slices.Contains([]string{"String", "Integer", "Float", "Boolean"}, t)
	})
}

// checkParameter checks the text of a parameter.
func (d *Description) checkParameter(f field, text string) string {
	var problem string
	for _, kind := range f.Types {
		if problem = d.checkText(kind, text); problem == "" {
			return ""
		}
	}
	return f.Name + ": " + problem
}

func (d *Description) checkText(kind, text string) string {
	switch kind {
	case "String":
		return ""
	case "Integer":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return "not an integer"
		}
		return ""
	case "Boolean":
		if text != "true" && text != "false" {
			return "not a boolean"
		}
		return ""
	}
	return d.checkJSON(kind, []byte(text))
}

// Conforms says how a JSON value deviates from a type of the description; nothing for one that does not.
func (d *Description) Conforms(kind string, value []byte) string { return d.checkJSON(kind, value) }

func (d *Description) checkJSON(kind string, text []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "not JSON"
	}
	return d.checkValue(kind, value)
}

func (d *Description) checkValue(kind string, value any) string {
	if element, ok := strings.CutPrefix(kind, "Array of "); ok {
		return d.checkArray(element, value)
	}
	switch value := value.(type) {
	case json.Number:
		if _, err := value.Int64(); kind == "Integer" && err == nil || kind == "Float" {
			return ""
		}
	case string:
		if kind == "String" {
			return ""
		}
	case bool:
		if kind == "Boolean" {
			return ""
		}
	case map[string]any:
		if described, known := d.Types[kind]; known {
			return d.checkObject(described, value)
		}
	}
	return "not of type " + kind
}

func (d *Description) checkArray(element string, value any) string {
	list, ok := value.([]any)
	if !ok {
		return "not an array"
	}
	for i, one := range list {
		if problem := d.checkValue(element, one); problem != "" {
			return fmt.Sprintf("[%d]: %s", i, problem)
		}
	}
	return ""
}

func (d *Description) checkObject(described entry, value map[string]any) string {
	if len(described.Subtypes) > 0 {
		return d.checkSubtypes(described.Subtypes, value)
	}
	for _, f := range described.Fields {
		if one, given := value[f.Name]; given || f.Required {
			if problem := d.checkField(f, one); problem != "" {
				return f.Name + ": " + problem
			}
		}
	}
	for name := range value {
		if !slices.ContainsFunc(described.Fields, func(f field) bool { return f.Name == name }) {
			return "unknown field " + name
		}
	}
	return ""
}

func (d *Description) checkField(f field, value any) string {
	var problem string
	for _, kind := range f.Types {
		if problem = d.checkValue(kind, value); problem == "" {
			return ""
		}
	}
	return problem
}

func (d *Description) checkSubtypes(subtypes []string, value map[string]any) string {
	var problems []string
	for _, kind := range subtypes {
		problem := d.checkValue(kind, value)
		if problem == "" {
			return ""
		}
		problems = append(problems, kind+": "+problem)
	}
	return strings.Join(problems, " / ")
}
