// Package openapi checks requests and answers against Discord's own description of its API. It is for tests: reading
// the description takes longer than most of them.
package openapi

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	problem "github.com/pb33f/libopenapi-validator/errors"
)

//go:embed discord-openapi.json.gz
var compressed []byte

// Description is Discord's description of the operations that it was read for.
type Description struct {
	check      validator.Validator
	operations map[string]bool
}

// Read reads the description of the paths named ("/channels/{channel_id}/messages") and of what they refer to. The
// whole of it would take several seconds.
func Read(paths ...string) (*Description, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("unpack description: %w", err)
	}
	var doc map[string]any
	if err := json.NewDecoder(unpacked).Decode(&doc); err != nil {
		return nil, fmt.Errorf("read description: %w", err)
	}
	if err := prune(doc, paths); err != nil {
		return nil, err
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write description: %w", err)
	}
	parsed, err := libopenapi.NewDocument(data)
	if err != nil {
		return nil, fmt.Errorf("parse description: %w", err)
	}
	check, errs := validator.NewValidator(parsed)
	if len(errs) > 0 {
		return nil, fmt.Errorf("understand description: %w", errors.Join(errs...))
	}
	return &Description{check: check, operations: operations(doc)}, nil
}

// Has reports whether the description has an operation, written as in emulator.Request.Method.
func (d *Description) Has(operation string) bool { return d.operations[operation] }

// Inspect checks a request. It has the form of the emulator's Options.Inspect.
func (d *Description) Inspect(r *http.Request, body []byte) error {
	r = local(r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, errs := d.check.ValidateHttpRequestSync(r)
	return joined(errs)
}

// Answer checks an answer to a request.
func (d *Description) Answer(r *http.Request, answer *http.Response) error {
	_, errs := d.check.ValidateHttpResponse(local(r), answer)
	return joined(errs)
}

// local returns a copy of the request whose path is as in the description.
func local(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	for _, prefix := range []string{"/api/v9", "/api/v10", "/api"} {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, prefix)
	}
	r.URL.Path, r.URL.RawPath = "/api/v10"+r.URL.Path, ""
	return r
}

func joined(errs []*problem.ValidationError) error {
	var all []error
	for _, e := range errs {
		all = append(all, errors.New(e.Message+": "+e.Reason))
		for _, s := range e.SchemaValidationErrors {
			all = append(all, errors.New(s.FieldPath+": "+s.Reason))
		}
	}
	return errors.Join(all...)
}

// prune keeps the paths named and the components that they refer to, directly or not.
func prune(doc map[string]any, paths []string) error {
	all, _ := doc["paths"].(map[string]any)
	kept := make(map[string]any)
	for _, path := range paths {
		if all[path] == nil {
			return fmt.Errorf("path %s is not in the description", path)
		}
		kept[path] = all[path]
	}
	doc["paths"] = kept
	onlyJSON(kept)
	components, _ := doc["components"].(map[string]any)
	needed := make(map[string]bool)
	follow(kept, components, needed)
	for kind, group := range components {
		// Who may do what is written as a name, not as a reference.
		members, ok := group.(map[string]any)
		if !ok || kind == "securitySchemes" {
			continue
		}
		for name := range members {
			if !needed[kind+"/"+name] {
				delete(members, name)
			}
		}
	}
	return nil
}

// onlyJSON drops the forms of bodies that no bot of ours sends: each would be compiled for itself.
func onlyJSON(node any) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			onlyJSON(item)
		}
	case map[string]any:
		if content, ok := node["content"].(map[string]any); ok && content["application/json"] != nil {
			node["content"] = map[string]any{"application/json": content["application/json"]}
		}
		for _, item := range node {
			onlyJSON(item)
		}
	}
}

// follow notes every component that a part of the document refers to.
func follow(node any, components map[string]any, needed map[string]bool) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			follow(item, components, needed)
		}
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/components/")
			if !needed[name] {
				needed[name] = true
				kind, member, _ := strings.Cut(name, "/")
				group, _ := components[kind].(map[string]any)
				follow(group[member], components, needed)
			}
		}
		for _, item := range node {
			follow(item, components, needed)
		}
	}
}

func operations(doc map[string]any) map[string]bool {
	all := make(map[string]bool)
	paths, _ := doc["paths"].(map[string]any)
	for path, item := range paths {
		methods, _ := item.(map[string]any)
		for method := range methods {
			all[strings.ToUpper(method)+" "+path] = true
		}
	}
	return all
}
