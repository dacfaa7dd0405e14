package config

import (
	"strings"
	"testing"
	"time"
)

// TestLoadAnnounce reads how long ahead a maintenance is announced: for all, for one platform, and by default.
func TestLoadAnnounce(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"platforms: {pronote: {maintenance: [{from: 2026-12-01, to: 2026-12-01}]}}":                                       24 * time.Hour,
		"watch: {announce: 48h}\nplatforms: {pronote: {maintenance: [{from: 2026-12-01, to: 2026-12-01}]}}":               48 * time.Hour,
		"watch: {announce: 48h}\nplatforms: {pronote: {announce: 2h, maintenance: [{from: 2026-12-01, to: 2026-12-01}]}}": 2 * time.Hour,
		"platforms: {pronote: {announce: 0s, maintenance: [{from: 2026-12-01, to: 2026-12-01}]}}":                         0,
	} {
		if got := watched(t, text)["pronote"].Ahead; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"watch: {announce: -1h}":                   "watch.announce : durée hors limites",
		"watch: {announce: 721h}":                  "watch.announce : durée hors limites",
		"platforms: {pronote: {announce: demain}}": "platforms.pronote.announce : durée attendue",
	} {
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
