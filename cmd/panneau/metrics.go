package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/statuspage"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
)

// metrics measures the program for a Prometheus server. Its names are documented in docs/fr/guide.md.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	took     *prometheus.HistogramVec
	told     *prometheus.HistogramVec
	troubles *prometheus.CounterVec

	mu        sync.Mutex
	broadcast map[bot.AccountID]broadcast
}

// broadcast is how far an account is with telling the newest decision.
type broadcast struct {
	owedAt time.Time
	last   time.Duration // from the decision to the last chat told so far
}

func newMetrics(store bot.Store, board *bot.Board, accounts []bot.AccountID) *metrics {
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		broadcast: make(map[bot.AccountID]broadcast),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "panneau_attempts_total", Help: "Attempts at a delivery by how they ended: ok, or the kind of failure.",
		}, []string{"account", "act", "outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "panneau_attempt_seconds", Help: "Time that a request to a chat platform took.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 12),
		}, []string{"account"}),
		told: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "panneau_told_seconds", Help: "Time from a decision to a chat that was told of it.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 18),
		}, []string{"account"}),
		troubles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "panneau_troubles_total", Help: "Troubles that the operator was told of.",
		}, []string{"account", "kind"}),
	}
	m.registry.MustRegister(
		m.attempts, m.took, m.told, m.troubles, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&ledgerCollector{store: store, board: board, accounts: accounts, broadcast: m.lastChat},
	)
	return m
}

// accountIDs lists the accounts by name.
func accountIDs(accounts []config.Account) []bot.AccountID {
	ids := make([]bot.AccountID, len(accounts))
	for i, account := range accounts {
		ids[i] = account.ID
	}
	return ids
}

// observe takes an attempt in.
func (m *metrics) observe(a bot.Attempt) {
	outcome, account := string(a.Outcome), string(a.Account)
	if outcome == "" {
		outcome = "ok"
	}
	m.attempts.WithLabelValues(account, string(a.Act), outcome).Inc()
	m.took.WithLabelValues(account).Observe(a.Took.Seconds())
	if a.Outcome != "" {
		return
	}
	m.told.WithLabelValues(account).Observe(a.Told().Seconds())
	m.mu.Lock()
	defer m.mu.Unlock()
	if newest := m.broadcast[a.Account]; !a.OwedAt.Before(newest.owedAt) {
		m.broadcast[a.Account] = broadcast{owedAt: a.OwedAt, last: a.Told()}
	}
}

// lastChat is how long it took from the newest decision to the last chat of an account that was told of it.
func (m *metrics) lastChat(account bot.AccountID) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.broadcast[account].last
}

// trouble counts a trouble.
func (m *metrics) trouble(t bot.Trouble) {
	m.troubles.WithLabelValues(string(t.Account), string(t.Kind)).Inc()
}

// serve answers on the listener until ctx ends: to whoever reaches it, so it belongs on an address of one's own.
func (m *metrics) serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: scrapeLimit}))
	server := statuspage.Server(listener.Addr().String(), mux)
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the metrics: %w", err)
	}
	return nil
}

// scrapeLimit bounds the reading of the database for one scrape.
const scrapeLimit = 5 * time.Second

// ledgerCollector reads at each scrape what stands in the database.
type ledgerCollector struct {
	store     bot.Store
	board     *bot.Board
	accounts  []bot.AccountID
	broadcast func(bot.AccountID) time.Duration
}

func owedDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_backlog", "Deliveries that are owed.", []string{"account"}, nil)
}

func ageDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_backlog_age_seconds", "Time since when the oldest delivery is owed; 0 where none is.",
		[]string{"account"}, nil)
}

func lastChatDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_broadcast_seconds", "Time from the newest decision to the last chat told of it so far.",
		[]string{"account"}, nil)
}

func checkedDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_platform_checked_seconds", "Time since the newest verdict about a platform.",
		[]string{"platform"}, nil)
}

func conditionDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_platform_condition", "The condition of a platform as it is told: 1 for the one that holds.",
		[]string{"platform", "condition"}, nil)
}

func signalsDesc() *prometheus.Desc {
	return prometheus.NewDesc("panneau_signals",
		"Readers who said by a button whether a platform works for them, while its incident goes on.", []string{"platform", "says"}, nil)
}

// Describe implements prometheus.Collector.
func (c *ledgerCollector) Describe(all chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{owedDesc(), ageDesc(), lastChatDesc(), checkedDesc(), conditionDesc(), signalsDesc()} {
		all <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *ledgerCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	now := time.Now()
	var standings []bot.Standing
	var echoes []bot.Echo
	owed := make(map[bot.AccountID]bot.Backlog)
	err := c.store.View(ctx, func(tx bot.Tx) (err error) {
		for _, account := range c.accounts {
			if owed[account], err = tx.Backlog(account); err != nil {
				return err
			}
		}
		if echoes, err = tx.Echoes(); err != nil {
			return err
		}
		standings, err = tx.Standings()
		return err
	})
	if err != nil {
		out <- prometheus.NewInvalidMetric(owedDesc(), err)
		return
	}
	for account, backlog := range owed {
		age := time.Duration(0)
		if !backlog.Oldest.IsZero() {
			age = now.Sub(backlog.Oldest)
		}
		gauge(out, owedDesc(), float64(backlog.Count), string(account))
		gauge(out, ageDesc(), age.Seconds(), string(account))
		gauge(out, lastChatDesc(), c.broadcast(account).Seconds(), string(account))
	}
	for _, e := range echoes {
		gauge(out, signalsDesc(), float64(e.Also), string(e.Platform), string(bot.ActionAlso))
		gauge(out, signalsDesc(), float64(e.Fine), string(e.Platform), string(bot.ActionFine))
	}
	for _, s := range standings {
		gauge(out, checkedDesc(), now.Sub(s.CheckedAt).Seconds(), string(s.Platform))
		gauge(out, conditionDesc(), 1, string(s.Platform), string(s.Condition))
	}
}

func gauge(out chan<- prometheus.Metric, desc *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}
