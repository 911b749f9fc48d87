package tests

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// sessionPeers are a server of ours and a Django on one database, whose users log in by session.
type sessionPeers struct {
	here  *harness.Server
	there *django
}

const bossPassword = "boss-horse-9-battery"

func newSessionPeers(t *testing.T, db harness.Database) sessionPeers {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session"}}
	settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "SESSION_LOGIN": true, "OLD_PASSWORD_FIELD_ENABLED": false}
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "ai-kit": "/api/v1/auth/"}}
	// Django 3.2's own: else a login on one side hashes the password anew, which ends the sessions of the other.
	settings["PASSWORD_HASHERS"], settings["PASSWORD_PBKDF2_ITERATIONS"] = []string{"pbkdf2_sha256", "argon2"}, 260000
	here := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{bossPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "boss", Email: "boss@example.org", Password: bossPassword, Staff: true})})
	return sessionPeers{here, startDjango(t, db)}
}

// logInHere logs the boss in here.
func (p sessionPeers) logInHere(t *testing.T, v *visitor) *visitor {
	t.Helper()
	body := map[string]string{"username": "boss", "password": bossPassword}
	if got := v.ask(t, http.MethodPost, sessionLoginPath, body); got.Status != 204 {
		t.Fatalf("login here: %d %s", got.Status, got.Body)
	}
	return v
}

// logInByAIKit logs the boss in here, as applications in the browser do: they ask me/ for what a login must repeat.
func (p sessionPeers) logInByAIKit(t *testing.T, v *visitor) *visitor {
	t.Helper()
	v.ask(t, http.MethodGet, kitMePath, nil)
	if got := v.ask(t, http.MethodPost, kitLoginPath, map[string]string{"ident": "boss", "password": bossPassword}); got.Status != 200 {
		t.Fatalf("login by ai-kit: %d %s", got.Status, got.Body)
	}
	return v
}

// logInThere logs the boss in at Django's admin.
func (p sessionPeers) logInThere(t *testing.T) *visitor {
	t.Helper()
	v := newVisitor(p.here)
	got := p.there.browse(t, v, http.MethodPost, "/admin/login/?next=/admin/auth/user/",
		map[string]string{"username": "boss", "password": bossPassword})
	if got.Status != 302 || v.jar["sessionid"] == "" {
		t.Fatalf("login at Django's admin: %d %v", got.Status, got.JSON)
	}
	return v
}

// browse sends a request with the visitor's cookies to Django, and keeps those that it sets.
func (d *django) browse(t *testing.T, v *visitor, method, path string, form map[string]string) answer {
	t.Helper()
	got := d.ask(t, map[string]any{"op": "browse", "method": method, "path": path, "cookies": v.jar, "form": form})
	cookies, _ := got.JSON["cookies"].(map[string]any)
	for name, value := range cookies {
		v.jar[name], _ = value.(string)
	}
	return got
}

// want checks whether both sides take the visitor for the boss.
func (p sessionPeers) want(t *testing.T, when string, v *visitor, loggedIn bool) {
	t.Helper()
	here, there := 403, 302
	if loggedIn {
		here, there = 200, 200
	}
	copied := *v // whom one side takes the cookie from still has it for the other
	copied.jar = map[string]string{"sessionid": v.jar["sessionid"], "csrftoken": v.jar["csrftoken"]}
	if got := p.there.ask(t, map[string]any{"op": "browse", "method": "GET", "path": "/admin/auth/user/", "cookies": v.jar}); got.Status != there {
		t.Errorf("%s: Django's admin answers %d %v, want %d", when, got.Status, got.JSON, there)
	}
	if got := copied.ask(t, http.MethodGet, kitMePath, nil); got.Status != 200 || strings.Contains(string(got.Body), `"boss"`) != loggedIn {
		t.Errorf("%s: me/ answers %d %s, want the boss: %v", when, got.Status, got.Body, loggedIn)
	}
	copied.jar = map[string]string{"sessionid": v.jar["sessionid"], "csrftoken": v.jar["csrftoken"]}
	if got := copied.ask(t, http.MethodGet, ownUserPath, nil); got.Status != here {
		t.Errorf("%s: user/ answers %d %s, want %d", when, got.Status, got.Body, here)
	}
}

func TestSessionsAreSharedWithDjangosAdmin(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		p := newSessionPeers(t, db)

		ours := p.logInHere(t, newVisitor(p.here))
		p.want(t, "logged in here", ours, true)
		p.there.ask(t, map[string]any{"op": "session", "key": ours.jar["sessionid"], "entries": map[string]any{"cart": []int{1, 2}}})
		p.logInHere(t, ours)
		held := p.there.ask(t, map[string]any{"op": "session", "key": ours.jar["sessionid"], "entries": map[string]any{}})
		if cart, _ := held.JSON["cart"].([]any); len(cart) != 2 {
			t.Errorf("what Django wrote into the session is gone: it holds %v", held.JSON)
		}
		left := holding(p.here, ours.jar["sessionid"])
		p.there.browse(t, ours, http.MethodPost, "/admin/logout/", nil)
		p.want(t, "logged out at Django", left, false)

		theirs := p.logInThere(t)
		p.want(t, "logged in at Django", theirs, true)
		left = holding(p.here, theirs.jar["sessionid"])
		if got := theirs.ask(t, http.MethodPost, sessionLogoutPath, nil); got.Status != 200 {
			t.Fatalf("logout here with Django's CSRF cookie: %d %s", got.Status, got.Body)
		}
		p.want(t, "logged out here", left, false)
	})
}

func TestSessionsOfAIKitAreSharedWithDjangosAdmin(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		p := newSessionPeers(t, db)

		ours := p.logInByAIKit(t, newVisitor(p.here))
		p.want(t, "logged in by ai-kit", ours, true)
		left := holding(p.here, ours.jar["sessionid"])
		p.there.browse(t, ours, http.MethodPost, "/admin/logout/", nil)
		p.want(t, "logged out at Django", left, false)

		theirs := p.logInThere(t)
		p.want(t, "logged in at Django", theirs, true)
		left = holding(p.here, theirs.jar["sessionid"])
		if got := theirs.ask(t, http.MethodPost, kitLogoutPath, nil); got.Status != 200 {
			t.Fatalf("logout by ai-kit with Django's CSRF cookie: %d %s", got.Status, got.Body)
		}
		p.want(t, "logged out by ai-kit", left, false)

		ours = p.logInByAIKit(t, newVisitor(p.here))
		p.there.ask(t, map[string]any{"op": "password", "username": "boss", "password": bossPassword + "-2"})
		p.want(t, "the password changed at Django", ours, false)
	})
}

func TestPasswordChangesEndSessionsOnBothSides(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		p := newSessionPeers(t, db)
		changing, other := p.logInThere(t), p.logInHere(t, newVisitor(p.here))
		body := map[string]string{"new_password1": bossPassword + "-2", "new_password2": bossPassword + "-2"}
		if got := changing.ask(t, http.MethodPost, ownPasswordPath, body); got.Status != 200 {
			t.Fatalf("password/change/: %d %s", got.Status, got.Body)
		}
		p.want(t, "the session that changed the password here", changing, true)
		p.want(t, "another session after that", other, false)

		p.there.ask(t, map[string]any{"op": "password", "username": "boss", "password": bossPassword})
		p.want(t, "the password changed at Django", changing, false)
	})
}
