package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// Platform is a platform to watch.
type Platform struct {
	bot.Platform
	StandsOn []catalogue.Node // what it shares with other platforms
	Checks   []Check          // at least one
	Quorum   int              // how many places must see an outage before it is told; 0: more than half
}

// Check is a check and when it is due.
type Check struct {
	checks.Spec
	Schedule cron.Schedule
}

// rhythm is a schedule as it is written, the text and the clock that it is read on, and how long ahead a maintenance is
// announced.
type rhythm struct {
	spec  string
	clock *time.Location
	ahead time.Duration
}

// platforms lists what to watch, in the order to show: what the catalogue recommends, what the file mentions, what a
// destination follows and what is sure in an académie whose destinations follow everything, without what the file
// switches off.
func (b *builder) platforms(f file, every rhythm) []Platform {
	wanted, asking := followed(f), académiesFollowed(f)
	all := b.together(b.entries(f.Platforms))
	var list []Platform
	for _, e := range all.Platforms {
		written, mentioned := f.Platforms[name(e.ID)]
		if mentioned || e.Default || wanted[e.ID] || len(e.Areas) > 0 && e.Sure() && e.Serves(asking) {
			list = append(list, b.platform(e, written, every, all.NodesOf(e)))
		}
	}
	return slices.DeleteFunc(list, func(p Platform) bool { return b.off(f, p.ID) })
}

// together is the catalogue with the file's own platforms. Where these do not hold together they are still looked at
// one by one, so that everything else that is wrong with them is found.
func (b *builder) together(own []catalogue.Entry) *catalogue.Catalogue {
	if len(own) == 0 {
		return b.Catalogue
	}
	all, err := b.Catalogue.With(own...)
	if err == nil {
		return all
	}
	b.adopt("platforms", err)
	if len(b.problems) == 0 {
		b.add("platforms", "ces plateformes ne forment pas un ensemble cohérent", "vérifiez leurs identifiants et leurs dépendances")
	}
	replaced := func(e catalogue.Entry) bool {
		return slices.ContainsFunc(own, func(o catalogue.Entry) bool { return o.ID == e.ID })
	}
	rest := slices.DeleteFunc(slices.Clone(b.Catalogue.Platforms), replaced)
	return &catalogue.Catalogue{Platforms: append(rest, own...), Nodes: b.Catalogue.Nodes}
}

// followed is what the destinations name.
func followed(f file) map[bot.PlatformID]bool {
	ids := map[bot.PlatformID]bool{}
	for _, d := range f.Destinations {
		for _, id := range d.Follows {
			ids[bot.PlatformID(id)] = true
		}
	}
	return ids
}

// off reports whether the file switches a platform off.
func (b *builder) off(f file, id bot.PlatformID) bool {
	return b.has("platforms."+string(id)+".enabled") && !f.Platforms[name(id)].Enabled
}

// entries makes catalogue entries of the platforms that the file describes or changes, in the order of the file.
func (b *builder) entries(written map[name]platformEntry) []catalogue.Entry {
	ids := slices.SortedFunc(maps.Keys(written), func(x, y name) int {
		return cmp.Or(cmp.Compare(b.line("platforms."+string(x)), b.line("platforms."+string(y))), cmp.Compare(x, y))
	})
	var list []catalogue.Entry
	for _, id := range ids {
		path := "platforms." + string(id)
		known, found := b.Catalogue.Find(bot.PlatformID(id))
		if !found && !b.described(path, string(id)) {
			continue
		}
		list = append(list, b.entry(path, string(id), written[id], known, texts(ids)))
	}
	return list
}

// described reports whether the file describes a platform of its own, and if not, that the catalogue does not know it.
func (b *builder) described(path, id string) bool {
	if b.has(path+".name") && b.has(path+".checks") {
		return true
	}
	remedy := "donnez-lui un nom (name) et des contrôles (checks) pour en ajouter une"
	if near := nearest(id, b.known(nil)); near != "" && !b.has(path+".checks") {
		remedy = meant(id, []string{near})
	}
	b.add(path, "plateforme inconnue du catalogue "+quote(id), remedy)
	return false
}

