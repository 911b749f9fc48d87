package session

import (
	"context"
	"errors"
	"net/http"

	"watchword/auth/csrf"
	"watchword/models"
)

// visitKey is the context key under which a visit travels.
type visitKey struct{}

// visit is what one request has found out about its session, and done to it.
type visit struct {
	looked  bool    // whether session was looked up
	session *opened // nil: none
	ended   bool    // the session ended in this request
	settled bool    // whoever changed it has returned the cookie
}

// visitOf returns the visit of r. What one that was not begun is told is forgotten.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return new(visit)
}

// now makes o the session of the request, whose cookie is about to be returned.
func (v *visit) now(o *opened) { *v = visit{looked: true, session: o, settled: true} }

// Begin returns a context for a request, in which is remembered what is found out about its session. Requests that were
// not begun are served as well; what two parts of the program need to know is then looked up twice.
func (s *Scheme) Begin(ctx context.Context) context.Context {
	return csrf.Track(context.WithValue(ctx, visitKey{}, new(visit)))
}

// Finish returns the cookies that the answer to r, which was begun, still needs: that of a session that slides, although
// nobody asked whose it is, and those that take back cookies which are good for nothing.
//
// Source: Django, SessionMiddleware.process_response and CsrfViewMiddleware.process_request.
func (s *Scheme) Finish(r *http.Request) ([]*http.Cookie, error) {
	if s.csrf.UsesSessions() { // Django looks for the secret in the session of every request
		if _, err := s.keeper.present(r); err != nil {
			return nil, err
		}
	}
	cookies, err := s.keeper.finish(r)
	if repaired := s.csrf.Repair(r); repaired != nil {
		cookies = append(cookies, repaired)
	}
	return cookies, err
}

// finish is Finish for the session alone.
func (k *Keeper) finish(r *http.Request) ([]*http.Cookie, error) {
	v := visitOf(r)
	key, carried := k.keyOf(r)
	switch {
	case v.settled || !carried:
		return nil, nil
	case len(key) < minKey:
		return k.forget(r), nil
	case !v.looked && !k.cfg.SaveEveryRequest:
		return nil, nil
	}
	session, err := k.present(r)
	var cookies []*http.Cookie
	if session != nil {
		cookies, err = k.slide(r, session)
	}
	if err == nil && session == nil || errors.Is(err, models.ErrNotFound) {
		return k.forget(r), nil
	}
	return cookies, err
}
