package jwt

import (
	"strings"
	"testing"
	"time"
)

func TestTokensSayWhenTheLoginWasHoweverOftenTheyAreRefreshed(t *testing.T) {
	f := safe(t, nil)
	login := f.clock.at.Truncate(time.Second)
	grant := f.issue(t)
	for range 3 {
		id, err := f.Authenticate(bearerRequest("Bearer " + grant.Access))
		if err != nil {
			t.Fatal(err)
		}
		if at, err := f.LoggedInAt(t.Context(), id); err != nil || !at.Equal(login) {
			t.Errorf("LoggedInAt = %v, %v; want %v", at, err, login)
		}
		f.clock.at = f.clock.at.Add(time.Hour)
		if grant, err = f.Refresh(t.Context(), grant.Refresh); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTokensThatDoNotSayWhenTheLoginWas(t *testing.T) {
	f := safe(t, func(c *Config) { c.AuthTimeClaim = "" })
	grant := f.issue(t)
	if got := payload(t, grant.Access); strings.Contains(got, "auth_time") {
		t.Errorf("got %s", got)
	}
	id, err := f.Authenticate(bearerRequest("Bearer " + grant.Access))
	if err != nil {
		t.Fatal(err)
	}
	if at, err := f.LoggedInAt(t.Context(), id); err != nil || !at.IsZero() {
		t.Errorf("LoggedInAt = %v, %v; want nothing", at, err)
	}
}