// entry puts what the file says of a platform over what the catalogue knows of it, which may be nothing. It may depend
// on the platforms that the file describes, too.
func (b *builder) entry(path, id string, e platformEntry, known catalogue.Entry, described []string) catalogue.Entry {
	for i, area := range e.Areas {
		b.oneOf(fmt.Sprintf("%s.areas[%d]", path, i+1), area, académies())
	}
	for i, other := range e.DependsOn {
		b.oneOf(fmt.Sprintf("%s.depends_on[%d]", path, i+1), string(other.On), append(b.known(nil), described...))
	}
	own, err := catalogue.PlatformYAML{
		ID: id, Name: cmp.Or(e.Name, known.Name), Aliases: e.Aliases, URL: e.URL, Areas: e.Areas, Readers: e.Readers,
		DependsOn: e.DependsOn, OnDemand: e.OnDemand, Checks: e.Checks,
	}.Entry()
	b.adopt(path, err)
	if known.ID == "" {
		return own
	}
	return b.overlay(path, known, own)
}

// overlay replaces in a catalogue's entry what the file gives.
func (b *builder) overlay(path string, known, own catalogue.Entry) catalogue.Entry {
	known.Name = own.Name
	if b.has(path + ".aliases") {
		known.Aliases = own.Aliases
	}
	if b.has(path + ".url") {
		known.URL, known.Confidence = own.URL, catalogue.Stated
	}
	if b.has(path + ".areas") {
		known.Areas = own.Areas
	}
	if b.has(path + ".readers") {
		known.Readers = own.Readers
	}
	if b.has(path + ".depends_on") {
		known.DependsOn = own.DependsOn
	}
	if b.has(path + ".on_demand") {
		known.OnDemand = own.OnDemand
	}
	if b.has(path + ".checks") {
		known.Checks = own.Checks
	}
	return known
}

// platform resolves an entry's schedules. A check that the file describes may have its own; then counts what the file
// says of the platform, then the catalogue, then the common rhythm.
func (b *builder) platform(e catalogue.Entry, written platformEntry, every rhythm, nodes []catalogue.Node) Platform {
	path := "platforms." + string(e.ID)
	p := Platform{Platform: e.Platform, StandsOn: nodes, Quorum: written.Quorum}
	for _, n := range nodes {
		p.Shares = append(p.Shares, string(n.ID))
	}
	clock := every.clock
	if written.Timezone != "" {
		clock = b.location(path+".timezone", written.Timezone)
	}
	p.Openings = b.periods(path+".open", written.Open, clock)
	p.Maintenances = b.periods(path+".maintenance", written.Maintain, clock)
	p.Ahead = b.ahead(path+".announce", written.Announce, every.ahead)
	p.Suspensions = b.periods(path+".suspended", written.Suspend, clock)
	if len(p.Openings) > 0 && !p.OnDemand {
		b.add(path+".open", "des périodes d’ouverture pour une plateforme toujours ouverte", "ajoutez on_demand: true")
	}
	for i, c := range e.Checks {
		schedule := cmp.Or(written.Schedule, unlessDefault(c.Schedule), every.spec)
		at := path
		if i < len(written.Checks) && written.Checks[i].Schedule != "" {
			schedule, at = written.Checks[i].Schedule, fmt.Sprintf("%s.checks[%d]", path, i+1)
		}
		p.Checks = append(p.Checks, Check{Spec: c.Spec, Schedule: b.schedule(at, schedule, clock)})
	}
	if len(p.Checks) == 0 {
		b.add(path+".checks", "aucun contrôle n’est connu pour cette plateforme", "décrivez-en au moins un, ou retirez la plateforme")
	}
	return p
}

// unlessDefault is a catalogue's schedule where it is a choice.
func unlessDefault(schedule string) string {
	if schedule == catalogue.DefaultSchedule {
		return ""
	}
	return schedule
}

// known lists the ids of the catalogue, and those of some more platforms.
func (b *builder) known(more []Platform) []string {
	var ids []string
	for _, e := range b.Catalogue.Platforms {
		ids = append(ids, string(e.ID))
	}
	for _, p := range more {
		if !slices.Contains(ids, string(p.ID)) {
			ids = append(ids, string(p.ID))
		}
	}
	return ids
}

// académies lists every académie as the ministry writes it.
func académies() []string {
	var names []string
	for _, zone := range calendar.Zones() {
		names = append(names, zone.Académies...)
	}
	return names
}
