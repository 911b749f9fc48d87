package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"

	"watchword/auth/password"
	"watchword/demo/web"
	"watchword/models/gormstore"
)

// heapGrowth is how far the heap grows between collections, in per cent, unless GOGC says otherwise. Requests leave
// little behind, so collecting less often than Go would costs a few megabytes and saves a fifth of the processor time;
// beyond this figure memory grows faster than anything is saved. See bench/README.md.
const heapGrowth = 200

// serveCommand runs the server.
type serveCommand struct {
	Migrate bool `help:"Bring the database up to date first. SQLite is always brought up to date."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(p *program) error {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	if p.getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	log := newLogger(loaded.Log, p.stderr)
	warn(loaded, log)
	if err := loaded.fillSecretKey(true); err != nil {
		return usageError{err}
	}
	loaded.Database.Log = log
	store, err := c.open(p.ctx, &loaded.Settings)
	if err != nil {
		return err
	}
	err = warnOfSecretKey(p.ctx, &loaded.Settings, store, log)
	if err == nil {
		err = c.serve(p, loaded, store, log)
	}
	return errors.Join(err, store.Close())
}

// open opens the database and brings it up to date as far as that may be done unasked.
func (c *serveCommand) open(ctx context.Context, s *Settings) (*gormstore.Store, error) {
	if !c.Migrate {
		store, err := openStore(ctx, s)
		if errors.Is(err, errBehind) {
			return nil, fmt.Errorf("%w, or start with --migrate", err)
		}
		return store, err
	}
	store, err := connect(ctx, s)
	if err != nil {
		return nil, err
	}
	err = store.Migrate(ctx)
	if err == nil {
		err = checkAdopted(ctx, s, store)
	}
	if err == nil {
		err = store.WriteAhead(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// serve listens and answers requests until it is told to stop.
func (c *serveCommand) serve(p *program, loaded *Loaded, store *gormstore.Store, log *slog.Logger) error {
	stopTraces, err := loaded.trace(p.ctx, store, log)
	if err != nil {
		return err
	}
	defer stopTraces()
	mails, err := newMailing(&loaded.Settings, store, p.stdout, log)
	if err != nil {
		return err
	}
	if err := loaded.addSocialApps(p.ctx, store, log); err != nil {
		return err
	}
	if p.getenv("GOMAXPROCS") == "" {
		threads := password.NewThreads(loaded.Password.Gate)
		defer threads.Close()
		loaded.Password.Room = threads
	}
	srv, err := newServer(&loaded.Settings, store, mails, log)
	if err != nil {
		return err
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(p.ctx, "tcp", loaded.Server.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s (%w); set LISTEN to another address", loaded.Server.Listen, cause(err))
	}
	figures, err := srv.listenForMetrics(p.ctx, loaded.Metrics)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	url := "http://" + listener.Addr().String() + "/"
	if loaded.Log.forPeople(p.stderr) {
		if loaded.Project.Tour {
			_, _ = fmt.Fprint(p.stderr, loaded.banner(url))
		}
		_, _ = fmt.Fprintf(p.stderr, "Watchword is at %s - stop it with Ctrl-C\n", url)
	} else {
		version, _ := buildVersion()
		log.Info("listening", "url", url, "version", version, "rsa", srv.rsa)
		if loaded.Project.Tour {
			log.Warn("this is a demonstration, because nothing is set; mails are shown to everybody who opens its pages",
				"pages", strings.TrimSuffix(url, "/")+web.Prefix, "data", loaded.keptIn())
		}
	}
	life := newLifecycle(srv, loaded.Server, log, mails.worker.Run, srv.hooks.Run, srv.janitor.Run,
		srv.rows.listen(log), srv.tellMetrics(figures, log))
	return life.run(p.ctx, listener)
}

// cause returns what is at the bottom of a network error.
func cause(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}

// warn logs once what is wrong with the settings, wherever they are used, and what they ask for that this version does
// not have.
func warn(loaded *Loaded, log *slog.Logger) {
	var mounts, names []string
	mounts = loaded.Features.missingMounts()
	for _, ignored := range loaded.Report.Ignored {
		names = append(names, ignored.Name)
	}
	if len(mounts)+len(names) > 0 {
		log.Warn("some settings are for parts that this version does not have; see: watchword check",
			"not_served", mounts, "without_effect", names)
	}
	for _, finding := range loaded.brokenRules(false) {
		log.Warn(finding.Text, "check", finding.ID)
	}
}
