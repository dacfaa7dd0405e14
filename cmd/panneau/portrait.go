package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// portrait says in French all that the catalogue knows of a platform.
func portrait(known *catalogue.Catalogue, e catalogue.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", e.Name, e.ID)
	for _, fact := range factsOf(e) {
		if fact[1] != "" {
			fmt.Fprintf(&b, "  %s : %s\n", fact[0], fact[1])
		}
	}
	section(&b, "Contrôles", controls(e))
	section(&b, "Pages reconnues", pages(known, e))
	section(&b, "On s’y connecte par", upstream(known, e))
	section(&b, "Sans elle, on ne se connecte pas à", downstream(known, e))
	section(&b, "En commun avec d’autres", shared(known, e))
	section(&b, "Sources", origins(e))
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	for _, line := range lines {
		fmt.Fprintf(b, "  %s\n", line)
	}
}

func factsOf(e catalogue.Entry) [][2]string {
	demand := ""
	if e.OnDemand {
		demand = "ouverte à certaines périodes seulement ; fermée, elle n’est pas en panne"
	}
	return [][2]string{
		{"Éditeur", e.Publisher},
		{"Zone", e.Where()},
		{"Public", e.Public},
		{"Avis pour", audiences(e.Readers)},
		{"Connexion", e.Login},
		{"Autres noms", strings.Join(e.Aliases, ", ")},
		{"Adresse donnée dans les avis", cmp.Or(e.URL, "aucune")},
		{"Vérifiée", e.Watched().Words()},
		{"À la demande", demand},
		{"Confiance", fmt.Sprintf("%s (%s)", e.Confidence, e.Confidence.Words())},
		{"Doute", e.Suspect},
		{"Comparée à ses sources le", e.CheckedOn},
	}
}

// audiences names readers in French.
func audiences(list []bot.Audience) string {
	words := map[bot.Audience]string{bot.Families: "familles et élèves", bot.Teachers: "enseignants", bot.Staff: "personnels"}
	var names []string
	for _, a := range list {
		names = append(names, words[a])
	}
	return cmp.Or(strings.Join(names, ", "), "tous")
}

func controls(e catalogue.Entry) []string {
	var lines []string
	for _, c := range e.Checks {
		line := fmt.Sprintf("%s  %s  %s", c.ID, c.URL, c.Schedule)
		if c.Function == checks.FunctionLogin {
			line += "  (page de connexion)"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return []string{"aucun : sa page publique n’est pas connue"}
	}
	return lines
}

// pages lists the unusual pages that are this platform's own, and counts those of everybody.
func pages(known *catalogue.Catalogue, e catalogue.Entry) []string {
	var lines []string
	common := 0
	for _, s := range known.Signatures {
		switch {
		case len(s.Platforms) == 0:
			common++
		case slices.Contains(s.Platforms, e.ID):
			lines = append(lines, fmt.Sprintf("%s (%s) : %s", s.ID, s.Reason, s.Source))
		}
	}
	return append(lines, fmt.Sprintf("et %d pages communes à toutes les plateformes", common))
}

func upstream(known *catalogue.Catalogue, e catalogue.Entry) []string {
	var lines []string
	for _, root := range known.Upstream(e.ID, "") {
		var whom []bot.Audience
		for _, a := range bot.Audiences() {
			if slices.ContainsFunc(known.Upstream(e.ID, a), func(u catalogue.Entry) bool { return u.ID == root.ID }) {
				whom = append(whom, a)
			}
		}
		if len(whom) == len(bot.Audiences()) {
			whom = nil
		}
		lines = append(lines, fmt.Sprintf("%s  %s (%s)", root.ID, root.Name, audiences(whom)))
	}
	return lines
}

func downstream(known *catalogue.Catalogue, e catalogue.Entry) []string {
	var lines []string
	for _, below := range known.Downstream(e.ID, "") {
		lines = append(lines, fmt.Sprintf("%s  %s", below.ID, below.Name))
	}
	return lines
}

// shared lists the nodes with the other platforms that stand on them.
func shared(known *catalogue.Catalogue, e catalogue.Entry) []string {
	var lines []string
	for _, n := range known.NodesOf(e) {
		lines = append(lines, fmt.Sprintf("%s : %s", n.Name, n.Kind.Words()))
		if n.Note != "" {
			lines = append(lines, "  "+n.Note)
		}
		var others []string
		for _, other := range known.Members(n.ID) {
			if other.ID != e.ID {
				others = append(others, string(other.ID))
			}
		}
		if len(others) > 0 {
			lines = append(lines, "  "+strings.Join(others, ", "))
		}
	}
	return lines
}

// origins spells the sources out.
func origins(e catalogue.Entry) []string {
	spelled := catalogue.Sources()
	var lines []string
	for _, mark := range e.Sources {
		lines = append(lines, fmt.Sprintf("%s : %s", mark, spelled[mark]))
	}
	return lines
}
