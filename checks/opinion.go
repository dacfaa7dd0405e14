package checks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// said is what one name server says of a name.
type said string

const (
	found   said = "answer"
	other   said = "another answer than expected"
	absent  said = "NXDOMAIN, no such name"
	empty   said = "no such record"
	failed  said = "SERVFAIL"
	late    said = "no answer about this name within the limit"
	nothing said = "" // it says nothing of the name
)

// opinion is what one name server says.
type opinion struct {
	server string
	says   said
	detail string // the answers, or why it says nothing
}

// String is the opinion as evidence.
func (o opinion) String() string {
	switch {
	case o.says == nothing || o.says == found:
		return o.server + " " + o.detail
	case o.detail == "":
		return o.server + " " + string(o.says)
	}
	return fmt.Sprintf("%s %s (%s)", o.server, o.says, o.detail)
}

// asker asks name servers one question.
type asker struct {
	name     string // with a full stop at the end
	record   uint16
	limits   Limits
	expected []string
	dialer   *net.Dialer
	policy   Addresses // for the addresses that are answered
}

// questions is how often a question is asked again when no answer comes: one or two lost packets say nothing.
const questions = 3

// ask asks one server. When it does not answer it is asked for the root's servers, which every resolver knows by heart:
// one that answers that is well, and the trouble is with the name; one that does not says nothing of the name.
func (a asker) ask(ctx context.Context, server string) opinion {
	answer, err := a.patiently(ctx, server)
	if err == nil {
		return a.read(server, answer)
	}
	var network net.Error
	if !errors.As(err, &network) || !network.Timeout() || ctx.Err() != nil {
		return opinion{server, nothing, "cannot be asked: " + whyNot(err)}
	}
	if _, err := a.exchange(ctx, server, ".", dns.TypeNS); err != nil {
		return opinion{server, nothing, "does not answer any question"}
	}
	return opinion{server, late, ""}
}

func (a asker) patiently(ctx context.Context, server string) (answer *dns.Msg, err error) {
	for range questions {
		answer, err = a.exchange(ctx, server, a.name, a.record)
		var network net.Error
		if err == nil || ctx.Err() != nil || !errors.As(err, &network) || !network.Timeout() {
			break
		}
	}
	return answer, err
}

// errStrangeAnswer is an answer to a question that was not asked.
var errStrangeAnswer = errors.New("the answer is to another question")

// udpSize is the size of an answer that passes every network unbroken (https://www.dnsflagday.net/2020/).
const udpSize = 1232

// exchange asks once by UDP and, where the answer does not fit in there, by TCP.
func (a asker) exchange(ctx context.Context, server, name string, record uint16) (*dns.Msg, error) {
	limit := a.limits.Connect / questions
	question := new(dns.Msg).SetQuestion(name, record).SetEdns0(udpSize, false)
	for _, network := range []string{"udp", "tcp"} {
		client := dns.Client{Net: network, Timeout: limit, Dialer: a.dialer, UDPSize: udpSize}
		answer, err := exchangeBy(ctx, client, question, server)
		switch {
		case err != nil:
			return nil, err
		case answer.Truncated && network == "udp":
			continue
		case !isAnswer(answer, name, record):
			return nil, errStrangeAnswer
		}
		return answer, nil
	}
	return nil, errStrangeAnswer
}

// exchangeBy sends a question and waits for the answer no longer than the client's time limit, nor than ctx: the
// library's own way heeds a deadline, not a cancellation.
func exchangeBy(ctx context.Context, client dns.Client, question *dns.Msg, server string) (*dns.Msg, error) {
	dialling, cancel := context.WithTimeout(ctx, client.Timeout)
	defer cancel()
	conn, err := client.DialContext(dialling, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	answer, _, err := client.ExchangeWithConnContext(ctx, question, conn)
	return answer, err
}

// isAnswer reports whether a message answers the question. Servers that refuse need not repeat it.
func isAnswer(m *dns.Msg, name string, record uint16) bool {
	if m.Rcode != dns.RcodeSuccess && len(m.Question) == 0 {
		return true
	}
	return len(m.Question) == 1 && strings.EqualFold(m.Question[0].Name, name) && m.Question[0].Qtype == record
}

// read makes an opinion of an answer.
func (a asker) read(server string, m *dns.Msg) opinion {
	switch m.Rcode {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		return opinion{server, absent, ""}
	case dns.RcodeServerFailure:
		return opinion{server, failed, ""}
	default:
		return opinion{server, nothing, "refuses to answer: " + dns.RcodeToString[m.Rcode]}
	}
	var list []string
	for _, record := range m.Answer {
		if record.Header().Rrtype == a.record {
			list = append(list, canonical(data(record)))
		}
	}
	slices.Sort(list)
	expected := slices.ContainsFunc(list, func(text string) bool { return slices.Contains(a.expected, text) })
	switch {
	case len(list) == 0:
		return opinion{server, empty, ""}
	case !expected && a.inside(list):
		// As a name that leads a web check inside: a captive portal, a filter, a name server of our own.
		return opinion{server, nothing, list[0] + " is not public and not allowed"}
	case len(a.expected) > 0 && !expected:
		return opinion{server, other, shortened(list)}
	}
	return opinion{server, found, shortened(list)}
}

// inside reports whether all answers are addresses that no check may connect to.
func (a asker) inside(list []string) bool {
	for _, text := range list {
		address, err := netip.ParseAddr(text)
		if err != nil || a.policy.Admit(address) == nil {
			return false
		}
	}
	return true
}

// data is a record without its header, as « dig +short » prints it, but the parts of a text joined and without quotes.
func data(record dns.RR) string {
	if text, ok := record.(*dns.TXT); ok {
		return strings.Join(text.Txt, "")
	}
	return strings.TrimPrefix(record.String(), record.Header().String())
}

// canonical is the form in which answers are compared: lower case, single spaces, no full stop at the end, addresses in
// their shortest form.
func canonical(answer string) string {
	text := strings.TrimSuffix(strings.ToLower(strings.Join(strings.Fields(answer), " ")), ".")
	if address, err := netip.ParseAddr(text); err == nil {
		return address.String()
	}
	return text
}

// shortened lists the first answers.
func shortened(list []string) string {
	const few = 4
	if len(list) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), len(list)-few)
	}
	return strings.Join(list, ", ")
}

// whyNot is why a server could not be asked, in words of our own.
func whyNot(err error) string {
	var refused *AddressError
	f := connectionFailure(err, connecting)
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, errStrangeAnswer):
		return err.Error()
	case f.reason != "":
		return f.detail
	}
	return "no readable answer"
}
