package token_test

import (
	"testing"
	"time"

	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/token"
)

func TestTokensSayWhenTheyWereMade(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		clock, u := newClock(), newUser(t, store, "ana", true)
		own, plain := newScheme(t, clock.of(token.DefaultConfig()), store), token.NewPlain(store, clock.now)
		for _, scheme := range []interface {
			schemes.Scheme
			schemes.LoginDater
		}{own, plain} {
			grant, err := scheme.Issue(request(t, ""), u)
			if err != nil {
				t.Fatal(err)
			}
			id, err := scheme.Authenticate(request(t, "Token "+grant.Access))
			if err != nil {
				t.Fatal(err)
			}
			clock.forward(time.Hour)
			want := clock.now().Add(-time.Hour).UTC()
			if at, err := scheme.LoggedInAt(t.Context(), id); err != nil || !at.Equal(want) {
				t.Errorf("%s: LoggedInAt = %v, %v; want %v", scheme.Name(), at, err, want)
			}
			if _, err := scheme.Revoke(request(t, ""), id); err != nil {
				t.Fatal(err)
			}
			if at, err := scheme.LoggedInAt(t.Context(), id); err != nil || !at.IsZero() {
				t.Errorf("%s: LoggedInAt of an ended token = %v, %v; want nothing", scheme.Name(), at, err)
			}
		}
	})
}
