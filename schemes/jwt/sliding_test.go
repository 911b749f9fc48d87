package jwt

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/schemes"
)

func slidingFixture(t *testing.T) (fixture, schemes.Grant) {
	t.Helper()
	f := exact(t, func(c *Config) {
		c.AuthTokenClasses = []string{
			"rest_framework_simplejwt.tokens.AccessToken", "rest_framework_simplejwt.tokens.SlidingToken",
		}
	})
	g, err := f.Sliding().Issue(httptest.NewRequest("POST", "/", nil), f.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	return f, g
}

func TestASlidingTokenProvesAndBuysItsSuccessor(t *testing.T) {
	f, g := slidingFixture(t)
	now := f.clock.at.Unix()
	id, err := f.Authenticate(bearerRequest("Bearer " + g.Access))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"token_type":"sliding","exp":` + number(now+300) + `,"iat":` + number(now) + `,"jti":"` + id.Key +
		`","refresh_exp":` + number(now+86400) + `,"user_id":1}`
	if got := payload(t, g.Access); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, recorded := f.store.outstanding[id.Key]; !recorded {
		t.Error("not recorded")
	}
	f.clock.at = f.clock.at.Add(4 * time.Minute)
	next, err := f.Sliding().Refresh(t.Context(), g.Access)
	if err != nil {
		t.Fatal(err)
	}
	want = `{"token_type":"sliding","exp":` + number(now+540) + `,"iat":` + number(now+240) + `,"jti":"` + id.Key +
		`","refresh_exp":` + number(now+86400) + `,"user_id":1}`
	if got := payload(t, next.Access); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhenSlidingEnds(t *testing.T) {
	f, g := slidingFixture(t)
	const end = `{"token_type":"sliding","exp":4102444800,"jti":"x","user_id":`
	for _, c := range []struct {
		name, token string
		reason      schemes.Reason
		claim       string
	}{
		{"no second end", f.forge(t, end+`1}`), schemes.NoExpiry, "refresh_exp"},
		{"second end over", f.forge(t, end+`1,"refresh_exp":1000}`), schemes.Expired, "refresh_exp"},
		{"second end odd", f.forge(t, end+`1,"refresh_exp":"x"}`), schemes.Invalid, "refresh_exp"},
		{"disabled user", f.forge(t, end+`2,"refresh_exp":4102444800}`), schemes.UserInactive, ""},
		{"missing user", f.forge(t, end+`99,"refresh_exp":4102444800}`), schemes.UserMissing, ""},
		{"refresh token", f.issue(t).Refresh, schemes.WrongType, ""},
	} {
		_, err := f.Sliding().Refresh(t.Context(), c.token)
		var failure *schemes.Failure
		if !errors.As(err, &failure) || failure.Reason != c.reason || failure.Claim != c.claim {
			t.Errorf("%s: got %v, want %v about %q", c.name, err, c.reason, c.claim)
		}
	}
	f.clock.at = f.clock.at.Add(5 * time.Minute)
	if _, err := f.Sliding().Refresh(t.Context(), g.Access); reasonOf(t, err) != schemes.Expired {
		t.Errorf("an expired token: got %v", err)
	}
}

func TestRevokeEndsASlidingTokenAndItsCopies(t *testing.T) {
	f, g := slidingFixture(t)
	next, err := f.Sliding().Refresh(t.Context(), g.Access)
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.Authenticate(bearerRequest("Bearer " + next.Access))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // ending it twice is no error
		if _, err := f.Revoke(httptest.NewRequest("POST", "/", nil), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, raw := range []string{g.Access, next.Access} {
		_, err := f.Authenticate(bearerRequest("Bearer " + raw))
		var failure *schemes.Failure
		if !errors.As(err, &failure) {
			t.Fatalf("got %v, want a failure", err)
		}
		want := []schemes.Attempt{
			{Class: "AccessToken", Type: "access", Reason: schemes.WrongType},
			{Class: "SlidingToken", Type: "sliding", Reason: schemes.Revoked},
		}
		if diff := cmp.Diff(want, failure.Attempts); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSlidingTokensProveNothingUnlessListed(t *testing.T) {
	f := exact(t, nil)
	g, err := f.Sliding().Issue(httptest.NewRequest("POST", "/", nil), f.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(bearerRequest("Bearer " + g.Access)); reasonOf(t, err) != schemes.WrongType {
		t.Errorf("got %v, want WrongType", err)
	}
}

func TestRevokeOfAnAccessTokenDoesNothing(t *testing.T) {
	f := exact(t, nil)
	id, err := f.Authenticate(bearerRequest("Bearer " + f.issue(t).Access))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Revoke(httptest.NewRequest("POST", "/", nil), id); err != nil || len(f.store.ended) != 0 {
		t.Errorf("got %v and %d ended tokens", err, len(f.store.ended))
	}
}
