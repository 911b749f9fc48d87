package jwt

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/schemes"
)

// reasonOf returns the reason of a failure, and 0 for no error.
func reasonOf(t testing.TB, err error) schemes.Reason {
	t.Helper()
	if err == nil {
		return 0
	}
	var failure *schemes.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want a failure", err)
	}
	return failure.Reason
}

func TestTheHeaderIsReadAsSimplejwtDoes(t *testing.T) {
	f := exact(t, nil)
	good := f.issue(t).Access
	for _, c := range []struct {
		name, header string
		user         bool
		reason       schemes.Reason
	}{
		{"none", "", false, 0},
		{"token", "Bearer " + good, true, 0},
		{"many spaces", "  Bearer   " + good + "  ", true, 0},
		{"only spaces", "  ", false, 0},
		{"tab before the token", "Bearer \t" + good, false, schemes.Invalid},
		{"tab for a space", "Bearer\t" + good, false, 0},
		{"other keyword", "Token " + good, false, 0},
		{"keyword in another case", "bearer " + good, false, 0},
		{"no token", "Bearer", false, schemes.HeaderParts},
		{"three words", "Bearer " + good + " x", false, schemes.HeaderParts},
		{"two tokens", "Bearer " + good + ",Bearer " + good, false, schemes.HeaderParts},
		{"no-break space", "Bearer\u00a0" + good, false, 0},
		{"garbage", "Bearer x", false, schemes.Invalid},
		{"bytes beyond ASCII", "Bearer \xff\xfe.é.x", false, schemes.Invalid},
	} {
		id, err := f.Authenticate(bearerRequest(c.header))
		if got := reasonOf(t, err); got != c.reason || !id.Anonymous() != c.user {
			t.Errorf("%s: got user %v and %v, want %v and %v", c.name, !id.Anonymous(), got, c.user, c.reason)
		}
	}
}

func TestTwoHeadersAreTooManyWords(t *testing.T) {
	f := exact(t, nil)
	good := f.issue(t).Access
	r := bearerRequest("Bearer " + good)
	r.Header.Add("Authorization", "Bearer "+good)
	if _, err := f.Authenticate(r); reasonOf(t, err) != schemes.HeaderParts {
		t.Errorf("got %v", err)
	}
}

func TestAnotherHeaderAndOtherWords(t *testing.T) {
	f := exact(t, func(c *Config) { c.AuthHeaderName, c.AuthHeaderTypes = "HTTP_X_AUTH", []string{"JWT", "Bearer"} })
	good := f.issue(t).Access
	if got, want := f.Challenge(), `JWT realm="api"`; got != want {
		t.Errorf("got challenge %q, want %q", got, want)
	}
	for _, word := range []string{"JWT", "Bearer"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Auth", word+" "+good)
		if id, err := f.Authenticate(r); err != nil || id.Anonymous() {
			t.Errorf("%s: got %v", word, err)
		}
	}
	if id, err := f.Authenticate(bearerRequest("Bearer " + good)); err != nil || !id.Anonymous() {
		t.Errorf("the usual header is still read: %v", err)
	}
}

func TestTheIdentitySaysWhatTheTokenSays(t *testing.T) {
	f := exact(t, func(c *Config) { c.CustomClaims = map[string]string{"name": "{username}", "staff": "{is_staff}"} })
	id, err := f.Authenticate(bearerRequest("Bearer " + f.issue(t).Access))
	if err != nil {
		t.Fatal(err)
	}
	now := f.clock.at.Unix()
	want := map[string]any{
		"token_type": "access", "exp": now + 300, "iat": now, "jti": id.Key, "user_id": int64(1), "name": "alice", "staff": false,
	}
	if diff := cmp.Diff(want, id.Claims); diff != "" {
		t.Error(diff)
	}
	if id.User.Username != "alice" || id.Scheme != "jwt" {
		t.Errorf("got %+v", id)
	}
}

