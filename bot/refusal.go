package bot

import "time"

// Refusal is a limit that a chat platform keeps shut.
type Refusal struct {
	Bucket string // its name
	Until  time.Time
}

// doubt is a refusal that does not say whom it concerns: the chat or the whole account.
type doubt struct {
	left    time.Time // when the refused operation left
	until   time.Time // what it was told
	narrow  string    // the bucket that is taken for the guilty one
	wide    *bucket   // the one that may be
	pause   time.Time // until when nothing draws on the wide one, for the case that it is
	before  float64   // its strain before
	cleared time.Time // when the last doubt was found to be about a chat
}

// maxDoubt is how long everything waits with a refusal that may concern everything. The next operation then tells: it
// is carried out, and only the chat was meant, or it is refused too.
const maxDoubt = 3 * time.Second

// Refuse notes that the server refused the operation, and for how long. Scope is the bucket that it named. Where it
// named none, the refusal concerns a bucket that we know to be spent; else the chat's, unless the next operation
// elsewhere is refused too. It returns what is shut until when.
func (p *Pacer) Refuse(u *Use, scope string, wait time.Duration, now time.Time) Refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	u.state, u.ended = useAnswered, now
	until := now.Add(wait)
	if len(u.limits) == 0 {
		return Refusal{Until: until}
	}
	guilty, certain := p.guilty(u, scope, now)
	b := p.bucket(guilty)
	if !certain {
		p.suspect(u, until, now)
	}
	b.slow(now)
	b.blocked = later(b.blocked, until)
	return Refusal{Bucket: guilty.Name, Until: b.blocked}
}

// guilty finds the bucket that a refusal concerns. Limits stand from the widest to the narrowest.
func (p *Pacer) guilty(u *Use, scope string, now time.Time) (limit Bucket, certain bool) {
	wide, narrow := u.limits[0], u.limits[len(u.limits)-1]
	for _, limit := range u.limits {
		if limit.Name == scope {
			return limit, true
		}
	}
	if len(u.limits) == 1 {
		return wide, true
	}
	for _, limit := range u.limits[1:] {
		if p.spent(limit, now) {
			return limit, true
		}
	}
	if p.doubt.until.After(now) && p.doubt.narrow != narrow.Name {
		p.doubt = doubt{}
		return wide, true
	}
	return narrow, false
}

// spent reports whether a bucket saw more than the refused operation lately, so that it can have run empty.
func (p *Pacer) spent(limit Bucket, now time.Time) bool {
	recent := 0
	for _, u := range p.bucket(limit).uses {
		if now.Sub(p.arrived(u)) < 2*limit.Per {
			recent++
		}
	}
	return recent > max(1, limit.N/2)
}

// suspect holds everything for a moment, unless the last doubt was found to be about a chat not long ago.
func (p *Pacer) suspect(u *Use, until, now time.Time) {
	wide := p.bucket(u.limits[0])
	d := doubt{
		left: u.left, until: until, narrow: u.limits[len(u.limits)-1].Name, wide: wide, before: wide.strain,
		cleared: p.doubt.cleared,
	}
	if now.Sub(d.cleared) > relief {
		d.pause = now.Add(min(until.Sub(now), maxDoubt))
		wide.blocked = later(wide.blocked, d.pause)
		if p.spent(u.limits[0], now) {
			wide.slow(now)
		}
	}
	p.doubt = d
}

// exonerate ends a doubt when an operation elsewhere was carried out that left after the refused one, and before the
// refusal was over.
func (p *Pacer) exonerate(u *Use) {
	d := p.doubt
	if d.wide == nil || !u.left.After(d.left) || !u.left.Before(d.until) {
		return
	}
	if d.wide.blocked.Equal(d.pause) {
		d.wide.blocked = time.Time{}
	}
	d.wide.strain = d.before
	p.doubt = doubt{cleared: u.ended}
}
