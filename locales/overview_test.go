package locales

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// view is a platform of a board, checked some seconds ago.
func view(t *testing.T, name string, c bot.Condition, seconds int) bot.PlatformView {
	v := bot.PlatformView{
		Platform: bot.Platform{ID: bot.PlatformID(name), Name: name}, Condition: c, Every: time.Minute, Vantages: 1,
		CheckedAt: school(t, 8, 12).Add(-time.Duration(seconds) * time.Second),
	}
	if c != bot.Normal {
		v.Since, v.Reason = school(t, 8, 5), in(pronote(t), c).Incident.Reason
	}
	return v
}

func board(t *testing.T, views ...bot.PlatformView) bot.Overview {
	return bot.Overview{
		Now: school(t, 8, 12), Place: bot.Place{Location: location(t, "Europe/Paris"), Name: "Paris"},
		Audience: bot.Families, Platforms: views, PageURL: "https://panneau.example.org/",
	}
}

func readOverviewBoards(g *reader) {
	t := g.t
	good := func(name string) bot.PlatformView { return view(t, name, bot.Normal, 40) }
	waiting := bot.PlatformView{Platform: bot.Platform{Name: "Lumni"}}
	g.overview("nothing followed", board(t))
	g.overview("all is well", board(t, good("Pronote"), good("ÉduConnect"), good("Mon ENT Occitanie"), good("Pix")))
	g.overview("nothing known yet", board(t, waiting, waiting))
	g.overview("known in part", board(t, good("Pronote"), waiting))
	var all []bot.PlatformView
	for i, c := range bot.Conditions() {
		all = append(all, view(t, "Plateforme "+string(rune('A'+i)), c, 20+i))
	}
	g.overview("every condition", board(t, append(all, good("Pix"), waiting)...))
	g.overview("no trouble, but notes", board(t, good("Pronote"), view(t, "Ma classe à la maison", bot.Closed, 5)))
	g.overview("one trouble", board(t, good("Pronote"), view(t, "ÉduConnect", bot.LoginImpossible, 3700)))
	overseas := board(t, good("Métice"), view(t, "Pronote", bot.Unreachable, 1))
	overseas.Place = bot.Place{Location: location(t, "Indian/Reunion"), Name: "La Réunion"}
	overseas.Platforms[1].Since, overseas.Platforms[1].Vantages = school(t, 8, 5).AddDate(0, 0, -1), 3
	overseas.Audience, overseas.PageURL = bot.Staff, ""
	g.overview("overseas", overseas)
	wide := board(t, good("Pronote"), good("Pix"))
	wide.Platforms[0].Vantages, wide.Platforms[1].Vantages = 3, 5
	g.overview("from several places", wide)
}

func readDetails(g *reader, audience bot.Audience) {
	t := g.t
	for _, c := range bot.Conditions() {
		o := board(t, view(t, "Pronote", c, 40))
		o.Audience, o.Asked = audience, "pronote"
		o.Platforms[0].Platform.URL = "https://demo.index-education.net/pronote/"
		o.Platforms[0].Evidence = in(pronote(t), c).Incident.Evidence
		o.Platforms[0].Vantages = 3
		g.overview(string(c), o)
	}
	for _, c := range bot.Conditions() {
		o := board(t, view(t, "Pronote", c, 40))
		o.Audience, o.PageURL = audience, ""
		o.Platforms[0].Since, o.Platforms[0].CheckedAt, o.Platforms[0].Reason = time.Time{}, time.Time{}, bot.ReasonNone
		g.overview(string(c)+", nobody knows since when", o)
	}
	waiting := board(t, bot.PlatformView{Platform: bot.Platform{Name: "Mon ENT Occitanie"}})
	waiting.Audience, waiting.PageURL = audience, ""
	g.overview("not yet known", waiting)
}

func readOverviewSplit(g *reader) {
	t := g.t
	pronote := view(t, "Pronote", bot.Normal, 40)
	pronote.Vantages, pronote.Split = 3, bot.Split{Condition: bot.Unreachable, Count: 1, Of: 3}
	ent := view(t, "Mon ENT Occitanie", bot.Unreachable, 5)
	ent.Vantages, ent.Split = 3, bot.Split{Condition: bot.Unreachable, Count: 2, Of: 3}
	g.overview("one of three", board(t, pronote, view(t, "ÉduConnect", bot.Normal, 40)))
	g.overview("one platform", board(t, pronote))
	g.overview("two of three", board(t, ent, pronote))
	g.overview("told", board(t, ent))
}

func readOverviewUnanswerable(g *reader) {
	t := g.t
	ask := func(asked string, nearest ...string) bot.Overview {
		o := board(t)
		o.Asked = asked
		for _, name := range nearest {
			o.Nearest = append(o.Nearest, bot.Platform{Name: name})
		}
		return o
	}
	g.overview("nothing near", ask("Facebook"))
	g.overview("one near", ask("pronot", "Pronote"))
	g.overview("two near", ask("prmot", "Pronote", "PrimOT"))
	g.overview("three near", ask("ent", "Mon ENT Occitanie", "ENT77", "L'Éduc de Normandie"))
	g.overview("nasty", ask("<@U1> @everyone\n*a*  l'ENT : https://exemple.fr/?a=1 \"…\u202e"))
	g.overview("endless", ask("une très longue question sur le fonctionnement de la plateforme de mon enfant et bien plus"))
	offline := board(t, view(t, "Pronote", bot.Unreachable, 40))
	offline.Offline = true
	g.overview("offline", offline)
}
