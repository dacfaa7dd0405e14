package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// decoder copies a YAML tree into Go values. It is stricter than a library's decoder and does not stop at the first
// fault: whatever does not fit is reported with its line and left out, so that one run finds everything.
type decoder struct{ *report }

// fromNode is a value that reads itself from the tree.
type fromNode interface {
	fromNode(d decoder, n ast.Node, path string)
}

// decode copies a node into a value, which must be addressable.
func (d decoder) decode(n ast.Node, path string, into reflect.Value) {
	if !d.acceptable(n, path) {
		return
	}
	if own, ok := reflect.TypeAssert[fromNode](into.Addr()); ok {
		own.fromNode(d, n, path)
		return
	}
	switch into.Type() {
	case reflect.TypeFor[time.Duration]():
		d.duration(n, path, into)
		return
	case reflect.TypeFor[catalogue.PatternYAML]():
		d.pattern(n, path, into)
		return
	case reflect.TypeFor[catalogue.DependencyYAML]():
		d.dependency(n, path, into)
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		d.block(n, path, into)
	case reflect.Map:
		d.entries(n, path, into)
	case reflect.Slice:
		d.list(n, path, into)
	default:
		d.scalar(n, path, into)
	}
}

// acceptable refuses what YAML has and this file does not need: empty values, anchors, aliases and tags.
func (d decoder) acceptable(n ast.Node, path string) bool {
	switch n.(type) {
	case nil, *ast.NullNode:
		d.empty(path)
		return false
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.add(path, "les ancres, alias et étiquettes YAML (&, *, !) ne sont pas acceptés", "écrivez la valeur en toutes lettres")
		return false
	}
	return true
}

func (d decoder) empty(path string) {
	d.add(path, "valeur vide", "donnez une valeur ou supprimez la clé")
}

// pair is a key of a block with its value.
type pair struct {
	key   string
	path  string
	value ast.Node
}

// pairs takes a block apart, in the order of the file, and refuses keys that come twice.
func (d decoder) pairs(n ast.Node, path string) []pair {
	block, ok := n.(ast.MapNode)
	if !ok {
		d.add(path, "un bloc de clés est attendu ici", "écrivez une clé par ligne, « clé: valeur », en retrait")
		return nil
	}
	var list []pair
	seen := map[string]int{}
	for it := block.MapRange(); it.Next(); {
		line := it.Key().GetToken().Position.Line
		p := pair{key: word(it.Key()), value: it.Value()}
		p.path = join(path, p.key)
		if first := seen[p.key]; first > 0 {
			d.problems = append(d.problems, Problem{d.file, line, p.path,
				"cette clé est déjà donnée à la ligne " + strconv.Itoa(first), "gardez une seule des deux"})
			continue
		}
		seen[p.key] = line
		d.mark(p.path, line)
		list = append(list, p)
	}
	return list
}

// block fills a struct: every key must be the yaml tag of a field.
func (d decoder) block(n ast.Node, path string, into reflect.Value) {
	known := keys(into.Type())
	for _, p := range d.pairs(n, path) {
		i := slices.Index(known, p.key)
		if i < 0 {
			d.unknown(p, path, known)
			continue
		}
		d.decode(p.value, p.path, into.Field(i))
	}
}

// unknown reports a key that no field has. Nothing is said of the key that was meant, such as that it is missing.
func (d decoder) unknown(p pair, path string, known []string) {
	d.add(p.path, "clé inconnue "+quote(p.key), meant(p.key, known))
	if near := join(path, nearest(p.key, known)); !d.has(near) {
		d.broken[near] = true
	}
}

// keys lists the yaml tags of a struct's fields, by index.
func keys(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	return names
}

// entries fills a map. Its keys are names that the operator chooses, or free texts.
func (d decoder) entries(n ast.Node, path string, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, p := range d.pairs(n, path) {
		entry := reflect.New(into.Type().Elem()).Elem()
		if into.Type().Key() == reflect.TypeFor[name]() && !named(p.key) {
			d.add(p.path, "nom incorrect "+quote(p.key), howToName)
			continue
		}
		d.decode(p.value, p.path, entry)
		into.SetMapIndex(reflect.ValueOf(p.key).Convert(into.Type().Key()), entry)
	}
}

