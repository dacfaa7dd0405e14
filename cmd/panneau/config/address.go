package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// baseURL checks a base address and returns it without a final slash. It must be https, because tokens travel to it
// and families follow it, except on a private network. The address itself is never repeated in a problem: Telegram's
// carries the token when it is copied from a log.
func (b *builder) baseURL(path, raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		b.add(path, "adresse incorrecte", "écrivez une adresse complète, par exemple https://panneau.exemple.fr")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		b.add(path, "adresse avec identifiants, paramètres ou ancre", "gardez seulement le nom du serveur et le chemin")
	case u.Scheme == "http" && !private(u.Hostname()):
		b.add(path, "adresse sans chiffrement hors d’un réseau privé", "employez https")
	default:
		return strings.TrimRight(raw, "/")
	}
	return ""
}

// private reports whether a host can only be on the same machine or network, by its name.
func private(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	if !strings.Contains(host, ".") {
		return true
	}
	for _, suffix := range []string{".localhost", ".local", ".lan", ".internal", ".home.arpa"} {
		if strings.HasSuffix(strings.ToLower(host), suffix) {
			return true
		}
	}
	return false
}

// endpoint checks an address of the form host:port; least is the lowest port allowed, 0 for « any free one ».
func (b *builder) endpoint(path, raw string, least int) string {
	_, port, err := net.SplitHostPort(raw)
	number, bad := strconv.Atoi(port)
	if err != nil || bad != nil || number < least || number > 65535 {
		b.add(path, "adresse et port attendus", "écrivez par exemple 127.0.0.1:8080")
	}
	return raw
}

// contact checks how the owners of the checked platforms can reach the operator.
func (b *builder) contact(path, raw string) string {
	if raw == "" {
		b.warn(path, "aucun contact n’est donné aux exploitants des plateformes vérifiées", "indiquez une adresse électronique ou une page")
		return ""
	}
	if address, err := mail.ParseAddress(raw); err == nil && address.Address == raw {
		return raw
	}
	if u, err := url.Parse(raw); err == nil && u.Scheme == "https" && u.Hostname() != "" {
		return raw
	}
	b.add(path, "contact incorrect", "écrivez une adresse électronique ou l’adresse https d’une page")
	return ""
}
