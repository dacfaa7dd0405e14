package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/notifiers/slack"
)

// TestDocumentedSlackManifest holds the manifest that operators paste and the one that the adapter needs together.
func TestDocumentedSlackManifest(t *testing.T) {
	want, err := slack.Manifest(slack.DefaultCommand)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(moduleRoot(t), "docs", "slack-manifest.json")
	if diff := cmp.Diff(string(want), document(t, name)); diff != "" {
		t.Errorf("docs/slack-manifest.json (-want +got):\n%s", diff)
	}
}

func TestDocumentedDiscordInvitation(t *testing.T) {
	const command = "panneau discord invite APPLICATION_ID"
	for _, name := range []string{"README.md", "docs/fr/guide.md"} {
		if !strings.Contains(document(t, filepath.Join(moduleRoot(t), filepath.FromSlash(name))), command) {
			t.Errorf("%s does not give the command %s", name, command)
		}
	}
}

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
