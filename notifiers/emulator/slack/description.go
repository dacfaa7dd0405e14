package slack

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

//go:embed description
var described embed.FS

// method is what Slack's reference says of one Web API method.
type method struct {
	Name  string              `json:"-"`
	Tier  string              `json:"rate_limits"`
	Scope map[string][]string `json:"scope"`
	Args  *struct {
		Required   []string            `json:"required"`
		Properties map[string]argument `json:"properties"`
	} `json:"args"`
	Output struct {
		Required []string `json:"required"`
	} `json:"output"`
	Errors map[string]struct {
		Desc string `json:"desc"`
	} `json:"errors"`
}

// argument is one argument of a method: a type, or a choice of types.
type argument struct {
	Type  string     `json:"type"`
	AnyOf []argument `json:"anyOf"`
}

// methods reads the reference of every emulated method.
func methods() map[string]*method {
	entries, err := described.ReadDir("description/methods")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	all := make(map[string]*method, len(entries))
	for _, entry := range entries {
		m := &method{Name: strings.TrimSuffix(entry.Name(), ".json")}
		readDescription("methods/"+entry.Name(), m)
		all[m.Name] = m
	}
	return all
}

func readDescription(name string, into any) {
	text, err := described.ReadFile("description/" + name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		panic(fmt.Errorf("read the embedded description %s: %w", name, err))
	}
}

// Errors lists every error code that Slack's reference gives for a method, with those that every method can answer.
// The list of an unknown method is empty.
func Errors(name string) []string {
	m := methods()[name]
	if m == nil {
		return nil
	}
	var common struct{ Errors map[string]string }
	readDescription("common-errors.json", &common)
	var list []string
	for code := range m.Errors {
		list = append(list, code)
	}
	for code := range common.Errors {
		list = append(list, code)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// faults says what the reference finds wrong with the arguments. The ones in fatal make Slack refuse the request; it
// ignores arguments that it does not know, but a test should not.
func (m *method) faults(args url.Values) (fatal, unknown []string) {
	if m.Args == nil {
		return nil, nil
	}
	for _, name := range m.Args.Required {
		if name != "token" && args.Get(name) == "" {
			fatal = append(fatal, "[ERROR] missing required field: "+name)
		}
	}
	for name, values := range args {
		arg, known := m.Args.Properties[name]
		switch {
		case !known:
			unknown = append(unknown, "unknown argument "+name)
		case len(values) > 1:
			unknown = append(unknown, "argument given more than once: "+name)
		case !arg.accepts(values[0]):
			fatal = append(fatal, fmt.Sprintf("[ERROR] input must match the type of the field [json-pointer:/%s]", name))
		}
	}
	slices.Sort(fatal)
	slices.Sort(unknown)
	return fatal, unknown
}

// accepts reports whether a form value can be read as the argument's type.
func (a argument) accepts(value string) bool {
	if len(a.AnyOf) > 0 {
		return slices.ContainsFunc(a.AnyOf, func(one argument) bool { return one.accepts(value) })
	}
	switch a.Type {
	case "boolean":
		_, err := strconv.ParseBool(value)
		return err == nil
	case "number", "integer":
		_, err := strconv.ParseFloat(value, 64)
		return err == nil
	case "null":
		return value == "" || value == "null"
	default:
		return true
	}
}
