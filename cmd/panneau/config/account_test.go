package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// refusal returns the only problem of a configuration, without its place.
func refusal(t *testing.T, text string) string {
	t.Helper()
	_, err := load(t, text)
	if err == nil {
		t.Errorf("accepted:\n%s", text)
		return ""
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 1 {
		t.Errorf("got %d problems, want 1:\n%v", lines, err)
	}
	return strings.TrimPrefix(err.Error(), "/etc/panneau/panneau.yaml:")
}

func TestLoadAccounts(t *testing.T) {
	c, err := load(t, `
accounts:
  profs: {platform: discord, token: {file: discord}}
  equipe: {platform: slack, token: {file: /run/secrets/slack}, app_token: {env: SLACK_APP_TOKEN}, command: ent, admins: [U0DIRECTION]}
  parents: {platform: telegram, token: {env: TELEGRAM_TOKEN}, api_url: "http://127.0.0.1:8081/"}
  ecran: {platform: console}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Account{
		{ID: "ecran", Platform: bot.Console},
		{ID: "equipe", Platform: bot.Slack, Token: NewSecret("xoxb-1-a"), AppToken: NewSecret("xapp-1-" + forTests), Command: "/ent", Admins: []string{"U0DIRECTION"}},
		{ID: "parents", Platform: bot.Telegram, Token: NewSecret(forTests), APIURL: "http://127.0.0.1:8081"},
		{ID: "profs", Platform: bot.Discord, Token: NewSecret("MTIz.abc.def-_")},
	}
	if diff := cmp.Diff(want, c.Accounts); diff != "" {
		t.Error(diff)
	}
}

// TestLoadNeverShowsASecret puts a token wherever one could stray.
func TestLoadNeverShowsASecret(t *testing.T) {
	for _, text := range []string{
		`accounts: {a: {platform: telegram, token: TOKEN}}`,
		`accounts: {a: {platform: telegram, token: [TOKEN]}}`,
		`accounts: {a: {platform: telegram, token: {TOKEN: }}}`,
		`accounts: {a: {platform: telegram, token: {"TOKEN": x, "TOKEN": x}}}`,
		`accounts: {a: {platform: telegram, token: {value: TOKEN}}}`,
		`accounts: {a: {platform: telegram, token: {env: TOKEN}}}`,
		`accounts: {a: {platform: telegram, token: {file: TOKEN}}}`,
		`accounts: {a: {platform: telegram, token: {file: [TOKEN]}}}`,
		`accounts: {a: {platform: telegram, tokken: TOKEN}}`,
		`accounts: {a: {platform: TOKEN, token: {env: TELEGRAM_TOKEN}}}`,
		`accounts: {a: {platform: slack, token: {env: TELEGRAM_TOKEN}}}`,
		`accounts: {a: {platform: slack, token: {env: SLACK_APP_TOKEN}}}`,
		`accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}, api_url: "https://api.telegram.org/botTOKEN?a"}}`,
		`accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}, api_url: "https://TOKEN@api.telegram.org"}}`,
		`accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}, api_url: "https://TOKEN\x7f"}}`,
		`accounts: {a: {platform: slack, token: {file: /run/secrets/slack}, command: "/TOKEN"}}`,
		`accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}}, b: {platform: telegram, token: {env: TELEGRAM_TOKEN}}}`,
		`accounts: {TOKEN: {platform: telegram}}`,
		`TOKEN`,
		`TOKEN: 1`,
		`["TOKEN]`,
		"a: |TOKEN\n  b",
		`a: !TOKEN b`,
		`a: *TOKEN`,
		"%YAML TOKEN\n---\na: 1",
		`database: {postgres: "postgres://u:TOKEN@h/d"}`,
		`database: {postgres: {env: TELEGRAM_TOKEN}}`,
		`database: {sqlite: a, postgres: {env: DATABASE_URL}}`,
		`watch: {contact: TOKEN}`,
		`watch: {vantage: TOKEN}`,
		`watch: {timezone: TOKEN}`,
		`watch: {schedule: TOKEN}`,
		`log: {level: TOKEN}`,
		`destinations: [{account: TOKEN, zone: a}]`,
		"accounts: {a: {platform: console}}\ndestinations: [{account: a, channel: 'TOKEN', zone: TOKEN, audience: TOKEN, languages: [TOKEN], follows: TOKEN}]",
		"accounts: {a: {platform: console}}\ndestinations: [{account: a, zone: a, follows: [TOKEN]}]",
		"platforms: {TOKEN: {enabled: false}}",
	} {
		for _, token := range []string{forTests, "xoxb-110000000000-110000000000-AAFxxxxxxxxxxxxxxxxxxxxx", "MTIzNDU2Nzg5MDEyMzQ1Njc4.GAAFaa.0123456789012345678901234567"} {
			_, err := load(t, strings.ReplaceAll(text, "TOKEN", token))
			if err == nil {
				t.Errorf("accepted: %s", text)
			} else if strings.Contains(err.Error(), "AAF") {
				t.Errorf("%s:\n%v shows the token", text, err)
			}
		}
	}
}

