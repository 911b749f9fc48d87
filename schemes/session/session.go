// Package session is the scheme of Django's sessions: browsers hold a key in a cookie, and the database says whose it
// is. A Django with the same SECRET_KEY and database recognises the sessions that are made here, and the other way
// round.
package session

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"watchword/auth/cookie"
	"watchword/auth/csrf"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/schemes"
)

// Name is the name of the scheme in settings and identities.
const Name = "session"

// The lengths of keys that are looked up at all.
const (
	minKey = 8  // Django's
	maxKey = 40 // that of the column
)

// Store keeps sessions, and knows their users.
type Store interface {
	// Session returns the session of that key that ends after now, or models.ErrNotFound.
	Session(ctx context.Context, key string, now time.Time) (*models.Session, error)
	// CreateSession inserts s. It returns models.ErrConflict, and overwrites nothing, if the key is taken.
	CreateSession(ctx context.Context, s models.Session) error
	// ReplaceSession makes the session of that key into s. It returns models.ErrNotFound, and inserts nothing, if it is
	// gone; of many callers who change the key one succeeds.
	ReplaceSession(ctx context.Context, key string, s models.Session) error
	// ExtendSession moves the end of a session. It returns models.ErrNotFound if it is gone.
	ExtendSession(ctx context.Context, key string, until time.Time) error
	// DeleteSession ends a session; none is no error.
	DeleteSession(ctx context.Context, key string) error
	// UserBy returns the user whose field has that value, or models.ErrNotFound.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
}

// Scheme recognises users by their sessions. It is safe for concurrent use.
//
// Source: django.contrib.sessions, django.contrib.auth, and Django REST framework's SessionAuthentication.
type Scheme struct {
	cfg    Config
	cookie cookie.Attributes
	store  Store
	csrf   *csrf.Protection
	signer *signing.Signer
	hashes *signing.SessionHasher
}

var (
	_ schemes.Scheme  = (*Scheme)(nil)
	_ schemes.Renewer = (*Scheme)(nil)
)

// New returns the scheme over store. cfg must be valid; keys are Django's SECRET_KEY and its fallbacks.
func New(cfg Config, store Store, protection *csrf.Protection, keys signing.Config) *Scheme {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	keys.Now = cfg.Now
	return &Scheme{
		cfg: cfg, cookie: cfg.attributes(), store: store, csrf: protection,
		signer: signing.NewSigner(keys, salt), hashes: signing.NewSessionHasher(keys),
	}
}

// Name is "session".
func (s *Scheme) Name() string { return Name }

// Challenge is empty: nothing in HTTP asks for a session.
func (s *Scheme) Challenge() string { return "" }

// ReadsSession says that the verdict depends on a cookie, so that caches are told.
func (s *Scheme) ReadsSession() bool { return true }

// Authenticate says whose session the cookie names. A cookie that names none is no failure: the request is nobody's,
// and the cookie is taken back. A request that would change something must pass the CSRF check, or fails for it; its
// Identity is then nobody's, but the cookies in it are to be sent all the same.
//
// Of two cookies of the name neither counts.
func (s *Scheme) Authenticate(r *http.Request) (schemes.Identity, error) {
	var id schemes.Identity
	if key, ok := cookie.Value(r, s.cookie.Name); ok {
		var err error
		if id, err = s.recognise(r.Context(), key); err != nil {
			return schemes.Identity{}, err
		}
	}
	if repaired := s.csrf.Repair(r); repaired != nil {
		id.Cookies = append(id.Cookies, repaired)
	}
	if !id.Anonymous() && !csrf.IsSafe(r.Method) {
		if err := s.csrf.Check(r); err != nil {
			return schemes.Identity{Cookies: id.Cookies}, schemes.Fail(Name, schemes.CSRF, err)
		}
	}
	return id, nil
}

// recognise finds the session of that key and its user. A session whose user has another password by now ends.
//
// Source: Django, django.contrib.auth.get_user and SessionMiddleware.process_response.
func (s *Scheme) recognise(ctx context.Context, key string) (schemes.Identity, error) {
	opened, err := s.open(ctx, key)
	if errors.Is(err, models.ErrNotFound) {
		return s.forgotten(), nil
	}
	if err != nil || opened.data == nil {
		return schemes.Identity{}, err
	}
	u, err := s.owner(ctx, opened.data)
	if err != nil {
		return schemes.Identity{}, err
	}
	if u == nil {
		return s.slide(ctx, opened, schemes.Identity{})
	}
	id := schemes.Identity{User: u, Scheme: Name, Key: key}
	switch ok, stale := s.hashes.Verify(u.Password, opened.data.text(hashKey)); {
	case !ok:
		return s.forgotten(), s.store.DeleteSession(ctx, key)
	case stale:
		return s.renew(ctx, opened, id)
	default:
		return s.slide(ctx, opened, id)
	}
}

// owner returns the user whose session it is, or nil: nobody's, that of a user who is gone or disabled, or one from a
// way of logging in that is not allowed here.
func (s *Scheme) owner(ctx context.Context, d data) (*models.User, error) {
	id := d.user(s.cfg.NumericUserIDs)
	if id == "" || !slices.Contains(s.cfg.Backends, d.text(backendKey)) {
		return nil, nil
	}
	u, err := s.store.UserBy(ctx, models.UserFieldID, string(id))
	if errors.Is(err, models.ErrNotFound) || err == nil && !u.IsActive {
		return nil, nil
	}
	return u, err
}

// renew gives a session whose hash was made with a former secret key or password another key and a hash of today. When
// another request was faster, its answer has the cookie.
func (s *Scheme) renew(ctx context.Context, old *opened, id schemes.Identity) (schemes.Identity, error) {
	old.data.set(hashKey, s.hashes.Hash(id.User.Password))
	row, err := s.row(newKey(), old.data)
	if err != nil {
		return schemes.Identity{}, err
	}
	err = s.store.ReplaceSession(ctx, old.key, row)
	if errors.Is(err, models.ErrNotFound) {
		return id, nil
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	id.Key = row.Key
	id.Cookies = []*http.Cookie{s.cookieOf(row.Key, old.data)}
	return id, nil
}

// slide moves the end of the session if every request does.
func (s *Scheme) slide(ctx context.Context, o *opened, id schemes.Identity) (schemes.Identity, error) {
	if !s.cfg.SaveEveryRequest {
		return id, nil
	}
	age, _ := o.data.lifetime(s.cfg, s.cfg.Now())
	err := s.store.ExtendSession(ctx, o.key, s.cfg.Now().Add(age).UTC())
	if errors.Is(err, models.ErrNotFound) {
		return s.forgotten(), nil
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	id.Cookies = []*http.Cookie{s.cookieOf(o.key, o.data)}
	return id, nil
}

// Revoke ends the session that id came from, or else the one that r's cookie names.
//
// Source: Django, django.contrib.auth.logout.
func (s *Scheme) Revoke(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	key, carried := cookie.Value(r, s.cookie.Name)
	if id.Scheme == Name && id.Key != "" {
		key = id.Key
	}
	var grant schemes.Grant
	if carried {
		grant.Cookies = []*http.Cookie{s.cookie.Delete()}
	}
	if key == "" {
		return grant, nil
	}
	return grant, s.store.DeleteSession(r.Context(), key)
}

// forgotten is nobody, whose cookie is taken back.
func (s *Scheme) forgotten() schemes.Identity {
	return schemes.Identity{Cookies: []*http.Cookie{s.cookie.Delete()}}
}
