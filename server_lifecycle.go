package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// keysInterval is how often the keys are read again: more often than the shortest time between publishing and signing.
const keysInterval = 20 * time.Second

// errCutOff says that requests were cut off because they did not finish in time or somebody insisted.
var errCutOff = errors.New("stopped before all requests were answered")

// lifecycle runs a server from its first request to its last.
type lifecycle struct {
	server *server
	cfg    serverConfig
	log    *slog.Logger
	tasks  []task
	broken string // the last error of reloading the keys, so that it is logged only once
}

func newLifecycle(srv *server, cfg serverConfig, log *slog.Logger, tasks ...task) *lifecycle {
	return &lifecycle{server: srv, cfg: cfg, log: log, tasks: tasks}
}

// run serves on listener until ctx ends or a signal to stop comes. It then looks unready for the drain delay, takes no
// new connections, lets requests in flight finish, and returns. A second signal, or a request that takes longer than
// the stop timeout, ends it at once with errCutOff.
//
// The delay is for load balancers, so it is left out for an interrupt from the keyboard.
func (l *lifecycle) run(ctx context.Context, listener net.Listener) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	reload := time.NewTicker(keysInterval)
	defer reload.Stop()
	beside := startBackground(l.tasks)
	defer beside.cancel()
	failed := make(chan error, 1)
	go func() { failed <- l.server.http.Serve(listener) }()
	for {
		select {
		case err := <-failed:
			return err
		case <-reload.C:
			l.reloadKeys()
		case <-ctx.Done():
			return l.stop(signals, l.cfg.DrainDelay, beside)
		case s := <-signals:
			switch s {
			case syscall.SIGHUP:
				l.reloadKeys()
			case os.Interrupt:
				return l.stop(signals, 0, beside)
			default:
				return l.stop(signals, l.cfg.DrainDelay, beside)
			}
		}
	}
}

// reloadKeys reads the keys again. When that fails the old ones stay, and it is logged once.
func (l *lifecycle) reloadKeys() {
	err := l.server.keys.Reload()
	switch {
	case err == nil && l.broken != "":
		l.broken = ""
		l.log.Info("the keys can be read again")
	case err != nil && l.broken != err.Error():
		l.broken = err.Error()
		l.log.Error("the keys cannot be read, the old ones stay in use", "error", err)
	}
}

// stop ends the server in good order: first the requests, then what goes on beside them. What is cut off there is done
// again by the next server.
func (l *lifecycle) stop(signals <-chan os.Signal, drain time.Duration, beside *background) error {
	l.log.Info("stopping")
	l.server.health.stop()
	insisted, insist := context.WithCancel(context.Background())
	defer insist()
	go awaitInsistence(insisted, signals, insist)
	pause(insisted, drain)
	ctx, cancel := context.WithTimeout(insisted, l.cfg.StopTimeout)
	defer cancel()
	if err := l.server.http.Shutdown(ctx); err != nil {
		return errors.Join(errCutOff, l.server.http.Close())
	}
	if !beside.stop(ctx) {
		l.log.Warn("work in the background was cut off")
	}
	l.log.Info("stopped")
	return nil
}

// awaitInsistence calls insist when another signal to stop comes before ctx ends.
func awaitInsistence(ctx context.Context, signals <-chan os.Signal, insist func()) {
	for {
		select {
		case s := <-signals:
			if s != syscall.SIGHUP {
				insist()
			}
		case <-ctx.Done():
			return
		}
	}
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
