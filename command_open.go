package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"watchword/audit"
	"watchword/auth"
	"watchword/auth/password"
	"watchword/models/gormstore"
	"watchword/webhooks"
)

// errBehind says that the database needs migrations first.
var errBehind = errors.New("the database is behind")

// load reads the settings that the command line and the environment name.
func (p *program) load() (*Loaded, error) {
	loaded, err := LoadSettings(p.settingsFile(), p.environ)
	if err != nil {
		return nil, usageError{err}
	}
	return loaded, nil
}

// settingsFile is the file that the option or else the environment names; "" for none.
func (p *program) settingsFile() string {
	if p.settings != "" {
		return p.settings
	}
	return p.getenv(settingsVariable)
}

// account is what the commands about users work with.
type account struct {
	store      *gormstore.Store
	service    *auth.Service
	validators password.Validators
}

// openAccounts opens the database for a command about users. The caller must close the store.
func (p *program) openAccounts() (*account, error) {
	loaded, err := p.load()
	if err != nil {
		return nil, err
	}
	return p.openAccountsBy(loaded)
}

// openAccountsBy is openAccounts with settings that were read already.
func (p *program) openAccountsBy(loaded *Loaded) (*account, error) {
	return p.openAccountsTelling(loaded, func(store *gormstore.Store) (auth.Publisher, error) {
		return webhooks.NewPublisher(loaded.Webhooks, store), nil
	})
}

// openAccountsTelling is openAccountsBy for a command that tells of accounts to what newPublisher returns.
func (p *program) openAccountsTelling(loaded *Loaded,
	newPublisher func(*gormstore.Store) (auth.Publisher, error)) (_ *account, err error) {
	store, err := openStore(p.ctx, &loaded.Settings)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	log := newLogger(logConfig{Level: "warn", Format: loaded.Log.Format}, p.stderr)
	publisher, err := newPublisher(store)
	if err != nil {
		return nil, err
	}
	passwords, err := newPasswords(&loaded.Settings, log)
	if err != nil {
		return nil, err
	}
	signals := newSignals(publisher, audit.New(loaded.Audit, store), store, log)
	service, validators, err := newAccounts(&loaded.Settings, store, signals, passwords, log)
	if err != nil {
		return nil, err
	}
	return &account{store: store, service: service, validators: validators}, nil
}

// newPasswords returns what hashes passwords.
func newPasswords(s *Settings, log *slog.Logger) (*password.Registry, error) {
	cfg := s.Password
	cfg.Logger = log
	return password.NewRegistry(cfg)
}

// newAccounts puts the core together.
func newAccounts(s *Settings, store *gormstore.Store, signals *auth.Signals, passwords auth.Passwords,
	log *slog.Logger) (*auth.Service, password.Validators, error) {
	validators, err := password.NewValidators(s.Password.Validators)
	if err != nil {
		return nil, nil, err
	}
	logins, err := newLogins(s, store)
	if err != nil {
		return nil, nil, err
	}
	deps := auth.Deps{
		Store: store, Passwords: passwords, Validators: validators, Logins: logins, Signals: signals, Log: log,
		Attempts: auth.NewAttempts(s.Attempts, newCounts(store)),
	}
	return auth.New(s.Accounts.ForUsers(store.UserModel()), deps), validators, nil
}

// openStore reads the settings and opens the database that they name, for a command on many rows. The caller must close
// the store.
func (p *program) openStore() (*Loaded, *gormstore.Store, error) {
	loaded, err := p.load()
	if err != nil {
		return nil, nil, err
	}
	loaded.Database = unhurried(loaded.Database)
	store, err := openStore(p.ctx, &loaded.Settings)
	return loaded, store, err
}

// commandTimeout bounds a statement of a command on many rows, and its wait for a connection.
const commandTimeout = time.Hour

// unhurried is cfg for a command that looks at many rows: no client waits for it, and what bounds the statements of
// requests would end it on a large database, or a busy one.
func unhurried(cfg gormstore.Config) gormstore.Config {
	cfg.PoolTimeout = max(cfg.PoolTimeout, commandTimeout)
	cfg.StatementTimeout = max(cfg.StatementTimeout, commandTimeout)
	return cfg
}

// openStore opens the database and sees to it that it is up to date: a SQLite file is made and migrated, while a
// PostgreSQL database, which others may be using, is left alone and refused when it is behind.
func openStore(ctx context.Context, s *Settings) (*gormstore.Store, error) {
	store, err := connect(ctx, s)
	if err != nil {
		return nil, err
	}
	err = bringUpToDate(ctx, s, store)
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

// connect opens the database as it is, making the folder of a SQLite file.
func connect(ctx context.Context, s *Settings) (*gormstore.Store, error) {
	cfg := s.Database
	cfg.AnnounceChanges = s.RowCache.On()
	if file, ok := s.sqliteFile(); ok {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fmt.Errorf("cannot make the folder of the database: %w", err)
		}
		info, err := os.Stat(file)
		cfg.KeepJournal = err == nil && info.Size() > 0 // until it is known whose it is
	}
	return gormstore.Open(ctx, cfg)
}

// bringUpToDate migrates SQLite and refuses to work on a PostgreSQL database that is behind.
func bringUpToDate(ctx context.Context, s *Settings, store *gormstore.Store) error {
	pending, err := store.PendingMigrations(ctx)
	switch {
	case err != nil:
		return err
	case len(pending) == 0:
		return nil
	case s.usesSQLite():
		if err := refuseForeign(ctx, store); err != nil {
			return err
		}
		return store.Migrate(ctx)
	}
	return fmt.Errorf("%w by %d migrations; run: watchword migrate", errBehind, len(pending))
}

// refuseForeign keeps the server from filling the file of another program with its tables unasked.
func refuseForeign(ctx context.Context, store *gormstore.Store) error {
	tables, err := store.ForeignTables(ctx)
	if err != nil || len(tables) == 0 {
		return err
	}
	return fmt.Errorf("the database holds tables that are neither this server's nor a Django project's (%s); it was left "+
		"untouched. DATABASE_URL may name another file; to use this one all the same, run: watchword migrate",
		strings.Join(tables[:min(len(tables), 3)], ", "))
}

// usesSQLite reports whether the database is SQLite.
func (s *Settings) usesSQLite() bool { return strings.HasPrefix(s.Database.URL, "sqlite") }

// sqliteFile returns the path of the SQLite file; false for other databases, and for one in memory.
func (s *Settings) sqliteFile() (string, bool) {
	_, path, _ := strings.Cut(s.Database.URL, ":///")
	return path, s.usesSQLite() && path != "" && !strings.Contains(s.Database.URL, ":memory:")
}
