package session

import (
	"errors"
	"maps"
	"net/http"

	"watchword/auth/csrf"
	"watchword/models"
)

var _ csrf.Sessions = (*Keeper)(nil)

// CSRFSecret returns the secret in r's session, "" for none. It is still known in the request that ended the session.
func (k *Keeper) CSRFSecret(r *http.Request) (string, error) {
	session, err := k.present(r)
	if session == nil {
		return "", err
	}
	return session.data.text(csrfKey), nil
}

// KeepCSRFSecret puts secret into r's session. Where there is none, or it ended in this request, a new one is opened,
// which is nobody's.
//
// Source: Django, CsrfViewMiddleware._set_csrf_cookie.
func (k *Keeper) KeepCSRFSecret(r *http.Request, secret string) ([]*http.Cookie, error) {
	old, err := k.present(r)
	if err != nil {
		return nil, err
	}
	v := visitOf(r)
	if old != nil && !v.ended && old.data.text(csrfKey) == secret {
		return nil, nil
	}
	if old, err = k.certain(r); err != nil {
		return nil, err
	}
	if old != nil && !v.ended {
		d := maps.Clone(old.data)
		if d == nil {
			d = data{}
		}
		d.set(csrfKey, secret)
		changed, err := k.replace(r.Context(), old, old.key, d)
		if !errors.Is(err, models.ErrNotFound) {
			return k.settle(v, changed, err)
		}
	}
	d := data{}
	d.set(csrfKey, secret)
	created, err := k.create(r.Context(), d)
	return k.settle(v, created, err)
}

// settle makes o, which was just saved, the session of the request, and returns its cookie.
func (k *Keeper) settle(v *visit, o *opened, err error) ([]*http.Cookie, error) {
	if err != nil {
		return nil, err
	}
	v.now(o)
	return []*http.Cookie{k.cookieOf(o)}, nil
}
