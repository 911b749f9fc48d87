package jwt

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/schemes"
)

// revoked is what a Revoker has ended.
type revoked struct {
	User   models.UserID
	At     time.Time
	But    models.Login
	Spared string // by BlacklistAll
}

// ending remembers it.
type ending struct{ revoked []revoked }

func (e *ending) EndOtherLogins(_ context.Context, user models.UserID, at time.Time, but models.Login) error {
	e.revoked = append(e.revoked, revoked{User: user, At: at, But: but})
	if user == "gone" {
		return models.ErrNotFound
	}
	return nil
}

func (e *ending) BlacklistAll(_ context.Context, _ models.UserID, _ time.Time, spared string) error {
	e.revoked[len(e.revoked)-1].Spared = spared
	return nil
}

func TestWhichLoginIsSpared(t *testing.T) {
	const id = "0123456789ab4def89abcdef01234567"
	now := time.Unix(3000, 0).UTC()
	u := &models.User{ID: "7"}
	for _, test := range []struct {
		name string
		id   schemes.Identity
		but  models.Login
	}{
		{"that of the token", schemes.Identity{User: u, Scheme: Name, Key: id, Claims: map[string]any{"iat": int64(1000)}},
			models.Login{ID: id[:16], IssuedAt: time.Unix(1000, 0)}},
		{"of a token with a fraction", schemes.Identity{User: u, Scheme: Name, Key: id, Claims: map[string]any{"iat": 1000.25}},
			models.Login{ID: id[:16], IssuedAt: time.UnixMicro(1000250000)}},
		{"a token without a time", schemes.Identity{User: u, Scheme: Name, Key: id}, models.Login{ID: id[:16]}},
		{"a token that names no login", schemes.Identity{User: u, Scheme: Name, Key: "short"}, models.Login{}},
		{"another scheme's", schemes.Identity{User: u, Scheme: "session", Key: id}, models.Login{}},
		{"of a user who is gone", schemes.Identity{User: &models.User{ID: "gone"}, Scheme: Name, Key: id}, models.Login{ID: id[:16]}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got ending
			cfg := DefaultConfig()
			cfg.Now = func() time.Time { return now }
			if err := NewRevoker(cfg, &got).RevokeOthers(t.Context(), test.id); err != nil {
				t.Fatal(err)
			}
			want := []revoked{{test.id.User.ID, now, test.but, test.but.ID}}
			if d := cmp.Diff(want, got.revoked); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAllLoginsEndAndNoneIsSpared(t *testing.T) {
	var got ending
	cfg := DefaultConfig()
	cfg.Now = func() time.Time { return time.Unix(3000, 0).UTC() }
	if err := NewRevoker(cfg, &got).RevokeAll(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]revoked{{User: "7", At: time.Unix(3000, 0).UTC()}}, got.revoked); d != "" {
		t.Error(d)
	}
}
