package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/models"
	"watchword/models/gormstore"
)

// countingPasswords count the hashes that are worked on.
type countingPasswords struct {
	auth.Passwords
	hashes atomic.Int32
}

func (p *countingPasswords) Check(ctx context.Context, password, encoded string) (ok, rehash bool, err error) {
	p.hashes.Add(1)
	return p.Passwords.Check(ctx, password, encoded)
}

func (p *countingPasswords) Dummy(ctx context.Context, password string) error {
	p.hashes.Add(1)
	return p.Passwords.Dummy(ctx, password)
}

// loginEndpoints are the ways of logging in with a password, as requests of somebody.
var loginEndpoints = map[string]func(ctx context.Context, name string) *http.Request{
	"simplejwt": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/api/token/", `{"username":"%[1]s","password":"wrong"}`, name)
	},
	"dj-rest-auth": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/dj-rest-auth/login/", `{"username":"%[1]s","email":"%[1]s@example.com","password":"wrong"}`, name)
	},
	"ai-kit": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/api/v1/auth/login/", `{"ident":"%[1]s","password":"wrong"}`, name)
	},
	"ai-kit, by address": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/api/v1/auth/login/", `{"ident":"%[1]s@example.com","password":"wrong"}`, name)
	},
	"authtoken": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/auth/login/", `{"username":"%[1]s","password":"wrong"}`, name)
	},
	"tutorial-jwt": func(ctx context.Context, name string) *http.Request {
		return loginRequest(ctx, "/jwt/login/", `{"email":"%[1]s@example.com","password":"wrong"}`, name)
	},
	"basic": func(ctx context.Context, name string) *http.Request {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/dj-rest-auth/user/", nil)
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(name+":wrong")))
		return r
	},
}

func loginRequest(ctx context.Context, path, body, name string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(fmt.Sprintf(body, name)))
	const csrfSecret = "Abcdefghij0123456789KLMNOPQRSTUV"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", "csrftoken="+csrfSecret)
	r.Header.Set("X-CSRFToken", csrfSecret)
	return r
}

// TestEveryRefusedLoginCostsOneHash shows that nobody can tell by the time whether there is an account: what takes long at
// a login is done once for a name that means nobody, and once for a wrong password, also of somebody who is disabled or
// has no password. It counts instead of timing, so that it cannot fail by chance.
func TestEveryRefusedLoginCostsOneHash(t *testing.T) {
	dir := t.TempDir()
	for _, backends := range []string{"[model]", "[allauth]", "[model, allauth]"} {
		for _, method := range []string{"username", "email", "username_email"} {
			for _, allauth := range []bool{true, false} {
				name := fmt.Sprintf("%s by %s, allauth %v", backends, method, allauth)
				loaded, err := loadWith(t, fmt.Sprintf("AUTHENTICATION_BACKENDS: %s\nACCOUNT_AUTHENTICATION_METHOD: %s\n"+
					"ACCOUNT_EMAIL_REQUIRED: true\nPASSWORD_HASHERS: [md5]\nALLOWED_HOSTS: [example.com]\n"+
					"SECRET_KEY: only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz\nEMAIL_BACKEND: dummy\n"+
					"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [basic]}\n"+
					"FEATURES: {allauth: %v, mounts: {simplejwt: /api/token/, dj-rest-auth: /dj-rest-auth/, ai-kit: /api/v1/auth/, "+
					"authtoken: /auth/, tutorial-jwt: /jwt/}}", backends, method, allauth), "WATCHWORD_DATA_DIR="+dir)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(name, func(t *testing.T) { everyRefusedLoginCostsOneHash(t, &loaded.Settings) })
			}
		}
	}
}

func everyRefusedLoginCostsOneHash(t *testing.T, s *Settings) {
	h, work := serveCounting(t, s)
	for endpoint, request := range loginEndpoints {
		var first string
		for _, name := range []string{"nobody", "disabled", "unusable", "somebody"} {
			before := work.hashes.Load()
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, request(t.Context(), name))
			said := fmt.Sprintf("%d %s", answer.Code, strings.ReplaceAll(answer.Body.String(), name, "NAME"))
			if n := work.hashes.Load() - before; n != 1 {
				t.Errorf("%s: %s: %d hashes, want 1: %s", endpoint, name, n, said)
			}
			if first == "" {
				first = said
			}
			if said != first || answer.Code < 400 || answer.Code >= 500 {
				t.Errorf("%s: %s: got %s, want a refusal like %s", endpoint, name, said, first)
			}
		}
	}
}

// serveCounting returns a server whose passwords are counted, over a database with the users whom the test needs.
func serveCounting(t *testing.T, s *Settings) (http.Handler, *countingPasswords) {
	t.Helper()
	store, err := connect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	mails, err := newMailing(s, store, t.Output(), log)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newParts(s, store, mails, log)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := password.NewRegistry(s.Password)
	if err != nil {
		t.Fatal(err)
	}
	work := &countingPasswords{Passwords: registry}
	if p.accounts, _, err = newAccounts(s, store, nil, work, log); err != nil {
		t.Fatal(err)
	}
	p.known = newSchemes(s, p.accounts, p.bearer, p.pairs, p.tokens, p.sessions, p.rows)
	site, err := p.newSite()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.mountAll(site); err != nil {
		t.Fatal(err)
	}
	addLoginUsers(t, store, registry)
	return site, work
}

// addLoginUsers adds the users who cannot log in, unless they are there.
func addLoginUsers(t *testing.T, store *gormstore.Store, passwords auth.Passwords) {
	t.Helper()
	encoded, err := passwords.Encode(t.Context(), "correct horse 9")
	if err != nil {
		t.Fatal(err)
	}
	for name, u := range map[string]*models.User{
		"disabled": {Password: encoded},
		"unusable": {Password: password.Unusable(), IsActive: true},
		"somebody": {Password: encoded, IsActive: true},
	} {
		if _, err := store.UserBy(t.Context(), models.UserFieldUsername, name); err == nil {
			continue
		}
		u.Username, u.Email, u.DateJoined = name, name+"@example.com", time.Now()
		if err := store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
}
