package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthTimeout bounds how long healthcheck waits for an answer.
const healthTimeout = 5 * time.Second

// healthCommand asks the server on this machine whether it is ready, for container runtimes without curl.
type healthCommand struct{}

// Run fails unless the server answers that it is ready.
func (*healthCommand) Run(p *program) error {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	address, err := reachable(loaded.Server.Listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no answer from %s: %w", address, errors.Unwrap(err))
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s is not ready (status %d)", address, response.StatusCode)
	}
	p.printf("ready\n")
	return nil
}

// reachable turns an address to listen on into one to call: all interfaces include the loopback one.
func reachable(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	switch ip := net.ParseIP(host); {
	case host == "", ip != nil && ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
