package session

import (
	"errors"
	"fmt"
	"time"

	"watchword/auth/cookie"
)

// Engine is where sessions are kept.
type Engine string

// Database is the only engine: it is the one that can be shared with a Django beside this server, and whose sessions
// can be ended.
const Database Engine = "db"

// UnmarshalText reads an engine's name, ours or the dotted Python name of the module it stands for.
func (e *Engine) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(Database), "django.contrib.sessions.backends.db":
		*e = Database
		return nil
	}
	return fmt.Errorf("sessions are kept in the database only (db, or django.contrib.sessions.backends.db), not in %q", text)
}

// Config holds Django's settings of the same names.
type Config struct {
	Engine               Engine          `setting:"SESSION_ENGINE" help:"Where sessions are kept: db."`
	CookieName           string          `setting:"SESSION_COOKIE_NAME" help:"The cookie with the key of the session."`
	CookieAge            time.Duration   `setting:"SESSION_COOKIE_AGE" help:"How long a session lasts from its last change on."`
	CookieDomain         string          `setting:"SESSION_COOKIE_DOMAIN" help:"The domain of the session cookie. Empty: the host that set it only."`
	CookiePath           string          `setting:"SESSION_COOKIE_PATH" help:"The path of the session cookie."`
	CookieSameSite       cookie.SameSite `setting:"SESSION_COOKIE_SAMESITE" help:"SameSite of the session cookie: Lax, Strict, None or false."`
	CookieSecure         bool            `setting:"SESSION_COOKIE_SECURE" help:"Have the session cookie sent over https only."`
	CookieHTTPOnly       bool            `setting:"SESSION_COOKIE_HTTPONLY" help:"Hide the session cookie from scripts."`
	ExpireAtBrowserClose bool            `setting:"SESSION_EXPIRE_AT_BROWSER_CLOSE" help:"Have browsers forget the session cookie when they are closed."`
	SaveEveryRequest     bool            `setting:"SESSION_SAVE_EVERY_REQUEST" help:"Count SESSION_COOKIE_AGE from the last request instead; every request then writes to the database."`

	// Backends are the authentication backends that sessions may name, by their dotted Python names. A session that names
	// another one is nobody's. New sessions name the first.
	Backends []string
	// NumericUserIDs also accepts a user's id that is a JSON number. Django writes text; but it reads both.
	NumericUserIDs bool
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig has Django's defaults, but for a cookie that travels over https only.
func DefaultConfig() Config {
	return Config{
		Engine: Database, CookieName: "sessionid", CookieAge: 14 * 24 * time.Hour, CookiePath: "/",
		CookieSameSite: cookie.Lax, CookieSecure: true, CookieHTTPOnly: true,
	}
}

// ExactConfig has Django's own defaults.
func ExactConfig() Config {
	c := DefaultConfig()
	c.CookieSecure, c.NumericUserIDs = false, true
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	faults := []error{c.attributes().Validate("SESSION_COOKIE_")}
	if c.CookieAge < time.Second {
		faults = append(faults, errors.New("SESSION_COOKIE_AGE: must be at least a second"))
	}
	return errors.Join(faults...)
}

// attributes are those of the cookie.
func (c Config) attributes() cookie.Attributes {
	return cookie.Attributes{
		Name: c.CookieName, Domain: c.CookieDomain, Path: c.CookiePath, SameSite: c.CookieSameSite,
		Secure: c.CookieSecure, HTTPOnly: c.CookieHTTPOnly,
	}
}
