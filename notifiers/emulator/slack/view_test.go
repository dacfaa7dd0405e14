package slack_test

import (
	"strings"
	"testing"

	library "github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

func plain(text string) *library.TextBlockObject {
	return library.NewTextBlockObject(library.PlainTextType, text, false, false)
}

// page is a home of as many lines.
func page(lines int) library.HomeTabViewRequest {
	view := library.HomeTabViewRequest{Type: library.VTHomeTab}
	for range lines {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, library.NewSectionBlock(plain("Bonjour"), nil, nil))
	}
	return view
}

func (w *workspace) publish(t *testing.T, user string, view library.HomeTabViewRequest) error {
	t.Helper()
	_, err := w.api.PublishViewContext(t.Context(), library.PublishViewContextRequest{UserID: user, View: view})
	return err
}

func TestPublish(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Know("U0TEACHER", slack.User{})
	if err := w.publish(t, "U0TEACHER", page(100)); err != nil {
		t.Fatal(err)
	}
	p, found := w.Home("U0TEACHER")
	if !found || strings.Count(p.Text, "Bonjour") != 100 {
		t.Errorf("found %v: %+v", found, p)
	}
	stale := "1.old"
	_, err := w.api.PublishViewContext(t.Context(), library.PublishViewContextRequest{UserID: "U0TEACHER", View: page(1), Hash: &stale})
	wantError(t, err, "hash_conflict")
	secret, long := page(1), page(1)
	secret.PrivateMetadata = strings.Repeat("x", 3001)
	long.Blocks.BlockSet = append(long.Blocks.BlockSet, library.NewSectionBlock(plain(strings.Repeat("x", 3001)), nil, nil))
	field := page(1)
	field.Blocks.BlockSet = append(field.Blocks.BlockSet, library.NewInputBlock("a", plain("a"), nil, library.NewPlainTextInputBlockElement(nil, "b")))
	heavy := page(1)
	heavy.PrivateMetadata = strings.Repeat("x", 250_000)
	for code, views := range map[string][]library.HomeTabViewRequest{
		"invalid_arguments": {page(101), secret, long, field, {Type: "modal", Blocks: page(1).Blocks}, {Type: library.VTHomeTab}},
		"view_too_large":    {heavy},
	} {
		for i, view := range views {
			if err := w.publish(t, "U0TEACHER", view); err == nil || err.Error() != code {
				t.Errorf("%s, view %d: error %v", code, i, err)
			}
		}
	}
	wantError(t, w.publish(t, "U0NOBODY", page(1)), "invalid_arguments")
	if again, _ := w.Home("U0TEACHER"); again.Raw != p.Raw {
		t.Error("a view that was refused is shown")
	}
	off := open(t, slack.Options{NoHome: true})
	off.Know("U0TEACHER", slack.User{})
	wantError(t, off.publish(t, "U0TEACHER", page(1)), "not_enabled")
}

// question is a window with a list and a line.
func question() library.ModalViewRequest {
	options := []*library.OptionBlockObject{
		library.NewOptionBlockObject("a", plain("Lille"), nil), library.NewOptionBlockObject("b", plain("Lyon"), nil),
	}
	list := library.NewOptionsSelectBlockElement(library.OptTypeStatic, nil, "value", options...)
	list.InitialOption = options[0]
	return library.ModalViewRequest{
		Type: library.VTModal, Title: plain("Réglages"), Submit: plain("Enregistrer"), Blocks: library.Blocks{BlockSet: []library.Block{
			library.NewInputBlock("zone", plain("Zone"), nil, list),
			library.NewInputBlock("silence", plain("Silence"), nil, library.NewPlainTextInputBlockElement(nil, "value")),
		}},
	}
}

