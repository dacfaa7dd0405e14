package catalogue

import (
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// recognise returns a function that finds the signature that a page of a platform bears, empty for none.
func recognise(t *testing.T, c *Catalogue) func(id bot.PlatformID, body string) string {
	t.Helper()
	ready := make(map[bot.PlatformID]*checks.Recogniser)
	return func(id bot.PlatformID, body string) string {
		if ready[id] == nil {
			r, err := checks.NewRecogniser(c.SignaturesOf(id))
			if err != nil {
				t.Fatal(err)
			}
			ready[id] = r
		}
		s, _ := ready[id].Recognise(200, "text/html; charset=utf-8", []byte(body))
		return s.ID
	}
}

// filler is what surrounds a sentence on a page that people read.
func filler() string {
	return strings.Repeat("<p>L’actualité de l’établissement : la rentrée, la cantine, les transports et les sorties.</p>", 40)
}

func TestSignaturesRecognise(t *testing.T) {
	c := load(t)
	find, seen := recognise(t, c), make(map[string]bool)
	for _, test := range []struct {
		platform  bot.PlatformID
		signature string
		body      string
	}{
		{"monlycee", "quota-sessions", "<h1>À situation exceptionnelle, mesures exceptionnelles</h1><p>Afin que chacun puisse se connecter, nous avons limité le temps des sessions et instauré une logique de quota. Revenez et essayez à nouveau d'ici quelques minutes. Merci de votre compréhension</p>"},
		{"monlycee", "quota-situation", "<p>A&nbsp;situation exceptionnelle, mesures exceptionnelles. Le quota est atteint.</p>"},
		{"pronote", "pronote-sessions", "<div>Le site est momentanément indisponible.<br>Toutes les sessions utilisateurs sont occupées, veuillez réessayer.</div>"},
		{"pronote", "pronote-indisponible", "<div>Le site est momentan&eacute;ment indisponible.</div>"},
		{"pronote", "pronote-ferme", "<title>PRONOTE</title><p>Le site n’est pas disponible.</p>"},
		{"pronote", "pronote-adresse-suspendue", "<p>Votre adresse IP est provisoirement suspendue.</p>"},
		{"parcoursup", "file-d-attente", "<p>Vous êtes maintenant dans la file d’attente. Ne fermez pas cette page.</p>"},
		{"parcoursup", "file-d-attente-anglais", "<title>Waiting Room</title><p>You are now in line. Thank you for your patience.</p>"},
		{"toutatice", "nombre-maximal", "<p>Le nombre maximum d’utilisateurs connectés simultanément est atteint.</p>"},
		{"enthdf", "cloudflare-epreuve", `<title>Just a moment...</title><script>window._cf_chl_opt={cType:'managed'}</script><noscript>Enable JavaScript</noscript>`},
		{"enthdf", "cloudflare-blocage", "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1><p>You are unable to access exemple.fr</p><p>Cloudflare Ray ID: 8f2a</p>"},
		{"enthdf", "datadome-captcha", `<title>exemple.fr</title><p>Please enable JS and disable any ad blocker</p><script src="https://ct.captcha-delivery.com/c.js"></script>`},
		{"enthdf", "incapsula-blocage", `<iframe src="/_Incapsula_Resource?x">Request unsuccessful. Incapsula incident ID: 18-42</iframe>`},
		{"enthdf", "f5-rejet", "<title>Request Rejected</title>The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 4045"},
		{"enthdf", "maintenance-francais", "<h1>L’ENT est actuellement en maintenance</h1><p>Merci de revenir plus tard.</p>"},
		{"enthdf", "maintenance-titre", "<title>Maintenance en cours</title><p>Nous revenons très vite.</p>"},
		{"mon-ent-occitanie", "acces-indisponible", "<h1>Accès momentanément indisponible</h1>"},
		{"enthdf", "application-erreur", "<p>L'application a rencontré une erreur, si ça se reproduit veuillez contacter le support</p>"},
		{"enthdf", "service-indisponible", "<title>Erreur 503</title><h1>Service temporairement indisponible</h1>"},
	} {
		seen[test.signature] = true
		if got := find(test.platform, test.body); got != test.signature {
			t.Errorf("%s: %q is recognised, want %q", test.body, got, test.signature)
		}
		if got := find(test.platform, test.body+filler()); got != "" && test.signature != "cloudflare-blocage" {
			t.Errorf("%s: a long page that mentions it is taken for %q", test.body, got)
		}
	}
	for _, s := range c.Signatures {
		if !seen[s.ID] {
			t.Errorf("no page tests signature %s", s.ID)
		}
	}
}

func TestNormalPagesBearNoSignature(t *testing.T) {
	find := recognise(t, load(t))
	for _, body := range []string{
		"",
		"<title>Connexion</title><div id=app></div><noscript>Service indisponible sans JavaScript</noscript>",
		`<title>Mon ENT</title><script>var messages = {"503": "Service indisponible", "quota": "nous avons limité le temps des sessions, logique de quota"}</script><p>Connectez-vous</p>`,
		`<title>Pronote</title><script>if (e) { alert("Le site n'est pas disponible") }</script><p>Espace Parents</p>`,
		"<title>ENT</title><p>Une maintenance est prévue samedi de 8 h à 12 h.</p><p>Connexion</p>",
		"<title>ENT</title><p>Maintenance terminée : le site fonctionne normalement.</p>",
		"<title>ENT</title><p>Le site du service de maintenance informatique</p>",
		"<title>ENT</title><p>Inscrivez-vous en file d’attente pour la cantine.</p>",
		"<title>ENT</title><p>Quota d’impression : 20 pages. Temps des sessions : 30 minutes.</p>",
		"<title>ENT</title><p>Le nombre maximal d’élèves par classe est de 30.</p>",
		"<title>ENT</title><p>Si le service de messagerie est lent, réessayez. Aucun service n’est indisponible.</p>",
		"<title>ENT</title><p>Ce site est protégé par reCAPTCHA. Je ne suis pas un robot.</p>",
		`<title>ENT</title><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><p>Connexion</p>`,
		`<title>ENT</title><script src="/_Incapsula_Resource?SWJIYLWA=1"></script><p>Connexion</p>`,
		`<title>ENT</title><script src="https://js.datadome.co/tags.js"></script><p>Connexion</p>`,
		"<title>Un instant de lecture</title><p>La bibliothèque du collège</p>",
		"<p>Votre adresse IP est enregistrée à des fins de sécurité.</p>",
	} {
		for _, id := range []bot.PlatformID{"pronote", "enthdf", "monlycee"} {
			if got := find(id, body); got != "" {
				t.Errorf("%s: a normal page of %s is taken for %q", body, id, got)
			}
		}
	}
}

func TestScopedSignaturesStayWithTheirPlatform(t *testing.T) {
	find := recognise(t, load(t))
	if got := find("enthdf", "<p>Le site n’est pas disponible.</p>"); got != "" {
		t.Errorf("a page of another platform is taken for %q", got)
	}
}