func TestWhomATokenNames(t *testing.T) {
	f := exact(t, nil)
	for _, c := range []struct {
		claim  string
		reason schemes.Reason
	}{
		{`,"user_id":1`, 0},
		{`,"user_id":"1"`, 0},
		{``, schemes.NoUser},
		{`,"user_id":null`, schemes.UserMissing},
		{`,"user_id":true`, schemes.UserMissing},
		{`,"user_id":1.0`, schemes.UserMissing},
		{`,"user_id":1e0`, schemes.UserMissing},
		{`,"user_id":0`, schemes.UserMissing},
		{`,"user_id":-1`, schemes.UserMissing},
		{`,"user_id":99`, schemes.UserMissing},
		{`,"user_id":99999999999999999999`, schemes.UserMissing},
		{`,"user_id":""`, schemes.UserMissing},
		{`,"user_id":" 1"`, schemes.UserMissing},
		{`,"user_id":"01"`, schemes.UserMissing},
		{`,"user_id":"abc"`, schemes.UserMissing},
		{`,"user_id":"1 OR 1=1"`, schemes.UserMissing},
		{`,"user_id":"00000000-0000-4000-8000-000000000000"`, schemes.UserMissing},
		{`,"user_id":[1]`, schemes.UserMissing},
		{`,"user_id":{"id":1}`, schemes.UserMissing},
		{`,"user_id":2`, schemes.UserInactive},
	} {
		raw := f.forge(t, `{"token_type":"access","exp":4102444800,"jti":"x"`+c.claim+`}`)
		if _, err := f.Authenticate(bearerRequest("Bearer " + raw)); reasonOf(t, err) != c.reason {
			t.Errorf("%s: got %v, want %v", c.claim, err, c.reason)
		}
	}
}

func TestUsersMayBeNamedByOtherFields(t *testing.T) {
	f := exact(t, func(c *Config) {
		c.UserIDField, c.UserIDClaim, c.JTIClaim, c.TokenTypeClaim = "username", "sub", "id", "typ"
	})
	g := f.issue(t)
	if got := payload(t, g.Access); !strings.HasSuffix(got, `"sub":"alice"}`) || !strings.HasPrefix(got, `{"typ":"access",`) {
		t.Errorf("got payload %s", got)
	}
	if id, err := f.Authenticate(bearerRequest("Bearer " + g.Access)); err != nil || id.Anonymous() {
		t.Errorf("got %v", err)
	}
	usual := f.forge(t, `{"token_type":"access","exp":4102444800,"jti":"x","user_id":1}`)
	if _, err := f.Authenticate(bearerRequest("Bearer " + usual)); reasonOf(t, err) != schemes.NoID {
		t.Errorf("the usual claims: got %v, want NoID", err)
	}
}

func TestDisabledUsersAreOutUnlessToldOtherwise(t *testing.T) {
	for _, check := range []bool{true, false} {
		f := exact(t, func(c *Config) { c.CheckUserIsActive = check })
		g := f.issue(t)
		f.store.alice().IsActive = false
		_, err := f.Authenticate(bearerRequest("Bearer " + g.Access))
		if got := reasonOf(t, err) == schemes.UserInactive; got != check {
			t.Errorf("check %v: got %v", check, err)
		}
		_, err = f.Refresh(t.Context(), g.Refresh)
		if got := reasonOf(t, err) == schemes.UserInactive; got != check {
			t.Errorf("check %v: refresh: got %v", check, err)
		}
	}
}

func TestAPasswordChangeEndsTokensWhereThatIsChecked(t *testing.T) {
	f := exact(t, func(c *Config) { c.CheckRevokeToken = true })
	g := f.issue(t)
	if _, err := f.Authenticate(bearerRequest("Bearer " + g.Access)); err != nil {
		t.Fatal(err)
	}
	without := f.forge(t, `{"token_type":"access","exp":4102444800,"jti":"x","user_id":1}`)
	if _, err := f.Authenticate(bearerRequest("Bearer " + without)); reasonOf(t, err) != schemes.PasswordChanged {
		t.Errorf("without the claim: got %v", err)
	}
	f.store.alice().Password = "other"
	next, err := f.Refresh(t.Context(), g.Refresh)
	if err != nil {
		t.Fatalf("refresh: %v", err) // as recorded; what it yields is good for nothing
	}
	for _, raw := range []string{g.Access, next.Access} {
		if _, err := f.Authenticate(bearerRequest("Bearer " + raw)); reasonOf(t, err) != schemes.PasswordChanged {
			t.Errorf("got %v, want PasswordChanged", err)
		}
	}
}

