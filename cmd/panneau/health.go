package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) healthCommand() *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:   "health",
		Short: "Demande au Panneau de cette machine s’il tourne (pour Docker et les superviseurs).",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return m.health(c.Context(), file) },
	}
	command.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration")
	return command
}

// healthLimit is how long a Panneau that runs may take to say so.
const healthLimit = 3 * time.Second

func (m Main) health(ctx context.Context, file string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(c.HTTP.Listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("aucune réponse de Panneau : %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("réponse inattendue de Panneau : %s", response.Status)
	}
	return nil
}
