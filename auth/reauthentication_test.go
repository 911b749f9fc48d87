package auth_test

import (
	"context"
	"testing"
	"time"

	"watchword/auth"
	"watchword/models"
	"watchword/schemes"
)

// dated is a scheme whose logins were at a time.
type dated struct {
	schemes.Scheme
	at time.Time
}

func (d dated) Name() string { return "dated" }

func (d dated) LoggedInAt(context.Context, schemes.Identity) (time.Time, error) { return d.at, nil }

// undated is a scheme that does not know.
type undated struct{ schemes.Scheme }

func (undated) Name() string { return "undated" }

func TestWhoHasToProveThemselvesOnceMore(t *testing.T) {
	service, _ := newService(t)
	u := mustCreate(t, service, "ana", "secret-pw")
	minutes := 5 * time.Minute
	for name, test := range map[string]struct {
		timeout, age     time.Duration
		scheme, password string
		want             error
	}{
		"a young login":                       {minutes, minutes - time.Second, "dated", "", nil},
		"an old login":                        {minutes, minutes, "dated", "", auth.ErrReauthentication},
		"an old login and the password":       {minutes, time.Hour, "dated", "secret-pw", nil},
		"a young login and a wrong password":  {minutes, 0, "dated", "wrong", auth.ErrInvalidCredentials},
		"nobody knows":                        {minutes, 0, "undated", "", auth.ErrReauthentication},
		"nobody knows, but with the password": {minutes, 0, "undated", "secret-pw", nil},
		"no login counts":                     {0, 0, "dated", "", auth.ErrReauthentication},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := auth.ReauthenticationConfig{Timeout: test.timeout, Now: func() time.Time { return now }}
			r := auth.NewReauthentication(cfg, service, []schemes.Scheme{undated{}, dated{at: now.Add(-test.age)}})
			err := r.Require(t.Context(), schemes.Identity{User: u, Scheme: test.scheme}, test.password)
			wantErr(t, "Require", err, test.want)
		})
	}
	r := auth.NewReauthentication(auth.DefaultReauthenticationConfig(), service, []schemes.Scheme{dated{}})
	err := r.Require(t.Context(), schemes.Identity{User: &models.User{}, Scheme: "dated"}, "")
	wantErr(t, "a login of which nobody knows when it was", err, auth.ErrReauthentication)
}
