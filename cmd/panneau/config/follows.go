package config

import (
	"fmt"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// follows reads what a destination follows, in full: « all » is spelled out as what is watched, concerns its readers
// and serves its académies.
func (b *builder) follows(path string, words choice, d Destination, watched []Platform) []bot.PlatformID {
	if words == nil {
		return b.everythingFor(path, d, watched)
	}
	if len(words) == 0 {
		b.refuseEmpty(path)
	}
	var ids []bot.PlatformID
	for i, word := range words {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		id := bot.PlatformID(word)
		switch {
		case word == "":
		case slices.Contains(ids, id):
			b.add(at, "plateforme donnée deux fois", "gardez-la une fois")
		case !slices.ContainsFunc(watched, func(p Platform) bool { return p.ID == id }):
			b.unwatched(at, word, watched)
		}
		ids = append(ids, id)
	}
	return ids
}

func (b *builder) unwatched(path, id string, watched []Platform) {
	known := b.known(watched)
	if slices.Contains(known, id) {
		b.add(path, "la plateforme "+id+" est désactivée", "retirez-la d’ici, ou sa ligne « enabled: false »")
		return
	}
	remedy := "voyez la liste des plateformes dans docs/fr/catalogue.md, ou « panneau catalogue »"
	if near := nearest(id, known); near != "" {
		remedy = meant(id, []string{near})
	}
	b.add(path, "plateforme inconnue "+quote(id), remedy)
}

// everythingFor is what « all » stands for at a destination. What is doubtful in its académies is left out, and said.
func (b *builder) everythingFor(path string, d Destination, watched []Platform) []bot.PlatformID {
	key := fmt.Sprint(d.Audience, d.Académies)
	if b.everything == nil {
		b.everything = map[string][]bot.PlatformID{}
	}
	if known, ok := b.everything[key]; ok {
		return known
	}
	var ids []bot.PlatformID
	for _, p := range watched {
		if p.Concerns(d.Audience) && p.Serves(d.Académies) {
			ids = append(ids, p.ID)
		}
	}
	b.everything[key] = ids
	if len(ids) == 0 {
		b.warn(path, "aucune plateforme vérifiée ne concerne cette destination", "nommez-en dans follows, ou vérifiez-en sous platforms")
	}
	b.warnOfDoubts(path, d, watched)
	return ids
}

// warnOfDoubts names the platforms of the destination's académies that are not watched because their entry is doubtful.
func (b *builder) warnOfDoubts(path string, d Destination, watched []Platform) {
	for _, e := range b.Catalogue.Platforms {
		here := len(e.Areas) > 0 && e.Serves(d.Académies) && e.Concerns(d.Audience)
		on := slices.ContainsFunc(watched, func(p Platform) bool { return p.ID == e.ID })
		if !here || on || e.Confidence != catalogue.Confirmed || e.Suspect == "" || b.has("platforms."+string(e.ID)) {
			continue
		}
		b.warn(path, quote(e.Name)+" n’est pas suivie d’office : "+e.Suspect,
			"si ses adresses sont les bonnes (« panneau catalogue show "+string(e.ID)+" »), écrivez sous platforms "+string(e.ID)+": {enabled: true}")
	}
}

// académiesFollowed lists the académies in which a destination follows everything.
func académiesFollowed(f file) []string {
	var list []string
	seen := map[string]bool{} // thousands of destinations share a few words
	for _, d := range f.Destinations {
		if d.Follows == nil && !seen[d.Zone] {
			seen[d.Zone] = true
			list = append(list, calendar.AcadémiesOf(d.Zone)...)
		}
	}
	return list
}
