package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Explain tells a school's IT officer, in French, what a verdict means: what was asked, what came back, what it means
// for families and what Panneau tells them. It states no cause. Times stand in the location of v.At.
func Explain(v bot.Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Résultat : %s (%s)\n", outcomeWords(v.Outcome), verdictWord(v))
	for _, line := range evidenceLines(v) {
		fmt.Fprintf(&b, "  %s : %s\n", line[0], line[1])
	}
	m := meaningOf(v)
	fmt.Fprintf(&b, "\nCe qui est observé : %s\nPour les familles : %s\nCe que Panneau annonce : %s\n", m.seen, m.families, announcement(v))
	return typeset(b.String())
}

func verdictWord(v bot.Verdict) string {
	if v.Reason == bot.ReasonNone {
		return v.Outcome.String()
	}
	return fmt.Sprintf("%s, %s", v.Outcome, v.Reason)
}

func outcomeWords(o bot.Outcome) string {
	switch o {
	case bot.Up:
		return "la plateforme répond"
	case bot.Slow:
		return "la plateforme répond lentement"
	case bot.Down:
		return "la plateforme ne répond pas comme elle le devrait"
	default:
		return "rien ne peut être dit de la plateforme"
	}
}

// evidenceLines are the facts of a verdict, label and value, those that are not known left out.
func evidenceLines(v bot.Verdict) [][2]string {
	e := v.Evidence
	var lines [][2]string
	add := func(known bool, label, value string) {
		if known {
			lines = append(lines, [2]string{label, value})
		}
	}
	add(!v.At.IsZero(), "Contrôle", moment(v.At))
	add(e.URL != "", "Adresse demandée", e.URL)
	add(e.Step != "", "Étape en cause", "« "+e.Step+" »")
	add(e.Address != "", "Serveur", e.Address)
	add(e.Status != 0, "Réponse", fmt.Sprintf("statut HTTP %d", e.Status))
	add(e.Latency > 0, "Durée", seconds(e.Latency))
	add(!e.TLSExpiry.IsZero(), "Certificat", strings.TrimSpace(e.TLSHost+" fin de validité le "+day(e.TLSExpiry.In(v.At.Location()))))
	add(e.Matched != "", "Texte en cause", "« "+e.Matched+" »")
	add(e.Signature != "", "Page reconnue", e.Signature)
	add(e.RetryIn > 0, "Attente demandée", seconds(e.RetryIn))
	add(e.Detail != "", "Détail technique", e.Detail)
	return lines
}

// announcement is what Panneau makes of the verdict if the next runs confirm it.
func announcement(v bot.Verdict) string {
	switch {
	case v.Outcome == bot.Up:
		return "rien ; si un incident est ouvert, le retour à la normale, après confirmation."
	case v.Outcome == bot.Unknown && v.Reason == bot.ReasonCancelled:
		return "rien ; le prochain contrôle le dira."
	case v.Outcome == bot.Unknown:
		return "aucune panne ; si cela dure, l’état devient « non vérifiable »."
	case v.Outcome == bot.Slow:
		return "« fonctionne lentement », après confirmation par d’autres contrôles."
	}
	switch v.Reason.Condition() {
	case bot.Saturated:
		return "« saturé », après confirmation par d’autres contrôles."
	case bot.Maintenance:
		return "« maintenance prévue », ce n’est pas une panne."
	case bot.Closed:
		return "« fermé », ce n’est pas une panne."
	case bot.LoginImpossible:
		return "« connexion impossible », après confirmation par d’autres contrôles."
	}
	return "« inaccessible », après confirmation par d’autres contrôles."
}

// typeset puts the no-break spaces of French typography into plainly typed text: narrow ones before high punctuation,
// full ones before a colon and inside guillemets.
func typeset(text string) string {
	return strings.NewReplacer(
		" :", "\u00a0:", "« ", "«\u00a0", " »", "\u00a0»", " ;", "\u202f;", " ?", "\u202f?", " !", "\u202f!",
	).Replace(text)
}

// moment is « lundi 23 novembre 2026 à 8 h 05 ».
func moment(t time.Time) string {
	days := [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	return fmt.Sprintf("%s %s à %d\u00a0h\u00a0%02d", days[t.Weekday()], day(t), t.Hour(), t.Minute())
}

// day is « 23 novembre 2026 ».
func day(t time.Time) string {
	months := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
		"décembre",
	}
	number := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		number = "1er"
	}
	return fmt.Sprintf("%s\u00a0%s %d", number, months[t.Month()-1], t.Year())
}

// seconds is « 0,23 s », and whole seconds from ten on.
func seconds(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.0f\u00a0s", d.Seconds())
	}
	return strings.Replace(fmt.Sprintf("%.2f\u00a0s", d.Seconds()), ".", ",", 1)
}
