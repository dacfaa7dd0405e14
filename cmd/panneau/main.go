// Panneau watches the platforms that French schools depend on, and tells families and teachers in the chat that they
// already read when one cannot be reached.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
)

func main() {
	os.Exit(Main{Args: os.Args[1:], Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr}.obey())
}

// obey runs the command line as signals ask for: it ends with SIGINT and SIGTERM, and reads its configuration again with
// SIGHUP, which ends it only where it is what a closed terminal sends.
func (m Main) obey() int {
	if m.Getenv("GOGC") == "" {
		debug.SetGCPercent(bot.GCPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if !m.terminal() {
		reload := make(chan os.Signal, 1)
		signal.Notify(reload, syscall.SIGHUP)
		m.Reload = reload
	}
	return m.Run(ctx)
}

// Main is the program with what it needs of its surroundings.
type Main struct {
	Args           []string
	Getenv         func(string) string
	Stdout, Stderr io.Writer
	Reload         <-chan os.Signal // asks for the configuration to be read again; nil for never
	// Between, unless it is nil, stands between the program and its database. A test of what a crash leaves behind sees
	// every transaction there.
	Between func(bot.Store) bot.Store

	client *http.Client // to the chat platforms; nil for the adapters' own
	net    checks.Env   // what checks go through; the zero value is the machine's network
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitConfig  = 2 // the configuration or the command line is wrong
)

// errSaid ends the program with a failure whose explanation was printed already.
var errSaid = errors.New("said")

// Run runs the command line until it is done or ctx ends, and returns the exit code.
func (m Main) Run(ctx context.Context) int {
	root := m.root()
	root.SetArgs(m.Args)
	root.SetOut(m.Stdout)
	root.SetErr(m.Stderr)
	return m.complain(root.ExecuteContext(ctx))
}

// complain says what went wrong and returns the exit code.
func (m Main) complain(err error) int {
	var wrong *config.Error
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errSaid):
		return exitFailure
	case errors.As(err, &wrong):
		fmt.Fprintln(m.Stderr, wrong)
		return exitConfig
	case errors.As(err, &usage):
		fmt.Fprintln(m.Stderr, usage)
		return exitConfig
	default:
		fmt.Fprintln(m.Stderr, "panneau :", err)
		return exitFailure
	}
}
