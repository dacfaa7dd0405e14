package statuspage

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// document is an answer ready to leave, plain and compressed.
type document struct {
	header http.Header
	etag   string
	plain  []byte
	gzip   []byte // nil where it would not be shorter
}

// document prepares an answer.
func (p *Page) document(contentType, cache string, body []byte) *document {
	sum := sha256.Sum256(body)
	// The tag is weak because the plain and the compressed body share it (RFC 9110, section 8.8.3.3).
	d := &document{etag: `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, plain: body}
	if len(body) > smallest {
		d.gzip = compressed(body)
	}
	d.header = maps.Clone(p.header)
	d.header["Content-Type"] = []string{contentType}
	d.header["Cache-Control"] = []string{cache}
	d.header["Etag"] = []string{d.etag}
	d.header["Vary"] = []string{"Accept-Encoding"}
	return d
}

// smallest is the size in bytes under which compressing saves no packet.
const smallest = 1000

// compressed returns nil where compressing does not make the body shorter.
func compressed(body []byte) []byte {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	_, err := w.Write(body)
	if closeErr := w.Close(); err != nil || closeErr != nil || buffer.Len() >= len(body) {
		return nil
	}
	return buffer.Bytes()
}

// serve answers with the document, or with 304 where the reader has it already.
func (d *document) serve(w http.ResponseWriter, r *http.Request, status int) {
	header := w.Header()
	maps.Copy(header, d.header)
	if status == http.StatusOK && tagged(r.Header["If-None-Match"], d.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := d.plain
	if d.gzip != nil && acceptsGzip(r.Header["Accept-Encoding"]) {
		header["Content-Encoding"] = []string{"gzip"}
		body = d.gzip
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // a template has escaped it; and a reader who left needs no answer
	}
}

// tagged reports whether the reader's tags contain the document's, compared weakly (RFC 9110, section 13.1.2).
func tagged(values []string, etag string) bool {
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
				return true
			}
		}
	}
	return false
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): gzip must be named, or covered by *, and not with a
// weight of nought.
func acceptsGzip(values []string) bool {
	named, others := false, false
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			coding, weight, _ := strings.Cut(item, ";")
			coding = strings.ToLower(strings.TrimSpace(coding))
			switch coding {
			case "gzip", "x-gzip":
				if !wanted(weight) {
					return false
				}
				named = true
			case "*":
				others = wanted(weight)
			}
		}
	}
	return named || others
}

// wanted reports whether a weight (« q=0.5 », or nothing for 1) is above nought.
func wanted(weight string) bool {
	_, value, found := strings.Cut(weight, "=")
	if !found {
		return true
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q > 0
}

// open prepares an answer that programs of any site may read.
func (p *Page) open(contentType, cache string, body []byte) *document {
	d := p.document(contentType, cache, body)
	d.header["Access-Control-Allow-Origin"] = []string{"*"} // public facts, for any site
	d.header["Access-Control-Expose-Headers"] = []string{"ETag"}
	d.header["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
	return d
}

// securityHeader is sent with every answer. The page loads nothing but its icon and badges, asks nobody but itself, and
// stands in no frame; its only style sheet and its only script are named by their hashes.
func securityHeader(style, script string) http.Header {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	policy := "default-src 'none'; img-src 'self'; connect-src 'self'; style-src " + hash(style) + "; script-src " +
		hash(script) + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return http.Header{
		"Content-Security-Policy":    {policy},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Referrer-Policy":            {"no-referrer"},
		"X-Content-Type-Options":     {"nosniff"},
		"X-Frame-Options":            {"DENY"},
	}
}
