package tests

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"watchword/tests/harness"
)

// What our server is at the provider.
const (
	socialClient   = "our-client"
	socialPhone    = "our-phone"
	socialSecret   = "the-secret-of-our-client-0123456789"
	socialCallback = "https://app.example/callback"
)

// openIDProvider is a running provider.mjs.
type openIDProvider struct {
	*harness.Companion `json:"-"`
	URL                string `json:"url"`
}

func startProvider(t *testing.T) *openIDProvider {
	t.Helper()
	p := &openIDProvider{Companion: harness.StartCompanion(t, nodeProgram(t, "provider.mjs"))}
	p.Hear(t, p)
	return p
}

// ask sends the provider a line and returns what it says.
func (p *openIDProvider) ask(t *testing.T, line map[string]any) (said struct{ Token string }) {
	t.Helper()
	p.Ask(t, line, &said)
	return said
}

// idToken is one for us about sub, with changes.
func (p *openIDProvider) idToken(t *testing.T, sub string, changes map[string]any) string {
	t.Helper()
	claims := map[string]any{"sub": sub, "aud": socialClient, "email": sub + "@example.com", "email_verified": true}
	maps.Copy(claims, changes)
	return p.ask(t, map[string]any{"claims": claims}).Token
}

// code logs in at the provider with PKCE, as a browser does, and returns the code.
func (p *openIDProvider) code(t *testing.T, verifier string) string {
	t.Helper()
	query := url.Values{"response_type": {"code"}, "client_id": {socialClient}, "redirect_uri": {socialCallback},
		"scope": {"openid email"}, "state": {rand.Text()}, "code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)},
		"code_challenge_method": {"S256"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/authorize?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	back, err := answer.Location()
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("the provider answered %s without a code: %v", answer.Status, err)
	}
	return back.Query().Get("code")
}

// startSocial starts a server that knows the provider as google, apple and mock.
func startSocial(t *testing.T, p *openIDProvider, database harness.Database, change map[string]any) *harness.Server {
	t.Helper()
	apps := []map[string]any{{"client_id": socialClient, "secret": socialSecret}, {"client_id": socialPhone}}
	settings := harness.DefaultSettings(t)
	maps.Copy(settings, map[string]any{
		"FEATURES": map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"},
			"social": []string{"google", "apple", "mock"}},
		"SOCIALACCOUNT_ALLOW_LOOPBACK": true,
		"SOCIALACCOUNT_PROVIDERS": map[string]any{
			"google": map[string]any{"APPS": apps, "ID_TOKEN_ISSUER": p.URL, "OAUTH_PKCE_ENABLED": true,
				"CALLBACK_URLS": []string{socialCallback}},
			"apple": map[string]any{"APPS": apps, "ID_TOKEN_ISSUER": p.URL},
			"openid_connect": map[string]any{"APPS": []map[string]any{{"provider_id": "mock", "client_id": socialClient,
				"secret": socialSecret, "settings": map[string]any{"server_url": p.URL}}}},
		},
	})
	maps.Copy(settings, change)
	return harness.Start(t, harness.Config{Database: database, Settings: settings, Secrets: []string{socialSecret, ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
}

// socialLogin posts to a provider's endpoint and expects a status. What is said is a user or the refusal.
func socialLogin(t *testing.T, s *harness.Server, provider string, body map[string]any, want int) (said struct {
	Access   string
	User     struct{ PK int }
	Messages []string `json:"non_field_errors"`
}) {
	t.Helper()
	got := s.Post(t, "/dj-rest-auth/"+provider+"/", body)
	if err := json.Unmarshal(got.Body, &said); err != nil || got.Status != want {
		t.Errorf("%s = %d %s, want %d", provider, got.Status, got.Body, want)
	}
	return said
}

func TestSocialLoginWithARealOpenIDProvider(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	s := startSocial(t, p, harness.SQLite(t), nil)

	first := socialLogin(t, s, "google", map[string]any{"id_token": p.idToken(t, "ada", nil)}, 200)
	if got := s.Get(t, "/dj-rest-auth/user/", first.Access); got.Status != 200 || got.Field(t, "email") != "ada@example.com" {
		t.Errorf("user/ = %d %s", got.Status, got.Body)
	}
	again := socialLogin(t, s, "google", map[string]any{"access_token": p.idToken(t, "ada", map[string]any{"aud": socialPhone})}, 200)
	if again.User.PK != first.User.PK {
		t.Errorf("the second login is user %d, want %d", again.User.PK, first.User.PK)
	}
	socialLogin(t, s, "google", map[string]any{"id_token": p.idToken(t, "ada", map[string]any{"nonce": "n"}), "nonce": "n"}, 200)

	verifier := oauth2.GenerateVerifier()
	code := map[string]any{"code": p.code(t, verifier), "code_verifier": verifier, "callback_url": socialCallback}
	byCode := socialLogin(t, s, "google", code, 200)
	if byCode.User.PK == first.User.PK {
		t.Error("two people have one account")
	}
	p.ask(t, map[string]any{"issued": map[string]any{"active": true, "client_id": socialClient, "sub": "by-token"}})
	byToken := socialLogin(t, s, "mock", map[string]any{"access_token": "opaque"}, 200)
	if byToken.User.PK == byCode.User.PK {
		t.Error("two people have one account")
	}
}

func TestSocialLoginRefusesWhatIsNotForUs(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	s := startSocial(t, p, harness.SQLite(t), nil)
	p.ask(t, map[string]any{"issued": map[string]any{"active": true, "client_id": "theirs", "sub": "by-token"}})
	for name, test := range map[string]struct {
		provider string
		body     map[string]any
		want     string
	}{
		"wrong audience":     {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"aud": "theirs"})}, "wrong audience"},
		"expired":            {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"exp": 1})}, "expired"},
		"another issuer":     {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"iss": "https://evil.example"})}, "wrong issuer"},
		"another nonce":      {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"nonce": "a"}), "nonce": "b"}, "wrong nonce"},
		"from the future":    {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"nbf": 9999999999})}, "not valid yet"},
		"nobody":             {"google", map[string]any{"id_token": p.idToken(t, "x", map[string]any{"sub": nil})}, "who it is"},
		"signed by another":  {"google", map[string]any{"id_token": p.ask(t, map[string]any{"claims": map[string]any{"aud": socialClient, "sub": "x"}, "sign": "other"}).Token}, "has not signed"},
		"not signed":         {"google", map[string]any{"id_token": p.ask(t, map[string]any{"claims": map[string]any{"aud": socialClient, "sub": "x"}, "sign": "none"}).Token}, "not an id_token"},
		"nonsense":           {"google", map[string]any{"id_token": "nonsense"}, "not an id_token"},
		"a token of others":  {"mock", map[string]any{"access_token": "opaque"}, "another client"},
		"unprovable":         {"apple", map[string]any{"access_token": "opaque"}, "Send the id_token"},
		"a bad code":         {"google", map[string]any{"code": "bad", "code_verifier": "x"}, "Failed to exchange code for access token"},
		"no verifier":        {"google", map[string]any{"code": "bad"}, "code_verifier is required."},
		"an evil callback":   {"google", map[string]any{"code": "bad", "code_verifier": "x", "callback_url": "https://evil.example"}, "callback_url"},
		"a code for no view": {"mock", map[string]any{"code": "x"}, "Define callback_url in view"},
		"nothing":            {"google", map[string]any{}, "Incorrect input. access_token or code is required."},
	} {
		t.Run(name, func(t *testing.T) {
			said := socialLogin(t, s, test.provider, test.body, 400)
			if len(said.Messages) != 1 || !strings.Contains(said.Messages[0], test.want) {
				t.Errorf("said %q, want %q", said.Messages, test.want)
			}
		})
	}
	t.Run("PKCE with another verifier", func(t *testing.T) {
		code := p.code(t, oauth2.GenerateVerifier())
		socialLogin(t, s, "google", map[string]any{"code": code, "code_verifier": oauth2.GenerateVerifier()}, 400)
	})
	for name, answer := range map[string]map[string]any{
		"an error":        {"status": 400, "body": map[string]any{"error": "invalid_grant"}},
		"a crash":         {"status": 500, "body": map[string]any{}},
		"no token":        {"status": 200, "body": map[string]any{"token_type": "Bearer"}},
		"another id":      {"status": 200, "body": map[string]any{"access_token": "a", "id_token": "a.b.c"}},
		"no id_token":     {"status": 200, "body": map[string]any{"access_token": "a", "token_type": "Bearer"}},
		"something else":  {"status": 200, "body": []int{1, 2, 3}},
		"somebody else's": {"status": 200, "body": map[string]any{"access_token": "a", "id_token": p.idToken(t, "x", map[string]any{"aud": "theirs"})}},
	} {
		t.Run("the token endpoint answers with "+name, func(t *testing.T) {
			verifier := oauth2.GenerateVerifier()
			code := p.code(t, verifier)
			p.ask(t, map[string]any{"corrupt": answer})
			socialLogin(t, s, "google", map[string]any{"code": code, "code_verifier": verifier}, 400)
		})
	}
	if got := s.Get(t, "/dj-rest-auth/socialaccounts/", ""); got.Status != 401 {
		t.Errorf("socialaccounts/ without a login = %d, want 401", got.Status)
	}
}

