package store

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps the statements of a database prepared: SQLite takes longer to read the text of a short one than to run
// it. Nil keeps none, for a driver that does so itself. It is safe for concurrent use.
type prepared struct {
	db *sql.DB

	mu    sync.Mutex
	known map[string]*sql.Stmt
}

// mostPrepared bounds the statements that are kept: more than there are texts in this package, each of which takes some
// kilobytes a connection.
const mostPrepared = 200

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, known: make(map[string]*sql.Stmt)} }

// find returns a text's statement, or nil where it is not prepared.
func (p *prepared) find(text string) *sql.Stmt {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[text]
}

// learn prepares texts, outside of any transaction. One that cannot be prepared goes on to be read each time.
func (p *prepared) learn(ctx context.Context, texts []string) {
	if p == nil {
		return
	}
	for _, text := range texts {
		if p.find(text) != nil {
			continue
		}
		if statement, err := p.db.PrepareContext(ctx, text); err == nil {
			p.keep(text, statement)
		}
	}
}

func (p *prepared) keep(text string, statement *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[text] != nil || len(p.known) >= mostPrepared {
		statement.Close()
		return
	}
	p.known[text] = statement
}