func TestTheOrderOfChecks(t *testing.T) {
	f := exact(t, nil)
	const end = `"exp":4102444800`
	f.store.ended["gone"] = true
	for _, c := range []struct {
		name, payload string
		reason        schemes.Reason
	}{
		{"good", `{"token_type":"refresh",` + end + `,"jti":"x"}`, 0},
		{"expired", `{"token_type":"refresh","exp":1000,"jti":"gone"}`, schemes.Expired},
		{"ended comes before all that is missing", `{"jti":"gone"}`, schemes.Revoked},
		{"no end comes before no id", `{"token_type":"refresh"}`, schemes.NoExpiry},
		{"no id comes before no type", `{` + end + `}`, schemes.NoID},
		{"no type", `{` + end + `,"jti":"x"}`, schemes.NoType},
		{"wrong type", `{"token_type":"access",` + end + `,"jti":"x"}`, schemes.WrongType},
		{"type of another kind", `{"token_type":["refresh"],` + end + `,"jti":"x"}`, schemes.WrongType},
		{"empty id", `{"token_type":"refresh",` + end + `,"jti":""}`, schemes.Invalid},
		{"id that is no text", `{"token_type":"refresh",` + end + `,"jti":5}`, schemes.Invalid},
		{"id with a NUL", `{"token_type":"refresh",` + end + `,"jti":"a\u0000b"}`, schemes.Invalid},
		{"long id", `{"token_type":"refresh",` + end + `,"jti":"` + strings.Repeat("x", 256) + `"}`, schemes.Invalid},
		{"future before expired", `{"token_type":"refresh","exp":1000,"iat":4102444800,"jti":"x"}`, schemes.Invalid},
	} {
		if _, err := f.read(t.Context(), f.forge(t, c.payload), refresh, f.clock.at); reasonOf(t, err) != c.reason {
			t.Errorf("%s: got %v, want %v", c.name, err, c.reason)
		}
	}
}