func TestManyFirstSocialLoginsMakeOneAccount(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	token := p.idToken(t, "racer", nil)
	harness.EachDatabase(t, func(t *testing.T, database harness.Database) {
		s := startSocial(t, p, database, nil)
		const callers = 12
		users := make(chan int, callers)
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				users <- socialLogin(t, s, "google", map[string]any{"id_token": token}, 200).User.PK
			})
		}
		all.Wait()
		close(users)
		seen := map[int]bool{}
		for pk := range users {
			seen[pk] = true
		}
		if len(seen) != 1 {
			t.Errorf("%d accounts were made, want 1", len(seen))
		}
		oneLoginForACode(t, p, s)
	})
}

// oneLoginForACode sends one code many times at once.
func oneLoginForACode(t *testing.T, p *openIDProvider, s *harness.Server) {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	body := map[string]any{"code": p.code(t, verifier), "code_verifier": verifier, "callback_url": socialCallback}
	const callers = 20
	statuses := make(chan int, callers)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() { statuses <- s.Post(t, "/dj-rest-auth/google/", body).Status })
	}
	all.Wait()
	close(statuses)
	logins := 0
	for status := range statuses {
		if status == 200 {
			logins++
		} else if status != 400 {
			t.Errorf("the code was answered with %d, want 200 or 400", status)
		}
	}
	if logins != 1 {
		t.Errorf("one code made %d logins, want 1", logins)
	}
}

