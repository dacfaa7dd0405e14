package checks

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// checker makes a [bot.Checker] of the runs of any kind.
type checker struct {
	id       bot.CheckID
	function Function
	slow     time.Duration // from which length of a run on a good answer is slow
	run      runner
	logger   *slog.Logger
}

// newChecker keeps of a spec no more than it needs: there may be thousands.
func newChecker(spec Spec, run runner, logger *slog.Logger) *checker {
	pages := 1 + len(spec.Steps)
	return &checker{
		id: spec.ID, function: spec.Function, slow: time.Duration(pages) * spec.SlowAfter, run: run, logger: logger,
	}
}

// Check makes one run. The verdict's Check, Platform and Vantage are left to the caller.
func (c *checker) Check(ctx context.Context) bot.Verdict {
	start := time.Now()
	v := c.run(ctx)
	v.At = start
	if v.Evidence.Latency == 0 {
		v.Evidence.Latency = time.Since(start)
	}
	if v.Outcome == bot.Up && v.Evidence.Latency > c.slow {
		v.Outcome, v.Reason = bot.Slow, bot.ReasonSlow
	}
	v = asLogin(c.function, v)
	v.Evidence.Detail = bounded(v.Evidence.Detail)
	if v.Reason == bot.ReasonOwnNetwork || v.Reason == bot.ReasonNotPermitted {
		c.logger.WarnContext(ctx, "check stopped on our side", "check", c.id, "err", v.Evidence.Detail)
	}
	c.logger.DebugContext(ctx, "check run", "check", c.id, "outcome", v.Outcome, "reason", v.Reason)
	return v
}

// asLogin says that people cannot log in where the target is a step of the way in and cannot be reached. What a login
// page says itself (full, closed, in maintenance) stays.
func asLogin(f Function, v bot.Verdict) bot.Verdict {
	if f == FunctionLogin && v.Outcome == bot.Down && v.Reason.Condition() == bot.Unreachable {
		v.Evidence.Detail = fmt.Sprintf("%s: %s", v.Reason, v.Evidence.Detail)
		v.Reason = bot.ReasonLoginPath
	}
	return v
}

func verdict(outcome bot.Outcome, reason bot.Reason, detail string) bot.Verdict {
	return bot.Verdict{Outcome: outcome, Reason: reason, Evidence: bot.Evidence{Detail: detail}}
}
