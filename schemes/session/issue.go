package session

import (
	"errors"
	"maps"
	"net/http"

	"watchword/models"
	"watchword/schemes"
)

// Issue logs u in: the browser's session becomes theirs, under another key than anybody may have known before the
// login. What an anonymous session holds is kept; one of another user, or from before a change of the password, ends. A
// session of the same user goes on under its key. The CSRF secret changes every time.
//
// A request that another site has a browser send is refused with a *schemes.Failure, if the CSRF settings say so: its
// user would go on as somebody else without noticing.
//
// Source: Django, django.contrib.auth.login.
func (s *Scheme) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	if err := s.csrf.CheckBrowser(r); err != nil {
		return schemes.Grant{}, asFailure(err)
	}
	old, err := s.keeper.certain(r)
	if err != nil {
		return schemes.Grant{}, err
	}
	if visitOf(r).ended {
		old = nil
	}
	if old != nil && !old.data.isAnonymous() && !s.isCurrent(old, u) {
		if err := s.keeper.store.DeleteSession(r.Context(), old.key); err != nil {
			return schemes.Grant{}, err
		}
		old = nil
	}
	secret, cookies := s.csrf.Rotate(r)
	if !s.csrf.UsesSessions() {
		secret = ""
	}
	session, err := s.enter(r, old, u, secret)
	if err != nil {
		return schemes.Grant{}, err
	}
	visitOf(r).now(session)
	s.keeper.owners.remember(session.key, u.ID)
	return schemes.Grant{Cookies: append([]*http.Cookie{s.keeper.cookieOf(session)}, cookies...)}, nil
}

// isCurrent reports whether the session is u's, and was opened with the password of today and not ended since.
func (s *Scheme) isCurrent(session *opened, u *models.User) bool {
	ok, stale := s.hashes.Verify(u.Password, session.data.text(hashKey))
	return session.data.user(s.cfg.NumericUserIDs) == u.ID && ok && !stale && !s.outlived(u, session)
}

// enter makes the session old, or a new one where it is nil or gone meanwhile, u's. secret is that of CSRF; "" leaves
// it.
func (s *Scheme) enter(r *http.Request, old *opened, u *models.User, secret string) (*opened, error) {
	if old != nil {
		key := old.key
		if old.data.isAnonymous() {
			key = newKey()
		}
		session, err := s.keeper.replace(r.Context(), old, key, s.loggedIn(old.data, u, secret))
		if !errors.Is(err, models.ErrNotFound) {
			return session, err
		}
	}
	return s.keeper.create(r.Context(), s.loggedIn(nil, u, secret))
}

// loggedIn returns what a session that held d holds once it is u's.
func (s *Scheme) loggedIn(d data, u *models.User, secret string) data {
	if d = maps.Clone(d); d == nil {
		d = data{}
	}
	d.set(userKey, string(u.ID))
	d.set(backendKey, s.cfg.Backends[0])
	d.set(hashKey, s.hashes.Hash(u.Password))
	s.stamp(d, u)
	if secret != "" {
		d.set(csrfKey, secret)
	}
	return d
}

// Renew keeps the session that changed its user's password, under another key; or, where another credential changed it,
// the user's session that r's cookie names beside that. All others of the user have ended.
//
// Source: Django, django.contrib.auth.update_session_auth_hash, which opens a session where there is none.
func (s *Scheme) Renew(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	old, err := s.renewable(r, id)
	if err != nil || old == nil || old.data.user(s.cfg.NumericUserIDs) != id.User.ID {
		return schemes.Grant{}, err
	}
	renewed, err := s.renew(r, old, id)
	return schemes.Grant{Cookies: renewed.Cookies}, err
}

// renewable returns the session that Renew is about, whoever it belongs to; nil for none.
func (s *Scheme) renewable(r *http.Request, id schemes.Identity) (*opened, error) {
	if id.Scheme != Name {
		return s.keeper.present(r)
	}
	old, err := s.keeper.open(models.Fresh(r.Context()), id.Key)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	return old, err
}

// Revoke ends the session that id came from, or else the one that r's cookie names.
//
// Source: Django, django.contrib.auth.logout.
func (s *Scheme) Revoke(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	if s.csrf.UsesSessions() { // the secret outlives the session
		if _, err := s.keeper.present(r); err != nil {
			return schemes.Grant{}, err
		}
	}
	key, _ := s.keeper.keyOf(r)
	if id.Scheme == Name && id.Key != "" {
		key = id.Key
	}
	grant := schemes.Grant{Cookies: s.keeper.forget(r)}
	if key == "" {
		return grant, nil
	}
	visitOf(r).ended = true
	s.keeper.owners.forget(key)
	return grant, s.keeper.store.DeleteSession(r.Context(), key)
}