// list fills a slice.
func (d decoder) list(n ast.Node, path string, into reflect.Value) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(path, "une liste est attendue ici", "écrivez un élément par ligne, après un tiret, ou entre crochets")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(sequence.Values), len(sequence.Values)))
	for i, value := range sequence.Values {
		at := path + "[" + strconv.Itoa(i+1) + "]"
		if value != nil {
			d.mark(at, firstLine(value))
		}
		d.decode(value, at, into.Index(i))
	}
}

// scalar fills a text, a yes or no, or a whole number.
func (d decoder) scalar(n ast.Node, path string, into reflect.Value) {
	switch node := n.(type) {
	case *ast.BoolNode:
		if into.Kind() == reflect.Bool {
			into.SetBool(node.Value)
			return
		}
	case *ast.StringNode, *ast.LiteralNode:
		if into.Kind() == reflect.String {
			d.text(word(n), path, into)
			return
		}
	case *ast.IntegerNode:
		value, err := strconv.ParseInt(word(n), 10, 64)
		if err == nil && into.CanInt() && !into.OverflowInt(value) {
			into.SetInt(value)
			return
		}
	}
	text, remedy := expected(into.Kind())
	d.add(path, text, remedy)
}

// text fills a text, which is never empty once it is there: a text that is empty later on was not given.
func (d decoder) text(value, path string, into reflect.Value) {
	if strings.TrimSpace(value) == "" {
		d.empty(path)
		return
	}
	into.SetString(value)
}

func expected(kind reflect.Kind) (text, remedy string) {
	switch kind {
	case reflect.Bool:
		return "oui ou non attendu", "écrivez true ou false"
	case reflect.String:
		return "texte attendu", "mettez la valeur entre guillemets droits"
	default:
		return "nombre entier attendu", "écrivez un nombre en chiffres, sans guillemets"
	}
}

// duration fills a time span as Go writes it.
func (d decoder) duration(n ast.Node, path string, into reflect.Value) {
	span, err := time.ParseDuration(word(n))
	if err != nil {
		d.add(path, "durée attendue", "écrivez par exemple 30s, 5m ou 1h30m")
		return
	}
	into.SetInt(int64(span))
}

// pattern fills a text to look for: a plain text, or a block that says more.
func (d decoder) pattern(n ast.Node, path string, into reflect.Value) {
	var long patternEntry
	if _, block := n.(ast.MapNode); block {
		d.block(n, path, reflect.ValueOf(&long).Elem())
	} else {
		d.scalar(n, path, reflect.ValueOf(&long.Text).Elem())
	}
	into.Set(reflect.ValueOf(catalogue.PatternYAML{Pattern: checks.Pattern(long)}))
}

// dependency fills a platform that another one needs: its identifier, or a block that says for whom.
func (d decoder) dependency(n ast.Node, path string, into reflect.Value) {
	var long dependencyEntry
	if _, block := n.(ast.MapNode); block {
		d.block(n, path, reflect.ValueOf(&long).Elem())
		if !d.has(path + ".on") {
			d.add(path, "clé manquante : on", "indiquez l’identifiant de la plateforme")
		}
	} else {
		d.scalar(n, path, reflect.ValueOf(&long.On).Elem())
	}
	into.Set(reflect.ValueOf(catalogue.DependencyYAML{Dependency: bot.Dependency(long)}))
}

// word is the text of a scalar as it stands in the file, without quotes: a number keeps its digits, also when it is
// too long for a number. Anything else has no text.
func word(n ast.Node) string {
	switch node := n.(type) {
	case *ast.StringNode:
		return node.Value
	case *ast.LiteralNode:
		return node.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.MergeKeyNode:
		return n.GetToken().Value
	}
	return ""
}

// firstLine is the line where a value begins.
func firstLine(n ast.Node) int {
	if block, ok := n.(ast.MapNode); ok {
		if it := block.MapRange(); it.Next() {
			return it.Key().GetToken().Position.Line
		}
	}
	return n.GetToken().Position.Line
}

// join extends a path by a key, unless the key could be a secret or would break the line.
func join(path, key string) string {
	if !quotable(key) {
		key = "…"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
