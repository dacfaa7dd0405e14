package checks

import "github.com/panneau-ecole/panneau/bot"

// meaning is what a reason says, in French: what is observed, for the school's IT officer, and what it means for
// families. Neither states a cause.
type meaning struct {
	seen, families string
}

// The sentences that several reasons share.
const (
	noPage    = "la page ne s’affiche pas."
	noLogin   = "il n’est pas possible de se connecter."
	notKnown  = "nous ne savons pas si la plateforme fonctionne ; elle peut très bien fonctionner."
	tlsAlarm  = "le navigateur affiche un avertissement de sécurité ; il ne faut pas passer outre."
	errorPage = "la page affiche une erreur."
)

// meaningOf finds the meaning of a verdict.
func meaningOf(v bot.Verdict) meaning {
	if m, known := meanings()[v.Reason]; known {
		return m
	}
	return meaning{"le contrôle donne un résultat que cette version ne sait pas expliquer.", notKnown}
}

func meanings() map[bot.Reason]meaning {
	return map[bot.Reason]meaning{
		bot.ReasonNone: {"la réponse attendue arrive dans le délai prévu.", "la plateforme fonctionne normalement."},
		bot.ReasonDNS: {
			"le nom du site ne se résout pas (voir le détail). Si d’autres sites se résolvent depuis ce réseau, cela concerne ce nom ; sinon, vérifiez le résolveur de cette machine.",
			"le site est introuvable.",
		},
		bot.ReasonDNSAnswer: {
			"le nom du site mène à une autre réponse que celles attendues (voir le détail).",
			"le site est introuvable, ou un autre s’affiche à sa place.",
		},
		bot.ReasonRefused:        {"le serveur refuse la connexion : rien n’écoute à cette adresse et à ce port.", noPage},
		bot.ReasonReset:          {"la connexion est coupée avant la fin de la réponse.", "la page ne s’affiche pas, ou s’affiche en partie."},
		bot.ReasonUnreachable:    {"aucune route ne mène au serveur.", noPage},
		bot.ReasonTimeoutConnect: {"la connexion (TCP et TLS) ne s’établit pas dans le délai.", "la page charge sans fin."},
		bot.ReasonTimeoutHeaders: {"le serveur accepte la connexion, mais ne répond pas dans le délai.", "la page charge sans fin."},
		bot.ReasonTimeoutBody:    {"la réponse commence et ne se termine pas dans le délai.", "la page s’affiche en partie, ou charge sans fin."},
		bot.ReasonNoEcho:         {"le serveur ne répond pas aux messages ICMP (ping). Certains serveurs n’y répondent jamais.", noPage},
		bot.ReasonTLSExpired:     {"le certificat du site n’est pas valable à la date du contrôle. Vérifiez aussi l’horloge de cette machine.", tlsAlarm},
		bot.ReasonTLSHost:        {"le certificat présenté est celui d’un autre nom.", tlsAlarm},
		bot.ReasonTLS: {
			"la connexion sécurisée ne s’établit pas : autorité inconnue, certificat intermédiaire non envoyé ou protocole incompatible (voir le détail).",
			"le navigateur peut afficher un avertissement de sécurité ; il ne faut pas passer outre.",
		},
		bot.ReasonServerError:   {"le serveur répond par une erreur.", errorPage},
		bot.ReasonHTTPStatus:    {"le serveur répond par un statut qui n’est pas celui attendu.", errorPage},
		bot.ReasonRedirect:      {"les redirections n’aboutissent pas à une page.", "le navigateur signale trop de redirections, ou la page ne s’affiche pas."},
		bot.ReasonBodyMissing:   {"la réponse arrive, mais un texte attendu n’y figure pas.", "la page qui s’affiche n’est pas celle attendue."},
		bot.ReasonBodyForbidden: {"la réponse arrive, mais un texte qui ne doit pas s’y trouver y figure.", "la page qui s’affiche n’est pas celle attendue."},
		bot.ReasonBodyTooLarge:  {"la réponse dépasse la taille que le contrôle accepte de lire ; elle n’est pas jugée.", notKnown},
		bot.ReasonQuotaPage:     {"le serveur répond par une page qui limite le nombre de personnes et demande de revenir plus tard.", "la connexion est refusée pour le moment ; recharger sans cesse n’aide pas."},
		bot.ReasonMaintenance:   {"le serveur répond par une page qui annonce une maintenance.", "la plateforme n’est pas utilisable pendant la maintenance."},
		bot.ReasonClosed:        {"le serveur répond par une page qui dit que le service est fermé.", "la plateforme est fermée."},
		bot.ReasonLoginPath:     {"une étape du chemin de connexion ne répond pas comme elle le devrait (voir le détail).", noLogin},
		bot.ReasonSlow:          {"la réponse attendue arrive, mais tard.", "la plateforme fonctionne, avec de l’attente."},
		bot.ReasonVerySlow:      {"la réponse attendue arrive, mais beaucoup plus tard que d’habitude.", "la plateforme répond à peine."},
		bot.ReasonBlockedUs:     {"le serveur écarte ce contrôle (statut 403 ou 429, test contre les robots, adresse suspendue). Cela concerne notre adresse, pas celle des familles.", notKnown},
		bot.ReasonOwnNetwork:    {"la difficulté est de notre côté : ligne, résolveur, pare-feu ou adresse non publique (voir le détail).", notKnown},
		bot.ReasonDNSDiffers:    {"les serveurs de noms interrogés ne sont pas d’accord : les uns trouvent le nom, les autres non (voir le détail).", "le site s’ouvre sur certains réseaux, et pas sur d’autres."},
		bot.ReasonNoFamily:      {"le site n’a pas d’adresse de la famille demandée (IPv4 ou IPv6) ; le contrôle ne s’applique pas.", notKnown},
		bot.ReasonNotPermitted: {
			"le système de cette machine ne permet pas ce contrôle (voir le détail). Pour ICMP sous Linux, autorisez le groupe du programme (sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"), ou donnez au programme la capacité CAP_NET_RAW (AmbientCapabilities= dans l’unité systemd, --cap-add NET_RAW avec Docker).",
			notKnown,
		},
		bot.ReasonCancelled: {"le contrôle est arrêté avant de pouvoir conclure.", notKnown},
	}
}
