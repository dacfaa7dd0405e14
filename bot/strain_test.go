package bot_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// TestStrain: a process with far more to do than its processors can is behind, and no more when that is done.
func TestStrain(t *testing.T) {
	strain := bot.NewStrain()
	strain.Behind()
	stop := make(chan struct{})
	var working sync.WaitGroup
	for range 200 * runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					work := 0
					for end := time.Now().Add(2 * time.Millisecond); time.Now().Before(end); {
						work++
					}
					runtime.Gosched()
				}
			}
		})
	}
	if !becomes(strain, true) {
		t.Error("not behind with 400 ms of work before each goroutine's turn")
	}
	close(stop)
	working.Wait()
	if !becomes(strain, false) {
		t.Error("behind with nothing to do")
	}
}

// becomes waits until a strain is found or gone; it gives the runtime something to measure meanwhile.
func becomes(s *bot.Strain, behind bool) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if s.Behind() == behind {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}
