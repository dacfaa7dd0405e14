package store

import (
	"github.com/panneau-ecole/panneau/bot"
)

// because is a bot.Because as it is stored. Times are milliseconds since 1970.
type because struct {
	Verdicts []ground `json:"verdicts,omitempty"`
	Views    []view   `json:"views,omitempty"`
	Left     int      `json:"left,omitempty"`
	Roots    []root   `json:"roots,omitempty"`
	Beside   []beside `json:"beside,omitempty"`
}

type ground struct {
	Check    bot.CheckID    `json:"check"`
	Platform bot.PlatformID `json:"platform"`
	Vantage  string         `json:"vantage,omitempty"`
	At       int64          `json:"at"`
	Outcome  bot.Outcome    `json:"outcome"`
	Reason   bot.Reason     `json:"reason,omitempty"`
	Evidence bot.Evidence   `json:"evidence,omitzero"`
}

// view is what a place saw; the platform is the incident's.
type view struct {
	Vantage   string        `json:"vantage"`
	Condition bot.Condition `json:"condition"`
	Since     int64         `json:"since"`
	SeenAt    int64         `json:"seen_at"`
	Reason    bot.Reason    `json:"reason,omitempty"`
	Evidence  bot.Evidence  `json:"evidence,omitzero"`
}

type root struct {
	Platform  bot.PlatformID `json:"platform"`
	Condition bot.Condition  `json:"condition"`
	CheckedAt int64          `json:"checked_at"`
}

type beside struct {
	Platform bot.PlatformID `json:"platform"`
	Shares   string         `json:"shares"`
}

// KeepBecause implements bot.IncidentTx.
func (t *tx) KeepBecause(id bot.IncidentID, revision int64, b bot.Because) error {
	stored := because{Left: b.Left}
	for _, v := range b.Verdicts {
		stored.Verdicts = append(stored.Verdicts, ground{
			Check: v.Check, Platform: v.Platform, Vantage: v.Vantage, At: millis(v.At), Outcome: v.Outcome, Reason: v.Reason,
			Evidence: v.Evidence,
		})
	}
	for _, v := range b.Views {
		stored.Views = append(stored.Views, view{v.Vantage, v.Condition, millis(v.Since), millis(v.SeenAt), v.Reason, v.Evidence})
	}
	for _, r := range b.Roots {
		stored.Roots = append(stored.Roots, root{r.Platform, r.Condition, millis(r.CheckedAt)})
	}
	for _, c := range b.Beside {
		stored.Beside = append(stored.Beside, beside(c))
	}
	return t.one(`UPDATE revisions SET because = $3 WHERE incident = $1 AND revision = $2`, id, revision, encode(stored))
}

func readBecause(text string) (b bot.Because, err error) {
	if text == "" {
		return b, nil
	}
	var stored because
	if err := decode(text, &stored); err != nil {
		return b, err
	}
	b.Left = stored.Left
	for _, g := range stored.Verdicts {
		b.Verdicts = append(b.Verdicts, bot.Verdict{
			Check: g.Check, Platform: g.Platform, Vantage: g.Vantage, At: instant(g.At), Outcome: g.Outcome, Reason: g.Reason,
			Evidence: g.Evidence,
		})
	}
	for _, v := range stored.Views {
		b.Views = append(b.Views, bot.View{
			Vantage: v.Vantage, Condition: v.Condition, Since: instant(v.Since), SeenAt: instant(v.SeenAt), Reason: v.Reason,
			Evidence: v.Evidence,
		})
	}
	for _, r := range stored.Roots {
		b.Roots = append(b.Roots, bot.Root{Platform: r.Platform, Condition: r.Condition, CheckedAt: instant(r.CheckedAt)})
	}
	for _, c := range stored.Beside {
		b.Beside = append(b.Beside, bot.Companion(c))
	}
	return b, nil
}