func TestSocialAccountsAreConnectedAndDisconnected(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	s := startSocial(t, p, harness.SQLite(t), nil)
	mike := s.Post(t, "/dj-rest-auth/login/", map[string]string{"username": "mike", "password": ownPassword}).Field(t, "access")
	ada := socialLogin(t, s, "google", map[string]any{"id_token": p.idToken(t, "ada", nil)}, 200).Access
	do := func(method, path, bearer string, body map[string]any, want int) []byte {
		t.Helper()
		got, err := s.Do(context.WithoutCancel(t.Context()), method, "/dj-rest-auth/"+path, bearer, body)
		if err != nil || got.Status != want {
			t.Errorf("%s %s = %d %s, %v; want %d", method, path, got.Status, got.Body, err, want)
		}
		return got.Body
	}
	accounts := func(bearer string) (list []struct {
		ID            int
		Provider, UID string
	}) {
		t.Helper()
		if err := json.Unmarshal(do("GET", "socialaccounts/", bearer, nil, 200), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}

	body := map[string]any{"id_token": p.idToken(t, "mikes", nil)}
	do("POST", "google/connect/", "", body, 401)
	do("POST", "google/connect/", mike, body, 200)
	do("POST", "google/connect/", ada, body, 400)
	list := accounts(mike)
	if len(list) != 1 || list[0].Provider != "google" || list[0].UID != "mikes" {
		t.Fatalf("mike has %+v", list)
	}
	if pk := socialLogin(t, s, "google", body, 200).User.PK; pk != 1 {
		t.Errorf("logged in as %d, want mike", pk)
	}

	path := func(bearer string) string {
		return fmt.Sprintf("socialaccounts/%d/disconnect/", accounts(bearer)[0].ID)
	}
	do("POST", path(mike), ada, map[string]any{}, 404)
	do("POST", path(ada), ada, map[string]any{}, 400) // she has no password
	do("POST", path(mike), mike, map[string]any{}, 200)
	if list := accounts(mike); len(list) != 0 {
		t.Errorf("mike still has %+v", list)
	}
	do("POST", "socialaccounts/99999999999999999999/disconnect/", mike, map[string]any{}, 404)
}
