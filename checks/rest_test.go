package checks

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// TestRestingChecksAreSmall bounds the memory that a check holds between two runs: of thousands, a few are at work at a
// time and all the others wait.
func TestRestingChecksAreSmall(t *testing.T) {
	const n, most = 200, 2500
	ca := newAuthority(t)
	page := answer(http.StatusOK, http.Header{"Content-Type": {"text/html"}, "Etag": {`"1"`}}, startPage())
	env := local()
	env.Roots = ca.pool()
	for name, url := range map[string]string{"http": serve(t, page), "https": serveTLS(t, ca.issue(t, nil), page)} {
		t.Run(name, func(t *testing.T) {
			var resting []bot.Checker
			before := heap()
			for i := range n {
				checker, err := New(Spec{
					ID: bot.CheckID(fmt.Sprint("essai/", i)), URL: url, Signatures: []Signature{quota()},
					MustContain: []Pattern{{Text: "établissement"}},
				}, env)
				if err != nil {
					t.Fatal(err)
				}
				if v := checker.Check(context.Background()); v.Outcome != bot.Up {
					t.Fatalf("%+v", v)
				}
				resting = append(resting, checker)
			}
			each := (heap() - before) / n
			t.Logf("%d bytes each", each)
			if each > most {
				t.Errorf("a check at rest holds %d bytes, at most %d are expected", each, most)
			}
			runtime.KeepAlive(resting)
		})
	}
}

// heap is how many bytes are in use once all garbage is gone.
func heap() int64 {
	var stats runtime.MemStats
	for range 3 { // pools give up what they hold at the second, finalizers run after the first
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
