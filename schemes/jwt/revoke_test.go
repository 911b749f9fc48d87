package jwt

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/schemes"
)

// sparing remembers what a Revoker has ended.
type sparing struct {
	logins []time.Time   // until when
	spared [][]time.Time // of each time that refresh tokens were ended
}

func (e *sparing) EndLogins(_ context.Context, _ models.UserID, at time.Time) error {
	e.logins = append(e.logins, at)
	return nil
}

func (e *sparing) BlacklistAll(_ context.Context, _ models.UserID, _ time.Time, spared ...time.Time) error {
	e.spared = append(e.spared, spared)
	return nil
}

func TestTheOthersAreThoseMadeInOtherSeconds(t *testing.T) {
	at := func(second int64) time.Time { return time.Unix(second, 0).UTC() }
	u := &models.User{ID: "7"}
	for _, tt := range []struct {
		name string
		id   schemes.Identity
		want sparing
	}{
		{"the token that came with the refresh token, or with its successor",
			schemes.Identity{User: u, Scheme: Name, Claims: map[string]any{"iat": int64(1000), "exp": int64(2300)}},
			sparing{spared: [][]time.Time{{at(1000), at(2000)}}}},
		{"a token without times", schemes.Identity{User: u, Scheme: Name}, sparing{spared: [][]time.Time{nil}}},
		{"another scheme", schemes.Identity{User: u, Scheme: "session", Claims: map[string]any{"iat": int64(1000)}},
			sparing{logins: []time.Time{at(3000)}, spared: [][]time.Time{nil}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got sparing
			cfg := ExactConfig()
			cfg.Now = func() time.Time { return at(3000) }
			if err := NewRevoker(cfg, &got).RevokeOthers(t.Context(), tt.id); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(sparing{})); d != "" {
				t.Error(d)
			}
		})
	}
}
