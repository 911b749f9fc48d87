package session

import (
	"errors"
	"fmt"
	"log/slog"
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

// Serializer is how sessions are written.
type Serializer string

// JSON is the only serializer: whoever can write pickles into the database can run code where they are read.
const JSON Serializer = "json"

// UnmarshalText reads a serializer's name, ours or the dotted Python name of the class it stands for.
func (s *Serializer) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(JSON), "django.contrib.sessions.serializers.JSONSerializer", "django.core.signing.JSONSerializer":
		*s = JSON
		return nil
	}
	return fmt.Errorf("sessions are written as JSON only (json, or django.contrib.sessions.serializers.JSONSerializer), not by %q", text)
}

// cacheAlias is the only value of SESSION_CACHE_ALIAS.
const cacheAlias = "default"

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

	EmptyAge   time.Duration `setting:"SESSION_EMPTY_AGE" help:"How long a session lasts at most that holds nothing but the secret of CSRF_USE_SESSIONS, as every visitor may get one. 0: as long as others."`
	CacheAlias string        `setting:"SESSION_CACHE_ALIAS" help:"Only default: sessions are not kept in a cache."`
	FilePath   string        `setting:"SESSION_FILE_PATH" help:"Only null: sessions are not kept in files."`
	Serializer Serializer    `setting:"SESSION_SERIALIZER" help:"How sessions are written: json."`

	CheckLoginsEnded bool `setting:"SESSION_CHECK_LOGINS_ENDED" help:"End sessions from before all logins of their user were ended, as disabling the user does. A session that a Django has opened counts as old as its last change there. Off: enabling a user whose password stayed brings their sessions back, as in Django."`

	VerifiedData int `setting:"SESSION_VERIFIED_DATA" help:"Of how many sessions to remember what they hold, so that it is checked, unfolded and parsed once. Whether a session is there, until when and whose, is looked up every time. 0: none."`

	// Backends are the authentication backends that sessions may name, by their dotted Python names. A session that names
	// another one is nobody's. New sessions name the first.
	Backends []string
	// NumericUserIDs also accepts a user's id that is a JSON number. Django writes text; but it reads both.
	NumericUserIDs bool
	// Now is the clock. nil: time.Now.
	Now func() time.Time
	// Log hears of sessions that cannot be read, and nothing of what is in them. nil: nobody does.
	Log *slog.Logger
}

// DefaultConfig has Django's defaults, but for a cookie that travels over https only, sessions of visitors that end after
// a day, and sessions that do not outlive the end of all logins.
func DefaultConfig() Config {
	return Config{
		Engine: Database, CookieName: "sessionid", CookieAge: 14 * 24 * time.Hour, CookiePath: "/",
		CookieSameSite: cookie.Lax, CookieSecure: true, CookieHTTPOnly: true,
		EmptyAge: 24 * time.Hour, CacheAlias: cacheAlias, Serializer: JSON, CheckLoginsEnded: true,
		VerifiedData: 2000,
	}
}

// ExactConfig has Django's own defaults.
func ExactConfig() Config {
	c := DefaultConfig()
	c.CookieSecure, c.NumericUserIDs, c.EmptyAge, c.CheckLoginsEnded = false, true, 0, false
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	faults := []error{c.attributes().Validate("SESSION_COOKIE_")}
	if c.CookieAge < time.Second {
		faults = append(faults, errors.New("SESSION_COOKIE_AGE: must be at least a second"))
	}
	if c.VerifiedData < 0 {
		faults = append(faults, errors.New("SESSION_VERIFIED_DATA: must not be negative"))
	}
	if c.EmptyAge < 0 {
		faults = append(faults, errors.New("SESSION_EMPTY_AGE: must not be negative"))
	}
	if c.CacheAlias != "" && c.CacheAlias != cacheAlias {
		faults = append(faults, errors.New("SESSION_CACHE_ALIAS: sessions are kept in the database only; take it out"))
	}
	if c.FilePath != "" {
		faults = append(faults, errors.New("SESSION_FILE_PATH: sessions are kept in the database only; take it out"))
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