func TestTimesAudienceAndIssuer(t *testing.T) {
	f := exact(t, func(c *Config) {
		c.Leeway, c.Audience, c.Issuer = 5*time.Second, []any{"us", "them"}, "we"
	})
	now := f.clock.at.Unix()
	for _, c := range []struct {
		name, claims string
		reason       schemes.Reason
	}{
		{"all right", `"exp":` + number(now+10) + `,"aud":"us","iss":"we"`, 0},
		{"several audiences", `"exp":` + number(now+10) + `,"aud":["x","them"],"iss":"we"`, 0},
		{"just within the leeway", `"exp":` + number(now-4) + `,"nbf":` + number(now+5) + `,"aud":"us","iss":"we"`, 0},
		{"just beyond the leeway", `"exp":` + number(now-5) + `,"aud":"us","iss":"we"`, schemes.Expired},
		{"end as fraction", `"exp":` + number(now+10) + `.75,"aud":"us","iss":"we"`, 0},
		{"not yet", `"exp":` + number(now+10) + `,"nbf":` + number(now+6) + `,"aud":"us","iss":"we"`, schemes.Invalid},
		{"made later", `"exp":` + number(now+10) + `,"iat":` + number(now+6) + `,"aud":"us","iss":"we"`, schemes.Invalid},
		{"huge nbf", `"exp":` + number(now+10) + `,"nbf":1e300,"aud":"us","iss":"we"`, schemes.Invalid},
		{"nbf as text", `"exp":` + number(now+10) + `,"nbf":"1","aud":"us","iss":"we"`, schemes.Invalid},
		{"end as text", `"exp":"` + number(now+10) + `","aud":"us","iss":"we"`, schemes.Invalid},
		{"end null", `"exp":null,"aud":"us","iss":"we"`, schemes.Invalid},
		{"end in milliseconds", `"exp":` + number(now*1000) + `,"aud":"us","iss":"we"`, schemes.Invalid},
		{"end before time", `"exp":-1,"aud":"us","iss":"we"`, schemes.Expired},
		{"no audience", `"exp":` + number(now+10) + `,"iss":"we"`, schemes.Invalid},
		{"other audience", `"exp":` + number(now+10) + `,"aud":["x"],"iss":"we"`, schemes.Invalid},
		{"longer audience", `"exp":` + number(now+10) + `,"aud":"use","iss":"we"`, schemes.Invalid},
		{"odd audience", `"exp":` + number(now+10) + `,"aud":["us",1],"iss":"we"`, schemes.Invalid},
		{"null among audiences", `"exp":` + number(now+10) + `,"aud":["us",null],"iss":"we"`, schemes.Invalid},
		{"ended, and for others", `"exp":` + number(now-5) + `,"aud":"x","iss":"y"`, schemes.Expired},
		{"ended, and not yet", `"exp":` + number(now-5) + `,"nbf":` + number(now+6) + `,"aud":"us","iss":"we"`, schemes.Invalid},
		{"audience object", `"exp":` + number(now+10) + `,"aud":{"us":1},"iss":"we"`, schemes.Invalid},
		{"no issuer", `"exp":` + number(now+10) + `,"aud":"us"`, schemes.Invalid},
		{"issuer in a list", `"exp":` + number(now+10) + `,"aud":"us","iss":["we"]`, schemes.Invalid},
	} {
		raw := f.forge(t, `{"jti":"x","token_type":"refresh",`+c.claims+`}`)
		if err := f.Verify(t.Context(), raw); reasonOf(t, err) != c.reason {
			t.Errorf("%s: got %v, want %v", c.name, err, c.reason)
		}
	}
}

func TestNoTokenOutlivesWhatIsHandedOut(t *testing.T) {
	f := safe(t, nil)
	longest := f.clock.at.Unix() + 24*3600
	for end, want := range map[int64]schemes.Reason{longest: 0, longest + 1: schemes.Invalid} {
		raw := f.forge(t, `{"token_type":"access","exp":`+number(end)+`,"jti":"x","user_id":1}`)
		if err := f.Verify(t.Context(), raw); reasonOf(t, err) != want {
			t.Errorf("end %d: got %v, want %v", end-longest, err, want)
		}
	}
}

func TestKeyIDsAreObeyedWhereTheyAreWritten(t *testing.T) {
	f := safe(t, nil)
	own := f.keys.Signing().ID()
	body := encodeText(`{"token_type":"access","exp":` + number(f.clock.at.Unix()+60) + `,"jti":"x","user_id":1}`)
	for _, c := range []struct {
		header string
		named  bool
		reason schemes.Reason
	}{
		{`{"alg":"RS256","kid":"` + own + `"}`, true, 0},
		{`{"alg":"RS256"}`, true, 0}, // from Django, which names no keys
		{`{"alg":"RS256","kid":"other"}`, true, schemes.Invalid},
		{`{"alg":"RS256","kid":"other"}`, false, 0},
		{`{"alg":"RS256","kid":1}`, false, schemes.Invalid},
		{`{"alg":"RS256","typ":"jwt"}`, true, 0},
		{`{"alg":"RS256","typ":"at+jwt"}`, true, schemes.Invalid},
		{`{"alg":"RS256","jku":"http://127.0.0.1/"}`, true, 0}, // never looked at
	} {
		f.cfg.KeyIDs = c.named
		input := encodeText(c.header) + "." + body
		signature, err := f.keys.Signing().Sign(input)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Verify(t.Context(), input+"."+encodeText(string(signature))); reasonOf(t, err) != c.reason {
			t.Errorf("%s, named %v: got %v, want %v", c.header, c.named, err, c.reason)
		}
	}
}
