package checks

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// startPage is about as long as the start page of an ENT.
func startPage() string {
	line := `<div class="bloc"><a href="/actualite/1">L&rsquo;actualité de l’établissement</a> <script>var a = 1</script></div>` + "\n"
	return "<html><title>Mon ENT</title>" + strings.Repeat(line, 250) + "</html>"
}

// BenchmarkCheck compares one run of a check, signatures included, with net/http doing no more than fetching the same
// page on a new connection.
func BenchmarkCheck(b *testing.B) {
	url := serve(b, answer(http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, startPage()))
	b.Run("net-http", func(b *testing.B) {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for b.Loop() {
			response, err := client.Get(url)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	})
	for _, n := range []int{0, 20} {
		b.Run(fmt.Sprintf("check-%d-signatures", n), func(b *testing.B) {
			spec := Spec{ID: "essai/accueil", URL: url}
			for i := range n {
				text := fmt.Sprintf("Accès momentanément indisponible %d", i)
				spec.Signatures = append(spec.Signatures, Signature{ID: "x", Reason: bot.ReasonClosed, All: []Pattern{{Text: text}}})
			}
			checker, err := New(spec, local())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if v := checker.Check(b.Context()); v.Outcome != bot.Up {
					b.Fatalf("%+v", v)
				}
			}
		})
	}
}
