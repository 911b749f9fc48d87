package gormstore

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// memory is the path that names a database which lives and dies with the process.
const memory = ":memory:"

// Config says which database to open and how long to wait for it.
type Config struct {
	URL string `setting:"DATABASE_URL" secret:"true" help:"Where the data is: sqlite:///file for a path relative to the working folder, sqlite:////absolute/file, sqlite://:memory:, or postgres://user:password@host:port/name?sslmode=…"`
	// MaxConns bounds the connections to PostgreSQL, and those that read from SQLite (SQLite always has one writer).
	MaxConns     int           `setting:"DATABASE_MAX_CONNS" help:"How many connections may be open at once. SQLite: how many may read at once; one more writes."`
	MaxIdleConns int           `setting:"DATABASE_MAX_IDLE_CONNS" help:"How many idle connections are kept open."`
	ConnMaxAge   time.Duration `setting:"CONN_MAX_AGE" help:"How long a connection to PostgreSQL is used before it is replaced; 0 means for ever."`
	// PoolTimeout bounds the wait for a free connection; StatementTimeout what one statement may take after that.
	PoolTimeout      time.Duration `setting:"DATABASE_POOL_TIMEOUT" help:"How long a request waits for a free connection before it is answered 503."`
	StatementTimeout time.Duration `setting:"DATABASE_STATEMENT_TIMEOUT" help:"How long one statement of a request may take before it is cancelled and the request answered 503. Commands on many rows are given an hour."`
	// CommitGroup bounds what a transaction may have to wait for before it is committed: the bodies of so many.
	CommitGroup int `setting:"DATABASE_COMMIT_GROUP" help:"SQLite: how many transactions that wait for each other may share one commit, so that the disk syncs once for all; 1: each has a commit of its own."`
	// LookupGroup bounds a round trip: the answers to so many.
	LookupGroup int `setting:"DATABASE_LOOKUP_GROUP" help:"PostgreSQL: how many lookups of requests that come at the same moment may share one round trip; 1: each has its own."`

	// UserModel, UserTable and UsernameField say where the users of a project are that has a model of its own for them.
	UserModel string `setting:"AUTH_USER_MODEL" help:"The user model: auth.User, or a project's own such as accounts.User, whose table Django has made. Where there is no such table, users of accounts.User and authentication.User are kept in auth_user."`
	UserTable string `setting:"AUTH_USER_TABLE" help:"The table of that model, where it is not Django's rule: accounts_user for accounts.User."`
	// UserDefaults are values for columns of such a table which a new user must have and nobody gives.
	UserDefaults  map[string]string `setting:"AUTH_USER_DEFAULTS" help:"What a new user has in columns of that table which may not be empty, where nobody says it: Django keeps such defaults in the model, not in the database. As in {credit: 0}."`
	UsernameField string            `setting:"AUTH_USERNAME_FIELD" help:"The model's USERNAME_FIELD: the column that people log in with. Default: username where there is one, else email."`

	// AnnounceChanges has PostgreSQL tell other processes which rows were changed that they may have in memory. Every
	// process that changes some must have it. SQLite tells nobody.
	AnnounceChanges bool

	// KeepJournal opens a SQLite file as it is, which may be somebody else's; see Store.WriteAhead.
	KeepJournal bool

	Now func() time.Time // nil means time.Now
	Log *slog.Logger     // hears of rows that cannot be as they are; nil: nobody does
}

// DefaultConfig is a SQLite file in the working folder.
func DefaultConfig() Config {
	return Config{
		URL:              "sqlite:///db.sqlite3",
		MaxConns:         16,
		MaxIdleConns:     16,
		ConnMaxAge:       30 * time.Minute,
		PoolTimeout:      time.Second,
		StatementTimeout: 3 * time.Second,
		CommitGroup:      32,
		LookupGroup:      32,
		UserModel:        defaultUserModel,
		Now:              time.Now,
	}
}

