package catalogue

import (
	"runtime"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// TestManyChecksAreSmall bounds what each check of the catalogue adds to the memory of a process that watches many: all
// of them look for the same signatures.
func TestManyChecksAreSmall(t *testing.T) {
	const times, most = 5, 5000
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	env := checks.Env{UserAgent: "Panneau/test (+https://exemple.fr)", Patterns: checks.NewPatterns()}
	var all []bot.Checker
	before := heap()
	for range times {
		for _, platform := range c.Platforms {
			for _, check := range platform.Checks {
				checker, err := checks.New(check.Spec, env)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, checker)
			}
		}
	}
	each := (heap() - before) / int64(len(all))
	t.Logf("%d bytes for each of %d checks", each, len(all))
	if each > most {
		t.Errorf("a check takes %d bytes, at most %d are expected", each, most)
	}
	runtime.KeepAlive(all)
}

// heap is how many bytes are in use once all garbage is gone.
func heap() int64 {
	var stats runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
