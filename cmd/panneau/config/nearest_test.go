package config

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"token", "app_token", "platform", "channel", "audience", "languages", "families", "teachers", "educonnect"}
	for word, want := range map[string]string{
		"tokken":      "token",
		"tokne":       "token",
		"Token":       "token",
		"jeton":       "token",
		"Plateforme":  "platform",
		"salon":       "channel",
		"familles":    "families",
		"enseignants": "teachers",
		"apptoken":    "app_token",
		"éduconnect":  "educonnect",
		"chat":        "",
		"x":           "",
		"":            "",
		"suit":        "", // « follows » is not known here
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"été", "ete", 2}, {"ab", "ba", 1}, {"chaton", "chatons", 1}, {"a", "b", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
