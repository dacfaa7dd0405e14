package bot_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serveEnv makes the test binary a process that serves the targets of a benchmark, so that their work is not counted.
const serveEnv = "PANNEAU_BENCH_TARGETS"

func TestMain(m *testing.M) {
	if os.Getenv(serveEnv) == "" {
		m.Run()
		return
	}
	if err := serveTargets(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// served is where the targets are.
type served struct {
	HTTP, HTTPS []string // "http://127.0.0.1:port"
	Root        []byte   // the certificate of HTTPS's authority
	PID         int
}

// cpu is the processor time that the targets have used, as Linux counts it in hundredths of a second; elsewhere 0.
func (s served) cpu(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest) // the first of them is the third of proc_pid_stat(5)
	if len(fields) < 13 {
		b.Fatalf("/proc/%d/stat: %q", s.PID, stat)
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// serveTargets listens on several ports, so that no pair of addresses is used up, and serves until its input ends.
// Under /hang nothing is ever answered.
func serveTargets(in io.Reader, out io.Writer) error {
	certificate, root, err := selfSigned()
	if err != nil {
		return err
	}
	s := served{Root: root, PID: os.Getpid()}
	for range 8 {
		plain, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		secure, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := func() *http.Server { // HTTP/2 needs one of its own
			return &http.Server{
				Handler: http.HandlerFunc(startPage), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
				TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
			}
		}
		go server().Serve(plain)
		go server().ServeTLS(secure, "", "")
		s.HTTP = append(s.HTTP, "http://"+plain.Addr().String())
		s.HTTPS = append(s.HTTPS, "https://"+secure.Addr().String())
	}
	if err := json.NewEncoder(out).Encode(s); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// startPage answers with a login page.
func startPage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/hang" {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, loginPage())
}

// loginPage is built as those of portals are, 10 KiB: links to styles and scripts, an inline style and script that make
// up half of it, a form, a menu and a few sentences.
func loginPage() string {
	return "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Connexion - Mon ENT</title>" +
		strings.Repeat(`<link rel="stylesheet" href="/themes/ent/css/commun.css?v=20260901" media="all">`+"\n", 6) +
		strings.Repeat(`<script src="/themes/ent/js/commun.js?v=20260901" defer></script>`+"\n", 6) +
		"<style>" + strings.Repeat(".bloc-connexion .champ { margin: 0 0 1em; border: 1px solid #ccc; }\n", 28) + "</style>" +
		"<script>" + strings.Repeat("ent.libelles['erreur'] = 'Identifiant ou mot de passe incorrect';\n", 45) + "</script></head><body>" +
		strings.Repeat(`<li class="menu-entree"><a href="/portail/academie/etablissements/liste">Les établissements de l’académie</a></li>`+"\n", 20) +
		`<form action="/login" method="post"><label for="id">Identifiant</label><input id="id" name="id">` +
		`<label for="mdp">Mot de passe</label><input id="mdp" name="mdp" type="password"><button>Se connecter</button></form>` +
		strings.Repeat("<p>L&rsquo;espace numérique de travail est ouvert aux élèves, à leurs familles et aux personnels. "+
			"Les comptes sont distribués par l&rsquo;établissement au début de l&rsquo;année.</p>\n", 8) + "</body></html>"
}

// selfSigned makes a certificate for loopback as most sites have it: ECDSA P-256.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "essai"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, der, err
}

// startTargets starts the process that serves the targets; it ends with the benchmark.
func startTargets(b *testing.B) served {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serveEnv+"=1")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		if err := command.Wait(); err != nil {
			b.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		b.Fatal(err)
	}
	var s served
	if err := json.Unmarshal(line, &s); err != nil {
		b.Fatal(err)
	}
	return s
}
