package jwt

import (
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/models"
	"watchword/schemes"
)

func rotating(c *Config) { c.RotateRefreshTokens, c.BlacklistAfterRotation = true, true }

func TestRefreshWithoutRotationGivesAnAccessToken(t *testing.T) {
	f := exact(t, func(c *Config) { c.CustomClaims = map[string]string{"name": "{username}"} })
	g := f.issue(t)
	made := f.clock.at
	f.clock.at = made.Add(time.Hour)
	next, err := f.Refresh(t.Context(), g.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if next.Refresh != "" || !next.RefreshUntil.IsZero() {
		t.Errorf("got a refresh token too")
	}
	if want := f.clock.at.Add(5 * time.Minute); !next.AccessUntil.Equal(want) {
		t.Errorf("got end %v, want %v", next.AccessUntil, want)
	}
	id, err := f.Authenticate(bearerRequest("Bearer " + next.Access))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := id.Claims["iat"], made.Unix(); got != want { // the refresh token's, as in the original
		t.Errorf("got iat %v, want %v", got, want)
	}
	if got := id.Claims["name"]; got != "alice" {
		t.Errorf("the custom claim was lost: %v", got)
	}
	if len(f.store.outstanding) != 1 {
		t.Errorf("got %d rows, want 1", len(f.store.outstanding))
	}
}

func TestRotationEndsTheOldToken(t *testing.T) {
	f := exact(t, rotating)
	g := f.issue(t)
	f.clock.at = f.clock.at.Add(time.Hour)
	next, err := f.Refresh(t.Context(), g.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Refresh(t.Context(), g.Refresh); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("the old token: got %v, want Revoked", err)
	}
	if err := f.Verify(t.Context(), g.Refresh); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("verify of the old token: got %v, want Revoked", err)
	}
	if _, err := f.Refresh(t.Context(), next.Refresh); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if want := f.clock.at.Add(24 * time.Hour); !next.RefreshUntil.Equal(want) {
		t.Errorf("got end %v, want %v", next.RefreshUntil, want)
	}
	if len(f.store.outstanding) != 3 {
		t.Errorf("got %d rows, want 3", len(f.store.outstanding))
	}
}

