package adopt_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"watchword/adopt"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/session"
)

const (
	projectKey = "the-secret-key-of-the-project-0123456789"
	modelClass = "django.contrib.auth.backends.ModelBackend"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// row is an object of a fixture.
func row(model string, pk any, fields map[string]any) map[string]any {
	return map[string]any{"model": model, "pk": pk, "fields": fields}
}

func user(id int, hash string, active bool) map[string]any {
	return row("auth.user", id, map[string]any{"username": strings.Repeat("u", id), "password": hash, "is_active": active})
}

// opened is a session as a Django with that secret key opens it.
func opened(t *testing.T, secret, key, id, hash string, end time.Time) map[string]any {
	t.Helper()
	keys := signing.Config{SecretKey: secret}
	d := map[string]any{}
	if id != "" {
		d = map[string]any{"_auth_user_id": id, "_auth_user_backend": modelClass,
			"_auth_user_hash": signing.NewSessionHasher(keys).Hash(hash)}
	}
	text, err := signing.NewSigner(keys, "django.contrib.sessions.SessionStore").DumpsCompressed(d)
	if err != nil {
		t.Fatal(err)
	}
	return row("sessions.session", strings.Repeat(key, 32), map[string]any{"session_data": text, "expire_date": end})
}

// rehearse looks at a database with these rows.
func rehearse(t *testing.T, s *gormstore.Store, change func(*adopt.Deps), rows ...map[string]any) *adopt.Rehearsal {
	t.Helper()
	fixture, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.LoadFixtures(t.Context(), strings.NewReader(string(fixture))); err != nil {
		t.Fatal(err)
	}
	passwords, err := password.NewRegistry(password.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	cfg := session.DefaultConfig()
	cfg.Backends = []string{modelClass}
	d := adopt.Deps{Rows: s, Passwords: passwords, Sessions: session.NewExaminer(cfg, signing.Config{SecretKey: projectKey}),
		Digests: []int{32}, TokenAge: 24 * time.Hour, LinkAge: 72 * time.Hour, Now: now}
	if change != nil {
		change(&d)
	}
	var r *adopt.Rehearsal
	err = s.Snapshot(t.Context(), func(ctx context.Context) error {
		r, err = adopt.Rehearse(ctx, d)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// want compares a table's tally.
func want(t *testing.T, r *adopt.Rehearsal, tally adopt.Tally) {
	t.Helper()
	for _, got := range r.Tallies {
		if got.Table != tally.Table {
			continue
		}
		ignored := []cmp.Option{cmpopts.IgnoreUnexported(adopt.Tally{}), cmpopts.IgnoreFields(adopt.Tally{}, "What"), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(&tally, got, ignored...); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tally.Table, diff)
		}
		return
	}
	t.Errorf("nothing is said of %s", tally.Table)
}

const (
	md5Hash    = "md5$saltsaltsalt$5f4dcc3b5aa765d61d8327deb882cf99"
	pbkdf2Hash = "pbkdf2_sha256$260000$saltsaltsaltsaltsaltsa$W9pUjRMYAmTdtmIy+QVqJqVCZwDfqaqTyTvvNvPCmSo="
)

func TestEveryRowIsCountedForWhatItIsWorth(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		later, before := now.Add(time.Hour), now.Add(-time.Hour)
		r := rehearse(t, store, nil,
			user(1, pbkdf2Hash, true), user(2, pbkdf2Hash, false), user(3, "!unusable", true),
			user(4, "crypt$$abcdefg", true), user(5, "pbkdf2_sha256$x", true), user(6, "in the clear", true), user(7, md5Hash, true),
			opened(t, projectKey, "a", "1", pbkdf2Hash, later),
			opened(t, projectKey, "b", "", "", later),
			opened(t, projectKey, "c", "1", "another hash", later),
			opened(t, projectKey, "d", "2", pbkdf2Hash, later),
			opened(t, projectKey, "e", "99", pbkdf2Hash, later),
			opened(t, "another key", "f", "1", pbkdf2Hash, later),
			opened(t, projectKey, "g", "1", pbkdf2Hash, before),
			row("authtoken.token", strings.Repeat("0", 40), map[string]any{"user": 1, "created": before}),
			row("authtoken.token", "short", map[string]any{"user": 3, "created": before}),
			row("token_blacklist.outstandingtoken", 1, map[string]any{"user": 1, "jti": "1", "token": "x", "expires_at": later}),
			row("token_blacklist.outstandingtoken", 2, map[string]any{"user": 1, "jti": "2", "token": "x", "expires_at": before}),
			row("account.emailaddress", 1, map[string]any{"user": 1, "email": "a@example.com", "verified": false, "primary": true}),
			row("account.emailconfirmation", 1, map[string]any{"email_address": 1, "created": before, "sent": before, "key": "k"}),
		)
		lost, failing := true, func(count int, reason string, lost bool, example string) *adopt.Failing {
			return &adopt.Failing{Reason: reason, Count: count, Lost: lost, Examples: []string{example}}
		}
		want(t, r, adopt.Tally{Table: "auth_user", Total: 7, Working: 2, By: map[string]int{"pbkdf2_sha256": 1, "md5": 1},
			Failing: []*adopt.Failing{
				failing(1, "disabled", !lost, "user 2"),
				failing(1, "no usable password: they log in in other ways, or reset it by mail", !lost, "user 3"),
				failing(1, "hashed by crypt, which PASSWORD_HASHERS does not name", lost, "user 4"),
				failing(1, "the hash is garbled, or asks for more work than is ever done", !lost, "user 5"),
				failing(1, "the password column holds no hash", !lost, "user 6"),
			}})
		want(t, r, adopt.Tally{Table: "django_session", Total: 7, Working: 2, Over: 1, By: map[string]int{"of users": 1, "nobody's": 1},
			Failing: []*adopt.Failing{
				failing(1, "the password was changed since, or it was opened with another SECRET_KEY", !lost, "a session of user 1"),
				failing(1, "of a user who is disabled", !lost, "a session of user 2"),
				failing(1, "of a user who is not there", !lost, "a session of user 99"),
				failing(1, "not signed with SECRET_KEY, nor with one of SECRET_KEY_FALLBACKS", lost, "the session ffff…"),
			}})
		want(t, r, adopt.Tally{Table: "authtoken_token", Total: 2, Working: 1, Failing: []*adopt.Failing{
			failing(1, "not 40 characters: Django REST framework has not made it", lost, "user 3")}})
		want(t, r, adopt.Tally{Table: "token_blacklist_outstandingtoken", Total: 2, Over: 1, Failing: []*adopt.Failing{
			failing(1, "SIMPLE_JWT names no key of the Django project", lost, "user 1")}})
		want(t, r, adopt.Tally{Table: "account_emailconfirmation", Total: 1, Failing: []*adopt.Failing{
			failing(1, "a stored key, which ACCOUNT_EMAIL_CONFIRMATION_HMAC refuses", !lost, "user 1")}})
		if r.Verdict != "" || r.Lost() != 4 {
			t.Errorf("verdict %q, %d lost; want none and 4", r.Verdict, r.Lost())
		}
	})
}

func TestRefreshTokensAreCheckedWithTheKeys(t *testing.T) {
	check := func(d *adopt.Deps) {
		d.Refresh = func(_ context.Context, token string) error {
			if token != "good" {
				return errors.New("bad")
			}
			return nil
		}
		d.StoredLinks = true
	}
	end := now.Add(time.Hour)
	token := func(id int, text string) map[string]any {
		return row("token_blacklist.outstandingtoken", id, map[string]any{"user": 1, "jti": text, "token": text, "expires_at": end})
	}
	r := rehearse(t, gormtest.SQLite(t), check, user(1, pbkdf2Hash, true), token(1, "good"), token(2, "bad"),
		row("token_blacklist.outstandingtoken", 3, map[string]any{"user": 1, "jti": "e", "token": "ended", "expires_at": end}),
		row("token_blacklist.blacklistedtoken", 1, map[string]any{"token": 3, "blacklisted_at": now}))
	want(t, r, adopt.Tally{Table: "token_blacklist_outstandingtoken", Total: 3, Working: 1, Over: 1, Failing: []*adopt.Failing{
		{Reason: "not signed with a key of SIMPLE_JWT, or for another audience or issuer", Count: 1, Lost: true, Examples: []string{"user 1"}}}})
}

func TestAnotherSecretKeyIsSaidSo(t *testing.T) {
	end := now.Add(time.Hour)
	r := rehearse(t, gormtest.SQLite(t), nil, user(1, pbkdf2Hash, true),
		opened(t, "another key", "a", "1", pbkdf2Hash, end), opened(t, "another key", "b", "1", pbkdf2Hash, end),
		opened(t, projectKey, "c", "1", pbkdf2Hash, end))
	if !strings.Contains(r.Verdict, "SECRET_KEY") {
		t.Errorf("verdict %q", r.Verdict)
	}
}

func TestPagesAreReadToTheEndAndProgressIsTold(t *testing.T) {
	s := gormtest.SQLite(t)
	const users = 4321 // more than a page
	var rows []map[string]any
	for id := range users {
		rows = append(rows, row("auth.user", id+1, map[string]any{"username": "u" + string(rune('0'+id%10)) + time.Duration(id).String(), "password": pbkdf2Hash}))
	}
	var last, total int
	r := rehearse(t, s, func(d *adopt.Deps) {
		d.Progress = func(table string, done, of int) {
			if table == "auth_user" {
				last, total = done, of
			}
		}
	}, rows...)
	want(t, r, adopt.Tally{Table: "auth_user", Total: users, Working: users, By: map[string]int{"pbkdf2_sha256": users}})
	if last != users || total != users {
		t.Errorf("progress ended at %d of %d, want %d", last, total, users)
	}
}

func TestNothingCanBeWrittenInASnapshot(t *testing.T) {
	s := gormtest.Postgres(t)
	err := s.Snapshot(t.Context(), func(ctx context.Context) error { return s.DeleteSession(ctx, "key") })
	if err == nil {
		t.Error("a session was deleted while rehearsing")
	}
}