func TestLoadOperators(t *testing.T) {
	c, err := load(t, `
accounts:
  profs: {platform: discord, token: {file: discord}, operators: {claire: 80351110224678912}}
  equipe: {platform: slack, token: {file: /run/secrets/slack}, operators: {claire: U0CLAIRE, karim: W012}}
  parents: {platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {claire: 5000002, karim: "5000003"}}
`)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[bot.AccountID]bot.Operators)
	for _, a := range c.Accounts {
		got[a.ID] = a.Operators
	}
	want := map[bot.AccountID]bot.Operators{
		"profs":   {"80351110224678912": "claire"},
		"equipe":  {"U0CLAIRE": "claire", "W012": "karim"},
		"parents": {"5000002": "claire", "5000003": "karim"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLoadRefusesWhoIsNobody: an identifier that many people write under would make all of them operators.
func TestLoadRefusesWhoIsNobody(t *testing.T) {
	for entry, want := range map[string]string{
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {groupe: 1087968824}}`:    "accounts.a.operators.groupe : ce n’est pas l’identifiant d’une personne",
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {claire: "@claire"}}`:     "un nom en @ ne convient pas",
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {claire: -1001}}`:         "ce n’est pas l’identifiant d’une personne",
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {claire: 7, karim: "7"}}`: "est déjà celui de claire",
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: {Claire: 7}}`:             "nom incorrect",
		`{platform: slack, token: {file: /run/secrets/slack}, operators: {claire: C0PARENTS}}`:   "commence par U ou W",
		`{platform: discord, token: {file: discord}, operators: {claire: claire}}`:               "mode développeur",
		`{platform: console, operators: {claire: 7}}`:                                            "cette clé n’a pas de sens pour console",
		`{platform: telegram, token: {env: TELEGRAM_TOKEN}, operators: [7]}`:                     "un bloc de clés est attendu ici",
	} {
		_, err := load(t, "accounts: {a: "+entry+"}\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot %v\nwant %s", entry, err, want)
		}
	}
}

func TestLoadOffice(t *testing.T) {
	c, err := load(t, `
accounts:
  parents: {platform: telegram, token: {env: TELEGRAM_TOKEN}, operator_channel: -100777}
  profs: {platform: discord, token: {file: discord}}
destinations:
  - {account: parents, channel: -100777, audience: staff, zone: Lille, follows: all}
  - {account: profs, channel: "1", audience: families, zone: Lille, follows: all}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Office{ID: "parents/-100777", Address: bot.Address{Channel: "-100777"}}
	if got := c.Accounts[0].Office; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := c.Accounts[1].Office; got != (Office{}) {
		t.Errorf("got %+v for an account without", got)
	}
	for text, want := range map[string]string{
		`accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}, operator_channel: "@bureau"}}`: "operator_channel : cet identifiant ne convient pas",
		`accounts: {a: {platform: console, operator_channel: x}}`:                                        "cette clé n’a pas de sens pour console",
		"accounts: {a: {platform: telegram, token: {env: TELEGRAM_TOKEN}, operator_channel: -1}}\n" +
			"destinations: [{account: a, channel: -1, zone: Lille, follows: all}]": "ce salon est destinations[1]",
	} {
		if got := refusal(t, text); !strings.Contains(got, want) {
			t.Errorf("%s\n%s, want %q", text, got, want)
		}
	}
}
