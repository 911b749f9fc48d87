package tests

import (
	"io"
	"net/http"
	"testing"

	"watchword/tests/harness"
)

// whoIs asks dj-rest-auth's user/ with an Authorization header, and returns the name; "" where that is refused.
func whoIs(t *testing.T, server *harness.Server, authorization string) string {
	t.Helper()
	got := authorized(t, http.MethodGet, server.URL+ownUserPath, authorization)
	if got.Status != http.StatusOK {
		return ""
	}
	return got.Field(t, "username")
}

// authorized sends a request with an Authorization header.
func authorized(t *testing.T, method, url, authorization string) harness.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return harness.Answer{Status: answer.StatusCode, Header: answer.Header, Body: body}
}

// TestStoredTokensAreExchangedWithDjango hands the tokens that are rows from one side to the other, and ends them there:
// those of Django REST framework, and those of django-rest-authtoken, of which a digest is stored.
func TestStoredTokensAreExchangedWithDjango(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		settings := harness.DefaultSettings(t)
		classes := func(class string) map[string]any {
			return map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{class}}
		}
		settings["REST_FRAMEWORK"] = classes("rest_framework.authentication.TokenAuthentication")
		settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "TOKEN_MODEL": "rest_framework.authtoken.models.Token"}
		settings["AUTH_TOKEN_DIGESTS"] = []string{"sha512", "sha256"}
		settings["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "authtoken": "/auth/"}}
		here := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
			Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword},
				harness.User{ID: 2, Username: "ana", Email: "ana@example.org", Password: ownPassword})})
		// Both kinds are sent with the word Token: a project has one of them.
		settings["REST_FRAMEWORK"] = classes("rest_authtoken.auth.AuthTokenAuthentication")
		hereOpaque := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword}})
		there := startDjango(t, db)
		credentials := map[string]string{"username": "mike", "password": ownPassword}
		ask := func(op, name, value string) map[string]any {
			t.Helper()
			return there.ask(t, map[string]any{"op": op, name: value}).JSON
		}

		ours := here.Post(t, "/dj-rest-auth/login/", credentials).Field(t, "key")
		if got := ask("plain_user", "key", ours)["username"]; got != "mike" {
			t.Errorf("our plain token at Django is %v's, want mike's", got)
		}
		if got := ask("plain_token", "username", "mike")["key"]; got != ours {
			t.Error("Django makes a second token for a user who has one")
		}
		theirs, _ := ask("plain_token", "username", "ana")["key"].(string)
		if got := whoIs(t, here, "Token "+theirs); got != "ana" {
			t.Errorf("Django's plain token is %q's, want ana's", got)
		}

		opaque := hereOpaque.Post(t, "/auth/login/", credentials).Field(t, "token")
		if got := ask("opaque_user", "token", opaque)["username"]; got != "mike" {
			t.Errorf("our opaque token at Django is %v's, want mike's", got)
		}
		theirsOpaque, _ := ask("opaque_token", "username", "ana")["token"].(string)
		if got := authorized(t, http.MethodDelete, hereOpaque.URL+"/auth/logout/", "Token "+theirsOpaque); got.Status >= 300 {
			t.Errorf("logout with Django's opaque token = %d %s", got.Status, got.Body)
		}
		if got := ask("opaque_user", "token", theirsOpaque)["username"]; got != "" {
			t.Errorf("a token that was ended here is %v's at Django", got)
		}

		there.ask(t, map[string]any{"op": "active", "username": "mike", "active": false})
		if got := whoIs(t, here, "Token "+ours); got != "" {
			t.Errorf("a user whom Django has disabled is let in as %q", got)
		}
		there.ask(t, map[string]any{"op": "active", "username": "mike", "active": true})
		if got := whoIs(t, here, "Token "+ours); got != "mike" {
			t.Errorf("a user whom Django has enabled again is %q", got)
		}
	})
}

// TestSocialAccountsAreSharedWithDjango logs in with an account at a provider that Django has connected, and lets Django
// look at one that was connected here, in a database that Django's own migrations made.
func TestSocialAccountsAreSharedWithDjango(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		dir, environ := madeByDjango(t, db)
		p := startProvider(t)
		adopting := append(environ, "WATCHWORD_DATABASE_URL="+db.URL, "WATCHWORD_SECRET_KEY="+harness.SecretKey,
			`WATCHWORD_FEATURES={"mounts": {"dj-rest-auth": "/dj-rest-auth/"}, "social": ["mock"]}`)
		if out, err := harness.Script(t.Context(), t, dir, adopting, djangosPython+"watchword adopt"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		here := startSocial(t, p, db, nil)
		there := startDjango(t, db)
		there.ask(t, map[string]any{"op": "connect", "username": "mike", "provider": "mock", "uid": "by-token"})

		p.ask(t, map[string]any{"issued": map[string]any{"active": true, "client_id": socialClient, "sub": "by-token"}})
		if said := socialLogin(t, here, "mock", map[string]any{"access_token": "opaque"}, 200); said.User.PK != 1 {
			t.Errorf("the account that Django has connected logs in user %d, want 1", said.User.PK)
		}

		first := socialLogin(t, here, "google", map[string]any{"id_token": p.idToken(t, "ada", nil)}, 200)
		got := there.ask(t, map[string]any{"op": "connected", "provider": "google", "uid": "ada"}).JSON
		if got["user"] != float64(first.User.PK) || got["email"] != "ada@example.com" || got["verified"] != true {
			t.Errorf("Django sees the account that was connected here as %v, want it to be user %d's", got, first.User.PK)
		}
	})
}
