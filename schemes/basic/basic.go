// Package basic is the scheme of clients that send name and password with every request (RFC 7617). Every request
// costs a password hash, so it suits scripts and first experiments, not traffic.
package basic

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"watchword/models"
	"watchword/schemes"
)

// Name is the scheme's name in settings and identities.
const Name = "basic"

// Accounts knows names and passwords.
type Accounts interface {
	// Authenticate returns the user whom username and password open.
	Authenticate(ctx context.Context, username, password string) (*models.User, error)
}

// Scheme is HTTP Basic authentication. It is safe for concurrent use.
type Scheme struct {
	accounts Accounts
	mismatch error
}

var _ schemes.Scheme = (*Scheme)(nil)

// New returns a scheme that asks accounts. mismatch is the error by which accounts says that name and password open
// nothing; all its other errors are server errors.
func New(accounts Accounts, mismatch error) *Scheme {
	return &Scheme{accounts: accounts, mismatch: mismatch}
}

// Name is "basic".
func (s *Scheme) Name() string { return Name }

// Challenge names the realm as Django REST framework does.
func (s *Scheme) Challenge() string { return `Basic realm="api"` }

// Authenticate reads the Authorization header. Names and passwords that are not UTF-8 are taken as Latin-1.
//
// Source: RFC 7617; rest_framework.authentication.BasicAuthentication.
func (s *Scheme) Authenticate(r *http.Request) (schemes.Identity, error) {
	words := schemes.HeaderWords(r, "Authorization")
	if len(words) == 0 || !strings.EqualFold(words[0], "basic") {
		return schemes.Identity{}, nil
	}
	username, password, err := credentials(words[1:])
	if err != nil {
		return schemes.Identity{}, err
	}
	u, err := s.accounts.Authenticate(r.Context(), username, password)
	if errors.Is(err, s.mismatch) {
		return schemes.Identity{}, schemes.Fail(Name, schemes.WrongCredentials, nil)
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	return schemes.Identity{User: u, Scheme: Name, Key: u.Username}, nil
}

// Issue hands out nothing: the credential is the password itself.
func (s *Scheme) Issue(*http.Request, *models.User) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

// Revoke takes back nothing: a password ends when it is changed.
func (s *Scheme) Revoke(*http.Request, schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

// credentials takes apart what stands behind the keyword.
func credentials(words []string) (username, password string, err error) {
	switch len(words) {
	case 0:
		return "", "", schemes.Fail(Name, schemes.HeaderEmpty, nil)
	case 1:
	default:
		return "", "", schemes.Fail(Name, schemes.HeaderParts, nil)
	}
	decoded, err := base64.StdEncoding.DecodeString(words[0])
	if err != nil {
		return "", "", schemes.Fail(Name, schemes.HeaderEncoding, err)
	}
	username, password, found := strings.Cut(text(decoded), ":")
	if !found {
		return "", "", schemes.Fail(Name, schemes.HeaderEncoding, nil)
	}
	return username, password, nil
}

// text reads bytes as UTF-8, or as Latin-1 where they are not UTF-8.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
