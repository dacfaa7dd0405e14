package checks

import (
	"context"
	"crypto/tls"

	"github.com/panneau-ecole/panneau/bot"
)

func validateTLS(s Spec) []FieldError {
	if _, wrong := readTarget(s, "443"); wrong != nil {
		return []FieldError{*wrong}
	}
	return nil
}

// tlsCheck makes a secure connection, as a browser would, and asks for nothing: the certificate must be valid, for this
// name, and lead to an authority that is trusted.
type tlsCheck struct {
	target  target
	limits  Limits
	connect connector
	config  *tls.Config
}

func newTLS(spec Spec, env Env) (runner, error) {
	t, wrong := readTarget(spec, "443")
	if wrong != nil {
		return nil, *wrong
	}
	c := tlsCheck{target: t, limits: spec.Limits, connect: env.connector(spec), config: tlsConfig(env.Roots, t.host)}
	return c.run, nil
}

func (c tlsCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.limits)
	defer p.stop()
	p.ask(c.target.address())
	v := verdict(bot.Up, bot.ReasonNone, "")
	if err := c.shakeHands(ctx, p); err != nil {
		v = classify(parent, ctx, p, err).verdict(p)
	}
	p.witness(&v.Evidence)
	v.Evidence.URL = c.target.String()
	return v
}

func (c tlsCheck) shakeHands(ctx context.Context, p *progress) error {
	conn, err := c.connect.dial(ctx, "tcp", c.target.address())
	if err != nil {
		return err
	}
	defer conn.Close()
	p.reach(conn.RemoteAddr().String())
	secure := tls.Client(conn, c.config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	p.secure(secure.ConnectionState())
	return nil
}
