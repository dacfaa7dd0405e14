package config

import (
	"fmt"
	"reflect"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// rhythmEntry is what a destination gets at fixed times: a block, or the word none.
type rhythmEntry struct {
	Morning string `yaml:"morning"` // cron, or none
	Evening string `yaml:"evening"`
	Always  bool   `yaml:"evening_always"`
	Weekly  string `yaml:"weekly"`
}

func (r *rhythmEntry) fromNode(d decoder, n ast.Node, path string) {
	if _, block := n.(ast.MapNode); block {
		d.block(n, path, reflect.ValueOf(r).Elem())
		return
	}
	if word(n) != never {
		d.add(path, "un rythme ou le mot none est attendu", `écrivez {morning: "15 7 * * *", evening: "30 18 * * *"}, ou none pour rien`)
	}
	r.Morning = never
}

// morningCheck is a quarter past seven: after the end of the quiet hours, before families leave.
const morningCheck = "15 7 * * *"

// rhythmOf reads what a destination gets at fixed times. What it does not say is as the whole file says it; what that
// does not say either is the check of the morning alone. A terminal gets what is written for it.
func (b *builder) rhythmOf(path string, e, common rhythmEntry, zone string, platform bot.ChatPlatform) bot.Rhythm {
	r := bot.Rhythm{Zone: zone}
	if b.none(path, e) || !b.has(path) && (platform == bot.Console || b.none("rhythm", common)) {
		return bot.Rhythm{}
	}
	if b.none("rhythm", common) {
		common.Morning = ""
	} else if !b.has("rhythm.morning") {
		common.Morning = morningCheck
	}
	r.Morning = b.note(path+".morning", e.Morning, common.Morning)
	r.Evening = b.note(path+".evening", e.Evening, common.Evening)
	r.Weekly = b.note(path+".weekly", e.Weekly, common.Weekly)
	if r.Always = common.Always; b.has(path + ".evening_always") {
		r.Always = e.Always
	}
	if r.Morning == "" && r.Evening == "" && r.Weekly == "" {
		return bot.Rhythm{}
	}
	return r
}

// none reports whether a rhythm is the word for nothing instead of a block.
func (b *builder) none(path string, e rhythmEntry) bool {
	return e.Morning == never && !b.has(path+".morning")
}

// note is a schedule of notes, checked; empty for none.
func (b *builder) note(path, own, common string) string {
	spec := common
	if b.has(path) {
		spec = own
	}
	if spec == never {
		return ""
	}
	if b.has(path) && own != "" {
		b.dailyAtMost(path, own)
	}
	return spec
}

// commonRhythm checks what the whole file says.
func (b *builder) commonRhythm(e rhythmEntry) {
	if b.none("rhythm", e) {
		return
	}
	for path, spec := range map[string]string{"rhythm.morning": e.Morning, "rhythm.evening": e.Evening, "rhythm.weekly": e.Weekly} {
		if spec != "" && spec != never {
			b.dailyAtMost(path, spec)
		}
	}
}

// dailyAtMost checks a schedule that names one time of a day at most.
func (b *builder) dailyAtMost(path, spec string) {
	s, err := ParseSchedule(spec, time.UTC)
	if err != nil {
		b.add(path, "horaire incorrect", `écrivez cinq champs, minute, heure, jour, mois, jour de la semaine, par exemple "15 7 * * *", ou none pour rien`)
		return
	}
	at := s.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	for range 8 { // a week of days, of which each may be another
		next := s.Next(at)
		if !next.IsZero() && calendar.DateOf(next) == calendar.DateOf(at) {
			b.add(path, "plusieurs heures le même jour", `donnez une seule heure, par exemple "30 18 * * *"`)
			return
		}
		at = next
	}
}

// criticalDayEntry is a day on which more depends on the platforms than on others.
type criticalDayEntry struct {
	Label     string       `yaml:"label"`
	Dates     []identifier `yaml:"dates"`
	Platforms choice       `yaml:"platforms"`
	Zones     []string     `yaml:"zones"`
}

// criticalDays reads the operator's critical days, each date by itself.
func (b *builder) criticalDays(entries []criticalDayEntry, watched []Platform) []bot.CriticalDay {
	var list []bot.CriticalDay
	for i, e := range entries {
		path := fmt.Sprintf("critical_days[%d]", i+1)
		if e.Label == "" {
			b.require(path+".label", "écrivez en quelques mots ce qui a lieu, par exemple : Brevet, premier jour")
		}
		if len(e.Dates) == 0 {
			b.require(path+".dates", "donnez un ou plusieurs jours, par exemple [2027-06-25]")
			b.refuseEmpty(path + ".dates")
		}
		day := bot.CriticalDay{Label: e.Label, Platforms: b.platformsNamed(path+".platforms", e.Platforms, watched)}
		if e.Platforms != nil && len(e.Platforms) == 0 {
			b.refuseEmpty(path + ".platforms")
		}
		for j, zone := range e.Zones {
			day.Zones = append(day.Zones, b.territory(fmt.Sprintf("%s.zones[%d]", path, j+1), zone).zone.ID)
		}
		for j, text := range e.Dates {
			date, err := calendar.ParseDate(string(text))
			if err != nil && text != "" {
				b.add(fmt.Sprintf("%s.dates[%d]", path, j+1), "date incorrecte", "écrivez par exemple 2027-06-25")
			}
			day.Date = date
			list = append(list, day)
		}
	}
	return list
}