// Validate reports every setting that cannot work. Its texts never hold the password of the URL.
func (c Config) Validate() error {
	_, err := parseURL(c.URL)
	errs := []error{err}
	if c.MaxConns < 1 {
		errs = append(errs, fmt.Errorf("DATABASE_MAX_CONNS: %d is not a positive number", c.MaxConns))
	}
	if c.MaxIdleConns < 0 {
		errs = append(errs, fmt.Errorf("DATABASE_MAX_IDLE_CONNS: %d is negative", c.MaxIdleConns))
	}
	if c.ConnMaxAge < 0 {
		errs = append(errs, fmt.Errorf("CONN_MAX_AGE: %v is negative", c.ConnMaxAge))
	}
	if c.PoolTimeout <= 0 {
		errs = append(errs, fmt.Errorf("DATABASE_POOL_TIMEOUT: %v is not a positive duration", c.PoolTimeout))
	}
	if c.StatementTimeout < time.Millisecond {
		errs = append(errs, fmt.Errorf("DATABASE_STATEMENT_TIMEOUT: %v is less than a millisecond", c.StatementTimeout))
	}
	if c.CommitGroup < 1 {
		errs = append(errs, fmt.Errorf("DATABASE_COMMIT_GROUP: %d is not a positive number", c.CommitGroup))
	}
	if c.LookupGroup < 1 {
		errs = append(errs, fmt.Errorf("DATABASE_LOOKUP_GROUP: %d is not a positive number", c.LookupGroup))
	}
	if !userModelLabel.MatchString(c.UserModel) {
		errs = append(errs, fmt.Errorf("AUTH_USER_MODEL: must be an app and a model, as in accounts.User, not %q", c.UserModel))
	}
	return errors.Join(errs...)
}

// OwnUsers reports whether users are looked for in a table of a project's own.
func (c Config) OwnUsers() bool {
	return c.UserModel != "" && c.UserModel != defaultUserModel || c.UserTable != "" || c.UsernameField != "" ||
		len(c.UserDefaults) > 0
}

// userModelLabel is what AUTH_USER_MODEL may be; "" is auth.User.
var userModelLabel = regexp.MustCompile(`^(?:[A-Za-z_]\w*\.[A-Za-z_]\w*)?$`)

// databaseURL is a DATABASE_URL that was understood: a SQLite path or a PostgreSQL URL.
type databaseURL struct {
	sqlitePath  string // "" for PostgreSQL
	postgresURL string // "" for SQLite
}

// parseURL reads the forms that dj-database-url made common. Its errors never quote a password.
func parseURL(raw string) (databaseURL, error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	switch scheme {
	case "sqlite", "sqlite3":
		path, err := sqlitePath(rest)
		return databaseURL{sqlitePath: path}, err
	case "postgres", "postgresql":
		u, err := url.Parse(raw)
		if err != nil || u.Opaque != "" {
			return databaseURL{}, errors.New("DATABASE_URL: this is not a well-formed postgres:// URL " +
				"(characters such as @ : / ? # % in the password must be percent-encoded)")
		}
		return databaseURL{postgresURL: raw}, nil
	case "":
		return databaseURL{}, errors.New("DATABASE_URL: a URL such as sqlite:///db.sqlite3 is required")
	}
	return databaseURL{}, errors.New("DATABASE_URL: it must begin with sqlite:// or postgres://")
}

// sqlitePath reads what follows "sqlite://": a slash and a path, where an absolute path brings a second slash.
func sqlitePath(rest string) (string, error) {
	if strings.TrimPrefix(rest, "/") == memory {
		return memory, nil
	}
	path, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	switch {
	case err != nil:
		return "", fmt.Errorf("DATABASE_URL: the path of the SQLite file has a bad %% escape")
	case !strings.HasPrefix(rest, "/"):
		return "", errors.New("DATABASE_URL: sqlite:// must be followed by /file or by //absolute/file")
	case path == "" || strings.HasSuffix(path, "/"):
		return "", errors.New("DATABASE_URL: the SQLite URL names no file")
	case strings.ContainsAny(path, "?\x00"):
		return "", errors.New("DATABASE_URL: a SQLite URL takes no parameters")
	}
	return path, nil
}
