package telegram_test

import (
	"fmt"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// bulletin is the living message of an outage.
func bulletin() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm,
		Title:   "Pronote : inaccessible",
		Summary: "Pronote est inaccessible depuis 8 h 05.",
		Facts:   []bot.Fact{{Label: "Depuis", Value: "8 h 05"}, {Label: "Vérifié", Value: "8 h 12, depuis 2 endroits"}},
		Sections: []bot.Section{{
			Heading: "Que faire",
			Text:    []string{"Les devoirs restent consultables dans l’agenda papier."},
			Items:   []string{"Réessayez dans une heure.", "En cas d’urgence, appelez l’établissement."},
		}},
		Links:  []bot.Link{{Text: "Suivre l’incident", URL: "https://panneau.example/incidents/1?lang=fr&v=2"}},
		Footer: "Panneau est un service d’information indépendant.",
	}
}

func resolved() bot.Message {
	m := bulletin()
	m.Tone, m.Title = bot.ToneCalm, "Pronote : fonctionne normalement"
	m.Summary = "Pronote fonctionne de nouveau depuis 9 h 40."
	m.Facts, m.Sections = []bot.Fact{{Label: "Durée", Value: "1 h 35"}}, nil
	return m
}

func back() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneCalm, Title: "Pronote est de nouveau accessible",
		Summary: "Pronote fonctionne normalement depuis 9 h 40.",
	}
}

func overview() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneWarn, Title: "État des services",
		Summary: "À 8 h 12, 1 service sur 3 ne fonctionne pas normalement.",
		Sections: []bot.Section{
			{Heading: "Ne fonctionnent pas normalement", Items: []string{"Pronote : inaccessible depuis 8 h 05"}},
			{Heading: "Fonctionnent normalement", Items: []string{"ÉduConnect", "Ma classe à la maison"}},
		},
		Links:  []bot.Link{{Text: "Page publique", URL: "https://panneau.example/"}},
		Footer: "Vérifié toutes les minutes.",
	}
}

// nasty holds everything that markup is made of.
func nasty() bot.Message {
	const name = `<b>&_*@everyone*_ @Direction &amp; </b> <a href="https://exemple.fr">x</a> "cité" /status https://exemple.fr`
	return bot.Message{
		Lang: "fr", Title: name, Summary: "> " + name,
		Facts:    []bot.Fact{{Label: name, Value: name}},
		Sections: []bot.Section{{Heading: name, Text: []string{name + "\n• " + name}, Items: []string{name}}},
		Links: []bot.Link{
			{Text: name, URL: `https://exemple.fr/?a="<b>'&c=d`}, {Text: name, URL: "javascript:alert(1)"},
			{Text: "", URL: "https://exemple.fr/sans-texte"},
		},
		Footer: name,
	}
}

func rightToLeft() bot.Message {
	return bot.Message{
		Lang: "ar", Tone: bot.ToneAlarm, Title: "\u2068Pronote\u2069: متعذر الوصول",
		Summary:  "يتعذر الوصول إلى \u2068Pronote\u2069 منذ الساعة \u20688 h 05\u2069.",
		Facts:    []bot.Fact{{Label: "منذ", Value: "\u20688 h 05\u2069"}},
		Sections: []bot.Section{{Heading: "ما العمل", Items: []string{"أعيدوا المحاولة بعد ساعة."}}},
		Links:    []bot.Link{{Text: "متابعة", URL: "https://panneau.example/incidents/1"}},
		Footer:   "خدمة معلومات مستقلة.",
		Also:     []bot.Message{bulletin()},
	}
}

// long does not fit into one message.
func long() bot.Message {
	m := bulletin()
	for i := range 30 {
		m.Sections = append(m.Sections, bot.Section{
			Heading: fmt.Sprintf("Service %d", i+1), Text: []string{strings.Repeat("Rien à signaler & tout va bien. ", 12)},
		})
	}
	return m
}
