// Package session is the scheme of Django's sessions: browsers hold a key in a cookie, and the database says whose it
// is. A Django with the same SECRET_KEY and database recognises the sessions that are made here, and the other way
// round.
//
// A Keeper keeps sessions, whoever they belong to; the Scheme recognises users by them.
package session

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"watchword/auth/csrf"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/schemes"
)

// Name is the name of the scheme in settings and identities.
const Name = "session"

// Users knows the users.
type Users interface {
	// UserBy returns the user whose field has that value, or models.ErrNotFound.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
}

// Scheme recognises users by their sessions. It is safe for concurrent use.
//
// Source: django.contrib.auth, and Django REST framework's SessionAuthentication.
type Scheme struct {
	cfg    Config
	keeper *Keeper
	users  Users
	csrf   *csrf.Protection
	hashes *signing.SessionHasher
}

var (
	_ schemes.Scheme  = (*Scheme)(nil)
	_ schemes.Renewer = (*Scheme)(nil)
)

// New returns the scheme of keeper's sessions. protection may keep its secrets in them.
func New(keeper *Keeper, users Users, protection *csrf.Protection) *Scheme {
	return &Scheme{
		cfg: keeper.cfg, keeper: keeper, users: users, csrf: protection, hashes: signing.NewSessionHasher(keeper.keys),
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
	id, err := s.recognise(r)
	if err != nil || id.Anonymous() || csrf.IsSafe(r.Method) {
		return id, err
	}
	if err := s.csrf.Check(r); err != nil {
		return schemes.Identity{Cookies: id.Cookies}, asFailure(err)
	}
	return id, nil
}

// asFailure returns a refusal as the scheme's own, and any other error as it is.
func asFailure(err error) error {
	if refused := csrf.Refusal(""); errors.As(err, &refused) {
		return schemes.Fail(Name, schemes.CSRF, err)
	}
	return err
}

// recognise finds the user of r's session, and moves the end of the session if every request does.
//
// Source: Django, SessionMiddleware.process_response.
func (s *Scheme) recognise(r *http.Request) (schemes.Identity, error) {
	session, err := s.keeper.present(r)
	if err != nil {
		return schemes.Identity{}, err
	}
	if session == nil {
		return schemes.Identity{Cookies: s.keeper.forget(r)}, nil
	}
	id, changed, err := s.identify(r, session)
	if err != nil || changed {
		return id, err
	}
	id.Cookies, err = s.keeper.slide(r, session)
	if errors.Is(err, models.ErrNotFound) {
		return schemes.Identity{Cookies: s.keeper.forget(r)}, nil
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	return id, nil
}

// identify says whose the session is. changed tells that it got another key, or that it ended: so does one whose user has
// another password by now, or had all logins ended.
//
// Source: Django, django.contrib.auth.get_user.
func (s *Scheme) identify(r *http.Request, session *opened) (id schemes.Identity, changed bool, err error) {
	u, err := s.owner(r.Context(), session)
	if err != nil || u == nil {
		return schemes.Identity{}, false, err
	}
	id = schemes.Identity{User: u, Scheme: Name, Key: session.key}
	ok, stale := s.hashes.Verify(u.Password, session.data.text(hashKey))
	over := !ok || s.outlived(u, session)
	switch {
	case (over || stale || !u.IsActive) && models.MayBeOld(r.Context()):
		return s.identifyAgain(r)
	case !u.IsActive:
		return schemes.Identity{}, false, nil
	case over:
		visitOf(r).ended = true
		return schemes.Identity{Cookies: s.keeper.forget(r)}, true, s.keeper.store.DeleteSession(r.Context(), session.key)
	case stale:
		id, err = s.renew(r, session, id)
		return id, true, err
	default:
		return id, false, nil
	}
}

// identifyAgain is identify for r's session as the database has it.
func (s *Scheme) identifyAgain(r *http.Request) (id schemes.Identity, changed bool, err error) {
	session, err := s.keeper.certain(r)
	if err != nil {
		return schemes.Identity{}, false, err
	}
	if session == nil {
		return schemes.Identity{Cookies: s.keeper.forget(r)}, true, nil
	}
	return s.identify(r.WithContext(models.Fresh(r.Context())), session)
}

// owner returns the user whose session it is, or nil: nobody's, that of a user who is gone, or one from a way of logging
// in that is not allowed here.
func (s *Scheme) owner(ctx context.Context, session *opened) (*models.User, error) {
	id := session.data.user(s.cfg.NumericUserIDs)
	if id == "" || !slices.Contains(s.cfg.Backends, session.data.text(backendKey)) {
		return nil, nil
	}
	u := session.user
	if u == nil || u.ID != id {
		var err error
		if u, err = s.users.UserBy(ctx, models.UserFieldID, string(id)); errors.Is(err, models.ErrNotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		s.keeper.owners.remember(session.key, u.ID)
	}
	return u, nil
}

// renew gives a session whose hash was made with a former secret key or password another key and a hash of today. When
// another request was faster, its answer has the cookie.
func (s *Scheme) renew(r *http.Request, old *opened, id schemes.Identity) (schemes.Identity, error) {
	d := maps.Clone(old.data)
	d.set(hashKey, s.hashes.Hash(id.User.Password))
	s.stamp(d, id.User)
	renewed, err := s.keeper.replace(r.Context(), old, newKey(), d)
	if errors.Is(err, models.ErrNotFound) {
		return id, nil
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	visitOf(r).now(renewed)
	id.Key = renewed.key
	id.Cookies = []*http.Cookie{s.keeper.cookieOf(renewed)}
	return id, nil
}
