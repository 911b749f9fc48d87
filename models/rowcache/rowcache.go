// Package rowcache keeps the rows in memory that requests are judged by: opaque tokens, sessions and their users. It is
// for the one question that every request asks, who sent it, and answers where models.AllowOld was called; everything else
// reads the database.
//
// Three things keep it right. A row counts for a second at most, from before it was read. Whoever changes rows says so
// (RowsChanged), and what was read before that is never used again, even if the read has not come back yet. And as long as
// nobody would say so (Listening), nothing is kept. That a row is missing is never remembered: what was just made works.
//
// See docs/adr/0019-rows-in-memory.md.
package rowcache

import (
	"context"
	"maps"
	"time"

	"watchword/models"
)

// Rows are the rows that requests are judged by.
type Rows interface {
	// LoginToken finds the token with one of digests, and its user; models.ErrNotFound for none.
	LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error)
	// UserByPlainToken finds the user whose token is key, or returns models.ErrNotFound.
	UserByPlainToken(ctx context.Context, key string) (*models.User, error)
	// Session finds the session of that key that ends after now, or returns models.ErrNotFound.
	Session(ctx context.Context, key string, now time.Time) (*models.Session, error)
	// SessionAndUser is Session together with the user of that id.
	SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session, *models.User, error)
	// UserBy finds the user whose field has that value, or returns models.ErrNotFound.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
}

// Database is the rows as they are.
type Database interface {
	Rows
	// InTransaction reports whether ctx carries a transaction, which must see what it has written itself.
	InTransaction(ctx context.Context) bool
}

// Cache answers as Rows do, from memory where it may. It is safe for concurrent use. What it returns belongs to the
// caller.
type Cache struct {
	rows     Database
	memory   *memory
	tokens   *shelf[tokenAndUser]
	plain    *shelf[models.User]
	sessions *shelf[models.Session]
	users    *shelf[models.User]
}

// tokenAndUser is a login token with its user, as they were read together.
type tokenAndUser struct {
	token models.LoginToken
	user  models.User
}

// New returns an empty Cache over rows; cfg must be valid. It keeps nothing until it is told by Listening that it hears of
// changes.
func New(cfg Config, rows Database) *Cache {
	m := newMemory(cfg)
	return &Cache{
		rows: rows, memory: m, tokens: newShelf[tokenAndUser](m, "authtoken"), plain: newShelf[models.User](m, "token"),
		sessions: newShelf[models.Session](m, "session"), users: newShelf[models.User](m, "user"),
	}
}

// serves reports whether a question may be answered from memory.
func (c *Cache) serves(ctx context.Context) bool {
	return models.MayBeOld(ctx) && !c.rows.InTransaction(ctx)
}

// LoginToken finds the token with one of digests, and its user; models.ErrNotFound for none.
func (c *Cache) LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	if !c.serves(ctx) {
		return c.rows.LoginToken(ctx, digests)
	}
	for _, digest := range digests {
		if kept := c.tokens.get(models.LoginTokenRow(digest)); kept != nil {
			t := kept.token
			return &t, copyOf(&kept.user), nil
		}
	}
	began := c.tokens.miss()
	t, u, err := c.rows.LoginToken(ctx, digests)
	if err == nil {
		c.tokens.put(began, models.LoginTokenRow(t.Digest), models.UserRow(u.ID), tokenAndUser{*t, *copyOf(u)})
	}
	return t, u, err
}

// UserByPlainToken finds the user whose token is key, or returns models.ErrNotFound.
func (c *Cache) UserByPlainToken(ctx context.Context, key string) (*models.User, error) {
	if !c.serves(ctx) {
		return c.rows.UserByPlainToken(ctx, key)
	}
	name := models.AuthTokenRow(key)
	if kept := c.plain.get(name); kept != nil {
		return copyOf(kept), nil
	}
	began := c.plain.miss()
	u, err := c.rows.UserByPlainToken(ctx, key)
	if err == nil {
		c.plain.put(began, name, models.UserRow(u.ID), *copyOf(u))
	}
	return u, err
}

// UserBy finds the user whose field has that value, or returns models.ErrNotFound. Only those asked for by id are kept.
func (c *Cache) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	if field != models.UserFieldID || !c.serves(ctx) {
		return c.rows.UserBy(ctx, field, value)
	}
	name := models.UserRow(models.UserID(value))
	if kept := c.users.get(name); kept != nil {
		return copyOf(kept), nil
	}
	began := c.users.miss()
	u, err := c.rows.UserBy(ctx, field, value)
	if err == nil {
		c.users.put(began, name, models.UserRow(u.ID), *copyOf(u))
	}
	return u, err
}

// Session finds the session of that key that ends after now, or returns models.ErrNotFound.
func (c *Cache) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	if !c.serves(ctx) {
		return c.rows.Session(ctx, key, now)
	}
	name := models.SessionRow(key)
	if kept := c.session(name, now); kept != nil {
		return kept, nil
	}
	began := c.sessions.miss()
	s, err := c.rows.Session(ctx, key, now)
	if err == nil {
		c.sessions.put(began, name, name, *s)
	}
	return s, err
}

// SessionAndUser is Session together with the user of that id.
func (c *Cache) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (
	*models.Session, *models.User, error) {
	if !c.serves(ctx) {
		return c.rows.SessionAndUser(ctx, key, now, user)
	}
	sessionName, userName := models.SessionRow(key), models.UserRow(user)
	if s := c.session(sessionName, now); s != nil {
		if u := c.users.get(userName); u != nil {
			return s, copyOf(u), nil
		}
	}
	began := c.sessions.miss()
	s, u, err := c.rows.SessionAndUser(ctx, key, now, user)
	if err == nil {
		c.sessions.put(began, sessionName, sessionName, *s)
		c.users.put(began, userName, models.UserRow(u.ID), *copyOf(u))
	}
	return s, u, err
}

// session returns the session of that name from memory, or nil. One that seems to have ended is not believed: others may have
// moved its end.
func (c *Cache) session(name models.RowName, now time.Time) *models.Session {
	kept := c.sessions.get(name)
	if kept == nil || !kept.ExpireDate.After(now) {
		return nil
	}
	s := *kept
	return &s
}

// RowsChanged drops what was read of these rows before now, and of the tokens of users.
func (c *Cache) RowsChanged(names ...models.RowName) { c.memory.changed(names) }

// Listening says whether RowsChanged is called for what other processes change. While it is not, nothing is kept.
func (c *Cache) Listening(on bool) { c.memory.listen(on) }

// Count is how often rows of one kind were found in memory, and how often not.
type Count struct {
	Kind         string // authtoken, token, session or user
	Hits, Misses uint64
}

// Counts says how often rows were found in memory. A session with its user is two rows, and one miss.
func (c *Cache) Counts() []Count {
	return []Count{c.tokens.count(), c.plain.count(), c.sessions.count(), c.users.count()}
}

// copyOf returns a copy of u that shares nothing which anybody changes: times are only ever replaced.
func copyOf(u *models.User) *models.User {
	c := *u
	c.Extra = maps.Clone(u.Extra)
	return &c
}