func TestRotationKeepsClaimsToTheByte(t *testing.T) {
	f := exact(t, rotating)
	ids := []string{"new-refresh", "new-access"}
	f.newID = func(string) string { id := ids[0]; ids = ids[1:]; return id }
	old := f.forge(t, `{"token_type":"refresh","exp":4102444800,"iat":1700000000,"jti":"old","user_id":1,"foo":[1.50,{"é":"\u00e9"}]}`)
	next, err := f.Refresh(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	now := f.clock.at.Unix()
	for raw, want := range map[string]string{
		next.Refresh: `{"token_type":"refresh","exp":` + number(now+86400) + `,"iat":` + number(now) + `,"jti":"new-refresh",` +
			`"user_id":1,"foo":[1.50,{"é":"\u00e9"}]}`,
		next.Access: `{"token_type":"access","exp":` + number(now+300) + `,"iat":1700000000,"jti":"new-access",` +
			`"user_id":1,"foo":[1.50,{"é":"\u00e9"}]}`,
	} {
		if got := payload(t, raw); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if row := f.store.outstanding["old"]; row.UserID != "1" || !f.store.ended["old"] {
		t.Errorf("the foreign token was not taken in: %+v", row)
	}
}

func TestManyRefreshesOfOneTokenHaveOneWinner(t *testing.T) {
	f := exact(t, rotating)
	g := f.issue(t)
	results := make([]error, 32)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { _, results[i] = f.Refresh(t.Context(), g.Refresh) })
	}
	all.Wait()
	won := 0
	for _, err := range results {
		switch reasonOf(t, err) {
		case 0:
			won++
		case schemes.Revoked:
		default:
			t.Errorf("got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("got %d winners, want 1", won)
	}
	if len(f.store.outstanding) != 2 {
		t.Errorf("got %d rows, want 2: losers leave none", len(f.store.outstanding))
	}
}

func TestWhoMayRefresh(t *testing.T) {
	f := exact(t, rotating)
	g := f.issue(t)
	const end = `"token_type":"refresh","exp":4102444800`
	for _, c := range []struct {
		name, token string
		reason      schemes.Reason
	}{
		{"access token", g.Access, schemes.WrongType},
		{"nobody", f.forge(t, `{`+end+`,"jti":"a"}`), 0}, // as recorded; its successors prove nothing
		{"missing user", f.forge(t, `{`+end+`,"jti":"b","user_id":99}`), schemes.UserMissing},
		{"odd user", f.forge(t, `{`+end+`,"jti":"c","user_id":"abc"}`), schemes.UserMissing},
		{"disabled user", f.forge(t, `{`+end+`,"jti":"d","user_id":2}`), schemes.UserInactive},
		{"spaces around", " " + g.Refresh + " ", schemes.Invalid},
		{"line end inside", g.Refresh[:len(g.Refresh)-4] + "\n" + g.Refresh[len(g.Refresh)-4:], schemes.Invalid},
	} {
		if _, err := f.Refresh(t.Context(), c.token); reasonOf(t, err) != c.reason {
			t.Errorf("%s: got %v, want %v", c.name, err, c.reason)
		}
	}
	if len(f.store.ended) != 1 {
		t.Errorf("got %d ended tokens, want 1: refusals end nothing", len(f.store.ended))
	}
}

func TestBlacklistEndsATokenOnce(t *testing.T) {
	f := exact(t, nil)
	g := f.issue(t)
	foreign := f.forge(t, `{"token_type":"refresh","exp":4102444800,"jti":"foreign","user_id":99}`)
	for _, raw := range []string{g.Refresh, foreign} {
		if err := f.Blacklist(t.Context(), raw); err != nil {
			t.Errorf("first: %v", err)
		}
		if err := f.Blacklist(t.Context(), raw); reasonOf(t, err) != schemes.Revoked {
			t.Errorf("again: got %v, want Revoked", err)
		}
		if err := f.Verify(t.Context(), raw); reasonOf(t, err) != schemes.Revoked {
			t.Errorf("verify: got %v, want Revoked", err)
		}
	}
	if err := f.Blacklist(t.Context(), g.Access); reasonOf(t, err) != schemes.WrongType {
		t.Errorf("access token: got %v, want WrongType", err)
	}
	if row := f.store.outstanding["foreign"]; row.UserID != "" || row.Token != foreign {
		t.Errorf("row of a token whose user is gone: %+v", row)
	}
	if _, err := f.Authenticate(bearerRequest("Bearer " + g.Access)); err != nil {
		t.Errorf("the access token of an ended pair: %v", err)
	}
}

func TestWithoutABlacklistNothingIsStored(t *testing.T) {
	f := build(t, ExactConfig(), func(c *Config) { c.RotateRefreshTokens = true }, false)
	g := f.issue(t)
	if err := f.Blacklist(t.Context(), g.Refresh); err != nil {
		t.Errorf("blacklist: %v", err)
	}
	if err := f.Blacklist(t.Context(), "x"); reasonOf(t, err) != schemes.Invalid {
		t.Errorf("blacklist of garbage: %v", err)
	}
	if next, err := f.Refresh(t.Context(), g.Refresh); err != nil || next.Refresh == "" {
		t.Errorf("refresh: %v", err)
	}
	if err := f.Verify(t.Context(), g.Refresh); err != nil {
		t.Errorf("verify: %v", err)
	}
	if n := len(f.store.outstanding) + len(f.store.ended); n != 0 {
		t.Errorf("got %d rows, want none", n)
	}
	cfg := DefaultConfig()
	if _, err := New(cfg, f.keys, f.store, nil); err == nil {
		t.Error("BLACKLIST_AFTER_ROTATION without a blacklist was taken")
	}
}

func TestAccessTokensCostNoQuestionToTheBlacklist(t *testing.T) {
	f := exact(t, rotating)
	g := f.issue(t)
	if _, err := f.Authenticate(bearerRequest("Bearer " + g.Access)); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(t.Context(), g.Access); err != nil {
		t.Fatal(err)
	}
	if f.store.asked != 0 {
		t.Errorf("got %d questions, want none", f.store.asked)
	}
}

func TestWithClaimsAddsToACopy(t *testing.T) {
	f := exact(t, nil)
	wide, err := f.WithClaims(map[string]string{"username": "{username}", "sub": "MpdbUser"})
	if err != nil {
		t.Fatal(err)
	}
	g, err := wide.Issue(httptest.NewRequest("POST", "/", nil), f.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{g.Access, g.Refresh} {
		if got := payload(t, raw); !strings.HasSuffix(got, `"user_id":1,"sub":"MpdbUser","username":"alice"}`) {
			t.Errorf("got %s", got)
		}
	}
	if got := payload(t, f.issue(t).Access); strings.Contains(got, "MpdbUser") {
		t.Errorf("the original changed: %s", got)
	}
	if _, err := f.WithClaims(map[string]string{"user_id": "7"}); err == nil {
		t.Error("a claim of the scheme itself was taken")
	}
}

func TestErrorsOfTheStoreAreNoRefusals(t *testing.T) {
	f := exact(t, rotating)
	g := f.issue(t)
	broken := *f.Scheme
	broken.users, broken.tokens = brokenStore{f.store}, brokenStore{f.store}
	_, refreshing := broken.Refresh(t.Context(), g.Refresh)
	_, authenticating := broken.Authenticate(bearerRequest("Bearer " + g.Access))
	for name, err := range map[string]error{
		"refresh": refreshing, "authenticate": authenticating,
		"verify": broken.Verify(t.Context(), g.Refresh), "blacklist": broken.Blacklist(t.Context(), g.Refresh),
	} {
		var failure *schemes.Failure
		if !errors.Is(err, models.ErrUnavailable) || errors.As(err, &failure) {
			t.Errorf("%s: got %v, want ErrUnavailable", name, err)
		}
	}
}
