package session

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"net/http"

	"watchword/auth/cookie"
	"watchword/models"
	"watchword/schemes"
)

const (
	keyLength   = 32
	keyAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	keyAttempts = 3 // 165 bits are never taken; a broken source of randomness must not keep us busy
)

// opened is a session that is there.
type opened struct {
	key  string
	data data // nil: unreadable
}

// open finds the session of that key. It returns models.ErrNotFound if there is none.
func (s *Scheme) open(ctx context.Context, key string) (*opened, error) {
	if len(key) < minKey || len(key) > maxKey {
		return nil, models.ErrNotFound
	}
	row, err := s.store.Session(ctx, key, s.cfg.Now().UTC())
	if err != nil {
		return nil, err
	}
	d, _ := decode(s.signer, row.Data)
	return &opened{key: row.Key, data: d}, nil
}

// Issue logs u in: the browser's session becomes theirs, under another key than anybody may have known before the
// login. What an anonymous session holds is kept; one of another user, or from before a change of the password, ends. A
// session of the same user goes on under its key. The CSRF secret changes every time.
//
// Source: Django, django.contrib.auth.login.
func (s *Scheme) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	old, err := s.present(r)
	if err != nil {
		return schemes.Grant{}, err
	}
	if old != nil && !old.data.isAnonymous() && !s.isCurrent(old.data, u) {
		if err := s.store.DeleteSession(r.Context(), old.key); err != nil {
			return schemes.Grant{}, err
		}
		old = nil
	}
	c, err := s.enter(r.Context(), old, u)
	if err != nil {
		return schemes.Grant{}, err
	}
	return schemes.Grant{Cookies: []*http.Cookie{c, s.csrf.Rotate()}}, nil
}

// present returns the session that r names, nil for none.
func (s *Scheme) present(r *http.Request) (*opened, error) {
	key, ok := cookie.Value(r, s.cookie.Name)
	if !ok {
		return nil, nil
	}
	old, err := s.open(r.Context(), key)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	return old, err
}

// isCurrent reports whether the session is u's, and was opened with the password of today.
func (s *Scheme) isCurrent(d data, u *models.User) bool {
	ok, stale := s.hashes.Verify(u.Password, d.text(hashKey))
	return d.user(s.cfg.NumericUserIDs) == u.ID && ok && !stale
}

// enter makes the session old, or a new one where it is nil or gone meanwhile, u's. It returns the cookie.
func (s *Scheme) enter(ctx context.Context, old *opened, u *models.User) (*http.Cookie, error) {
	if old == nil {
		return s.create(ctx, s.loggedIn(data{}, u))
	}
	key := old.key
	if old.data.isAnonymous() {
		key = newKey()
	}
	d := s.loggedIn(old.data, u)
	row, err := s.row(key, d)
	if err != nil {
		return nil, err
	}
	err = s.store.ReplaceSession(ctx, old.key, row)
	if errors.Is(err, models.ErrNotFound) {
		return s.create(ctx, s.loggedIn(data{}, u))
	}
	if err != nil {
		return nil, err
	}
	return s.cookieOf(key, d), nil
}

// create stores d under a key that nobody has.
func (s *Scheme) create(ctx context.Context, d data) (*http.Cookie, error) {
	err := models.ErrConflict
	for range keyAttempts {
		var row models.Session
		if row, err = s.row(newKey(), d); err != nil {
			return nil, err
		}
		if err = s.store.CreateSession(ctx, row); err == nil {
			return s.cookieOf(row.Key, d), nil
		}
		if !errors.Is(err, models.ErrConflict) {
			break
		}
	}
	return nil, err
}

// loggedIn returns d as the session of u.
func (s *Scheme) loggedIn(d data, u *models.User) data {
	if d == nil {
		d = data{}
	}
	d.set(userKey, string(u.ID))
	d.set(backendKey, s.cfg.Backends[0])
	d.set(hashKey, s.hashes.Hash(u.Password))
	return d
}

// Renew keeps the session that changed its user's password, under another key. All others of the user have ended.
//
// Source: Django, django.contrib.auth.update_session_auth_hash.
func (s *Scheme) Renew(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	if id.Scheme != Name {
		return schemes.Grant{}, nil
	}
	old, err := s.open(r.Context(), id.Key)
	if errors.Is(err, models.ErrNotFound) || err == nil && old.data == nil {
		return schemes.Grant{}, nil
	}
	if err != nil {
		return schemes.Grant{}, err
	}
	renewed, err := s.renew(r.Context(), old, id)
	return schemes.Grant{Cookies: renewed.Cookies}, err
}

// row is the row of d under key, saved now.
func (s *Scheme) row(key string, d data) (models.Session, error) {
	text, err := d.encode(s.signer)
	if err != nil {
		return models.Session{}, err
	}
	now := s.cfg.Now()
	age, _ := d.lifetime(s.cfg, now)
	return models.Session{Key: key, Data: text, ExpireDate: now.Add(age).UTC()}, nil
}

// cookieOf is the cookie of a session that was saved just now.
func (s *Scheme) cookieOf(key string, d data) *http.Cookie {
	now := s.cfg.Now()
	age, atBrowserClose := d.lifetime(s.cfg, now)
	switch {
	case atBrowserClose:
		return s.cookie.Set(key, 0, now)
	case age <= 0:
		return s.cookie.Delete()
	default:
		return s.cookie.Set(key, age, now)
	}
}

// newKey returns 32 random small letters and digits, which are 165 bits.
//
// Source: Django, SessionBase._get_new_session_key.
func newKey() string {
	size := big.NewInt(int64(len(keyAlphabet)))
	key := make([]byte, keyLength)
	for i := range key {
		n, err := rand.Int(rand.Reader, size)
		if err != nil {
			panic(err) // never: crypto/rand ends the program instead
		}
		key[i] = keyAlphabet[n.Int64()]
	}
	return string(key)
}
