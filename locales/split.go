package locales

import "github.com/panneau-ecole/panneau/bot"

// split says from how many places a platform is seen in a bad condition, where others see it otherwise.
func (w *writer) split(s bot.Split) phrase {
	return w.part("split", values{"Condition": w.part("state."+word(s.Condition), nil), "Count": s.Count, "Of": whole(s.Of)})
}

// splitFact is the same as a fact; none where places agree.
func (w *writer) splitFact(s bot.Split) []bot.Fact {
	if s == (bot.Split{}) {
		return nil
	}
	return []bot.Fact{w.fact("split", w.split(s))}
}

// splits lists platforms that only some places see fail, one a line.
func (w *writer) splits(views []bot.PlatformView) []string {
	var items []string
	for _, v := range views {
		text := w.part("overview.item.split", values{"Name": w.bare(v.Platform), "Split": w.split(v.Split)})
		items = append(items, symbol(bot.Unverifiable)+w.seal(text))
	}
	return items
}
