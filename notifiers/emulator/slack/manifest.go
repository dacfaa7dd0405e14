package slack

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/jsonschema/v6"
)

// reserved lists the words that Slack keeps for its own commands: a manifest that registers one is refused whole.
// https://slack.com/help/articles/201259356-Slash-commands-in-Slack
func reserved() []string {
	return []string{
		"status", "me", "join", "away", "dnd", "shrug", "remind", "msg", "feed", "who", "collapse", "expand", "leave",
		"open", "search", "topic", "mute", "pro", "shortcuts",
	}
}

// CheckManifest says what Slack would find wrong with an app manifest (JSON), with a pointer to each place. It checks
// the vendor's schema and the rules that the schema does not hold.
func CheckManifest(text []byte) []string {
	manifest, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return []string{"manifest is not JSON [json-pointer:/]"}
	}
	problems := checkSchema(manifest)
	features, _ := dig(manifest, "features", "slash_commands").([]any)
	for i, one := range features {
		word, _ := dig(one, "command").(string)
		if slices.Contains(reserved(), strings.ToLower(strings.TrimPrefix(word, "/"))) {
			problems = append(problems,
				fmt.Sprintf("invalid name [json-pointer:/features/slash_commands/%d/command]", i))
		}
	}
	return problems
}

func dig(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func checkSchema(manifest any) []string {
	text, err := described.ReadFile("description/manifest.schema.json")
	if err != nil {
		panic(err) // it is part of the binary
	}
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		panic(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(compilePattern)
	if err := compiler.AddResource("manifest.json", schema); err != nil {
		panic(err)
	}
	err = compiler.MustCompile("manifest.json").Validate(manifest)
	if wrong, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return leaves(wrong)
	}
	return nil
}

// pattern is a regular expression of the schema. Two of them start with what must not follow, which Go's cannot say.
type pattern struct {
	*regexp.Regexp
	not *regexp.Regexp // nil for none
}

func compilePattern(text string) (jsonschema.Regexp, error) {
	p := pattern{}
	if ahead, found := strings.CutPrefix(text, "^(?!"); found {
		start, rest, _ := strings.Cut(ahead, ")")
		not, err := regexp.Compile("^" + start)
		if err != nil {
			return nil, err
		}
		p.not, text = not, "^"+rest
	}
	compiled, err := regexp.Compile(text)
	p.Regexp = compiled
	return p, err
}

// MatchString reports whether a text matches.
func (p pattern) MatchString(text string) bool {
	return p.Regexp.MatchString(text) && (p.not == nil || !p.not.MatchString(text))
}

// leaves lists the innermost causes of a validation error.
func leaves(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return []string{fmt.Sprintf("%s [json-pointer:/%s]",
			strings.Join(e.ErrorKind.KeywordPath(), "/"), strings.Join(e.InstanceLocation, "/"))}
	}
	var list []string
	for _, cause := range e.Causes {
		list = append(list, leaves(cause)...)
	}
	return list
}

func (s *Server) validateManifest(args url.Values) answer {
	problems := CheckManifest([]byte(args.Get("manifest")))
	if len(problems) == 0 {
		return answer{"ok": true, "errors": []answer{}}
	}
	var list []answer
	for _, problem := range problems {
		message, pointer, _ := strings.Cut(problem, " [json-pointer:")
		list = append(list, answer{"message": message, "pointer": strings.TrimSuffix(pointer, "]")})
	}
	return answer{"ok": false, "error": "invalid_manifest", "errors": list}
}
