package checks

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func validateTCP(s Spec) []FieldError {
	var list []FieldError
	if _, wrong := readTarget(s, "0"); wrong != nil {
		wrong.Remedy = "écrivez par exemple tcp://ent.exemple.fr:993"
		list = append(list, *wrong)
	}
	list = append(list, validatePatterns("must_contain", s.MustContain)...)
	return append(list, validatePatterns("must_not_contain", s.MustNotContain)...)
}

// tcpCheck connects and, where texts are expected or forbidden, reads what the server says first.
type tcpCheck struct {
	target  target
	limits  Limits
	connect connector
	move    move // for its texts
}

func newTCP(spec Spec, env Env) (runner, error) {
	t, wrong := readTarget(spec, "0")
	if wrong != nil {
		return nil, *wrong
	}
	m, err := spec.first().compile(env.Patterns)
	if err != nil {
		return nil, err
	}
	return tcpCheck{t, spec.Limits, env.connector(spec), m}.run, nil
}

func (c tcpCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.limits)
	defer p.stop()
	p.ask(c.target.address())
	v, err := c.visit(ctx, p)
	if err != nil {
		v = classify(parent, ctx, p, err).verdict(p)
	}
	p.witness(&v.Evidence)
	v.Evidence.URL = c.target.String()
	return v
}

func (c tcpCheck) visit(ctx context.Context, p *progress) (bot.Verdict, error) {
	conn, err := c.connect.dial(ctx, "tcp", c.target.address())
	if err != nil {
		return bot.Verdict{}, err
	}
	defer conn.Close()
	p.reach(conn.RemoteAddr().String())
	if len(c.move.must)+len(c.move.mustNot) == 0 {
		return verdict(bot.Up, bot.ReasonNone, ""), nil
	}
	p.enter(waiting)
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	return c.greeting(conn)
}

// maxGreeting is how much of a greeting is read, in bytes: they are a line or a few. It is looked at anew with every
// packet, which a server that sends byte by byte must not be able to make costly.
const maxGreeting = 4 << 10

// greeting reads until all that must appear is there. What came before the time limit or the end of the connection is
// judged as it is; when nothing came, that is the verdict.
func (c tcpCheck) greeting(conn net.Conn) (bot.Verdict, error) {
	said := make([]byte, 0, min(c.limits.Body, maxGreeting))
	for {
		n, err := conn.Read(said[len(said):cap(said)])
		said = said[:len(said)+n]
		v := c.move.compare(newPage(said, "text/plain"))
		switch {
		case n > 0 && v.Reason != bot.ReasonBodyMissing:
			return v, nil
		case err != nil && len(said) > 0:
			return v, nil
		case errors.Is(err, io.EOF):
			return bot.Verdict{}, io.ErrUnexpectedEOF
		case err != nil:
			return bot.Verdict{}, err
		case len(said) == cap(said):
			return v, nil
		}
	}
}
