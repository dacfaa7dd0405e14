package locales

import (
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// offer is a workaround by its text; what goes through a platform names one.
func offer(id string) bot.Offer {
	o := bot.Offer{Workaround: bot.Workaround{ID: id}}
	if through := map[string]bot.Platform{
		"pronote-identifiant": {ID: "pronote", Name: "Pronote", URL: "https://demo.index-education.net/pronote/"},
		"devoirs-pronote":     {ID: "pronote", Name: "Pronote"}, "client-pronote": {ID: "pronote", Name: "Pronote"},
		"travail-pronote": {ID: "pronote", Name: "Pronote", URL: "https://demo.index-education.net/pronote/"},
		"messagerie-ent":  {ID: "mon-ent-occitanie", Name: "Mon ENT Occitanie"}, "lumni": {ID: "lumni", Name: "Lumni"},
		"visio-agents": {ID: "visio-agents", Name: "Visio-agents"},
	}[id]; through.ID != "" {
		o.Through = through
	}
	return o
}

func offersOf(ids ...string) []bot.Offer {
	var list []bot.Offer
	for _, id := range ids {
		list = append(list, offer(id))
	}
	return list
}

func own(text string) bot.Offer {
	return bot.Offer{Workaround: bot.Workaround{ID: "own", Text: text}}
}

func readOffers(g *reader) {
	t := g.t
	n := in(pronote(t), bot.LoginImpossible)
	n.Platform = bot.Platform{ID: "educonnect", Name: "ÉduConnect"}
	n.Offers = offersOf("pronote-identifiant", "franceconnect")
	g.notice("ÉduConnect, families", n)
	n = in(pronote(t), bot.Unreachable)
	n.Offers = append([]bot.Offer{own("Le carnet du site https://exemple.fr/a?b donne les devoirs : c'est à jour a 8 h !")}, offersOf("messagerie-ent")...)
	g.notice("Pronote, families, with the school's own", n)
	n = in(pronote(t), bot.Saturated)
	n.Platform, n.Audience = bot.Platform{ID: "mon-ent-occitanie", Name: "Mon ENT Occitanie"}, bot.Teachers
	n.Offers = offersOf("client-pronote", "travail-pronote", "travail-courriel")
	g.notice("an ENT, teachers", n)
	n.Audience, n.Offers = bot.Staff, offersOf("matin-reserve")
	g.notice("an ENT, staff", n)
}

func readPlaybooks(g *reader) {
	t := g.t
	put := func(heading string, p bot.Playbook) {
		m, err := g.r.Playbook(g.lang, p)
		g.add(heading, m, err)
	}
	cned, ent := view(t, "Ma classe à la maison", bot.Saturated, 40), view(t, "Mon ENT Occitanie", bot.Suspended, 40)
	good := view(t, "Pronote", bot.Normal, 40)
	families := board(t, cned, good, ent)
	put("families", bot.Playbook{Overview: families, Offers: [][]bot.Offer{
		offersOf("devoirs-pronote", "cned-plus-tard", "lumni", "tot-le-matin"), nil, offersOf("carnet"),
	}})
	teachers := board(t, cned)
	teachers.Audience = bot.Teachers
	put("teachers", bot.Playbook{Overview: teachers, Offers: [][]bot.Offer{offersOf("visio-agents", "travail-courriel")}})
	put("nothing fails", bot.Playbook{Overview: board(t, good, good), Offers: make([][]bot.Offer, 2)})
	unknown := board(t)
	unknown.Asked, unknown.Nearest = "pornote", []bot.Platform{{Name: "Pronote"}}
	put("a platform that nobody knows", bot.Playbook{Overview: unknown})
	put("offline", bot.Playbook{Overview: bot.Overview{Now: families.Now, Place: families.Place, Offline: true}})
}

func TestAWorkaroundNeedsAText(t *testing.T) {
	n := pronote(t)
	n.Offers = []bot.Offer{{Workaround: bot.Workaround{ID: "danse"}}}
	if _, err := renderer(t).Notice("fr", n); err == nil || !strings.Contains(err.Error(), "workaround.danse") {
		t.Errorf("got %v, want an error that names the missing text", err)
	}
}
