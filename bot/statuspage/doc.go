// Package statuspage is the public page: the state of every platform, the incidents with what was seen and what to do,
// and the last 90 days; readable on a phone, in French and nine other languages, without JavaScript.
//
// A [Page] answers
//
//	GET /                                the page
//	GET /incidents                       all incidents that are listed
//	GET /plateformes/{id}                one platform, with its history
//	GET /plateformes/{id}.svg            its badge
//	GET /incidents/{id}                  one incident, at an address for good
//	GET /incidents/{id}.json             its evidence
//	GET /incidents.atom and .rss         the incidents as feeds; also /plateformes/{id}.atom and .rss
//	GET /maintenances.ics                planned maintenance
//	GET /api/v1/status.json              the same facts for programs
//	GET /api/v1/history/{id}.json        the history of a platform
//	GET /api/v1/openapi.yaml             the description of these answers
//	GET /healthz                         200 while the process can answer
//	GET /readyz                          200 while the facts can be read, 503 otherwise
//
// « ?academie=lille&public=familles » narrows the page, the feeds of all, the maintenances and the status.
//
// It reads its facts through a [Source] at most once a second, or after [Page.Changed], and serves everybody from
// memory: see docs/adr/0018-public-page.md. While the facts cannot be read, or Panneau's own line is down, it goes on
// showing the last ones, says from when they are, and claims nothing about now.
//
// The page states what was observed and since when, never a cause.
package statuspage