func TestOpenNeedsAFreshTrigger(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	for trigger, code := range map[string]string{"nonsense": "invalid_trigger_id", "1.2.emulated": "invalid_trigger_id"} {
		_, err := w.api.OpenViewContext(t.Context(), trigger, question())
		wantError(t, err, code)
	}
	trigger := w.Trigger("U0ADMIN", 0)
	long := question()
	long.Title = plain(strings.Repeat("x", 25))
	noSubmit, foreign, same := question(), question(), question()
	noSubmit.Submit = nil
	list := library.NewOptionsSelectBlockElement(library.OptTypeStatic, nil, "value", library.NewOptionBlockObject("a", plain("Lille"), nil))
	list.InitialOption = library.NewOptionBlockObject("b", plain("Lyon"), nil)
	foreign.Blocks.BlockSet[0] = library.NewInputBlock("zone", plain("Zone"), nil, list)
	same.Blocks.BlockSet[0] = library.NewInputBlock("zone", plain(strings.Repeat("x", 2001)), nil, list)
	for i, view := range []library.ModalViewRequest{long, noSubmit, foreign, same} {
		if _, err := w.api.OpenViewContext(t.Context(), trigger, view); err == nil || err.Error() != "invalid_arguments" {
			t.Errorf("view %d: error %v", i, err)
		}
	}
	if _, err := w.api.OpenViewContext(t.Context(), trigger, question()); err != nil {
		t.Fatal(err)
	}
	_, err := w.api.OpenViewContext(t.Context(), trigger, question())
	wantError(t, err, "exchanged_trigger_id")
	_, err = w.api.OpenViewContext(t.Context(), w.Trigger("U0ADMIN", 4), question())
	wantError(t, err, "expired_trigger_id")
	if p, found := w.Modal("U0ADMIN"); !found || p.Title != "Réglages" || len(p.Fields) != 2 {
		t.Errorf("found %v: %+v", found, p)
	}
	for name, filled := range map[string]map[string][]string{
		"a field left empty": {}, "an option that there is not": {"Zone": {"Nice"}, "Silence": {"x"}},
		"a field that there is not": {"Silence": {"x"}, "Colour": {"red"}}, "two of one": {"Zone": {"Lille", "Lyon"}, "Silence": {"x"}},
		"a text that is too long": {"Silence": {strings.Repeat("x", 3001)}},
	} {
		if err := w.Submit("U0ADMIN", filled); err == nil {
			t.Errorf("%s: sent all the same", name)
		}
	}
	if err := w.Submit("U0NOBODY", nil); err == nil {
		t.Error("a window that is not open was sent")
	}
}

// TestResponsesToAWindow follow what Slack takes.
func TestResponsesToAWindow(t *testing.T) {
	closed, said, trouble := "closed", "said", "trouble"
	update := map[string]any{"type": "modal", "title": map[string]any{"type": "plain_text", "text": "C’est noté"}, "blocks": []any{}}
	for name, test := range map[string]struct {
		payload map[string]any
		want    string
	}{
		"nothing":          {nil, closed},
		"clear":            {map[string]any{"response_action": "clear"}, closed},
		"errors":           {map[string]any{"response_action": "errors", "errors": map[string]any{"silence": "Quoi ?"}}, said},
		"errors elsewhere": {map[string]any{"response_action": "errors", "errors": map[string]any{"x": "Quoi ?"}}, trouble},
		"no error":         {map[string]any{"response_action": "errors", "errors": map[string]any{}}, trouble},
		"update":           {map[string]any{"response_action": "update", "view": update}, "C’est noté"},
		"a bad update":     {map[string]any{"response_action": "update", "view": map[string]any{"type": "home"}}, trouble},
		"a message":        {map[string]any{"text": "Bonjour"}, trouble},
	} {
		w := open(t, slack.Options{Unlimited: true})
		if _, err := w.api.OpenViewContext(t.Context(), w.Trigger("U0ADMIN", 0), question()); err != nil {
			t.Fatal(err)
		}
		problem := w.Answered("U0ADMIN", test.payload)
		p, found := w.Modal("U0ADMIN")
		got := p.Title
		switch {
		case !found:
			got = closed
		case p.Trouble != "":
			got = trouble
		case p.Wrong["Silence"] != "":
			got = said
		}
		if got != test.want || (problem != "") != (test.want == trouble) {
			t.Errorf("%s: %s (%s), want %s", name, got, problem, test.want)
		}
	}
}
