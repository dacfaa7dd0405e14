package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// The steps of a delivery at which a process can be killed.
const (
	beforeDeparture = "before the departure is committed"
	afterDeparture  = "after the departure is committed"
	received        = "received, not carried out"
	carriedOut      = "carried out, not answered"
	beforeReceipt   = "answered, receipt not committed"
	afterReceipt    = "receipt committed"
	anyTime         = "at a random instant"
)

// carriedOutCommand is the step of a command after it is carried out, and before the chat platform knows.
const carriedOutCommand = "command carried out, not answered"

// deathFile names the environment variable with the file that tells a mortal process when to die.
const deathFile = "PANNEAU_TEST_DEATH"

// death is a step of the n-th act of an account at which a process kills itself.
type death struct {
	step    string
	account bot.AccountID
	act     bot.Act
	n       int
}

func (d death) String() string {
	return strings.Join([]string{d.step, string(d.account), string(d.act), fmt.Sprint(d.n)}, "\n")
}

func parseDeath(text string) (d death) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 4 {
		return d
	}
	d.step, d.account, d.act = lines[0], bot.AccountID(lines[1]), bot.Act(lines[2])
	fmt.Sscan(lines[3], &d.n)
	return d
}

// mortal is the real program on a store that kills the whole process, with a signal that nobody can catch, in the middle
// of the transaction that its death names.
func mortal() {
	main := Main{Args: os.Args[1:], Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr}
	main.Between = func(db bot.Store) bot.Store { return &mortalStore{Store: db, file: os.Getenv(deathFile)} }
	os.Exit(main.obey())
}

type mortalStore struct {
	bot.Store
	file string

	mu    sync.Mutex
	death string
	acts  int
}

func (m *mortalStore) Update(ctx context.Context, f func(bot.Tx) error) error {
	text, err := os.ReadFile(m.file)
	if err != nil { // nothing is to happen
		return m.Store.Update(ctx, f)
	}
	death := parseDeath(string(text))
	due := false
	err = m.Store.Update(ctx, func(tx bot.Tx) error {
		due = false
		err := f(mortalTx{Tx: tx, death: death, acted: func() { due = m.count(string(text)) >= death.n || due }})
		if err == nil && due && (death.step == beforeDeparture || death.step == beforeReceipt) {
			die()
		}
		return err
	})
	if err == nil && due {
		die()
	}
	return err
}

// count counts an act since the death was announced.
func (m *mortalStore) count(death string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.death != death {
		m.death, m.acts = death, 0
	}
	m.acts++
	return m.acts
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // it cannot fail on ourselves
	select {}
}

// mortalTx notices the acts of a death.
type mortalTx struct {
	bot.Tx
	death death
	acted func()
}

func (t mortalTx) Depart(d bot.Delivery, f bot.Flight, duty bot.Duty) error {
	err := t.Tx.Depart(d, f, duty)
	if err == nil && (t.death.step == beforeDeparture || t.death.step == afterDeparture) && f.Act == t.death.act &&
		duty.Name == bot.AccountDuty(t.death.account) {
		t.acted()
	}
	return err
}

func (t mortalTx) CarryOut(account bot.AccountID, request string, now time.Time) error {
	err := t.Tx.CarryOut(account, request, now)
	if err == nil && t.death.step == carriedOutCommand && account == t.death.account {
		t.acted()
	}
	return err
}

func (t mortalTx) Settle(d bot.Delivery, flight bot.Flight, seen int64, due time.Time) error {
	err := t.Tx.Settle(d, flight, seen, due)
	if err == nil && (t.death.step == beforeReceipt || t.death.step == afterReceipt) && flight.Act == t.death.act &&
		d.Flight.Act == bot.ActNone && strings.HasPrefix(string(d.Destination), string(t.death.account)) {
		t.acted()
	}
	return err
}
