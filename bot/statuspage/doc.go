// Package statuspage is the public page: the state of every platform and the incidents, readable on a phone, in French,
// without JavaScript.
//
// A [Page] answers
//
//	GET /                     the page; it reloads itself every minute
//	GET /fixe                 the same page for people whom the reloading disturbs
//	GET /incidents/{id}       one incident
//	GET /api/v1/status.json   the same facts for programs
//	GET /api/v1/openapi.yaml  the description of that answer
//	GET /healthz              200 while the process can answer
//	GET /readyz               200 while the facts can be read, 503 otherwise
//
// It reads its facts through a [Source] at most once a second, or after [Page.Changed], and serves everybody from
// memory. While the facts cannot be read, or Panneau's own line is down, it goes on showing the last ones, says from
// when they are, and claims nothing about now.
//
// The page states what was observed and since when, never a cause.
package statuspage
