package tests

import (
	"net/http"
	"strings"
	"testing"
)

// dualRun is a server of ours beside Django, on the database of a project with users of its own, and somebody who may use
// Django's admin there. They log in here by session, and below /api/token/ for JWTs.
type dualRun struct {
	sessionPeers
	field    string // what people log in with
	name     string
	password string
	admin    string // a page of Django's admin
}

// check lets each side see at the next request what the other did.
func (d dualRun) check(t *testing.T) {
	t.Helper()
	d.exchangeLogouts(t)
	d.exchangeRefreshTokens(t)
	d.exchangeUsers(t)
	d.exchangeConfirmations(t)
	d.exchangePasswords(t)
}

// credentials are what somebody sends to log in.
func (d dualRun) credentials(name, password string) map[string]string {
	return map[string]string{d.field: name, "password": password}
}

// logInHere opens a session here.
func (d dualRun) logInHere(t *testing.T) *visitor {
	t.Helper()
	v := newVisitor(d.here)
	if got := v.ask(t, http.MethodPost, sessionLoginPath, d.credentials(d.name, d.password)); got.Status >= 300 {
		t.Fatalf("a login here: %d %s", got.Status, got.Body)
	}
	return v
}

// logInThere opens a session at Django's admin.
func (d dualRun) logInThere(t *testing.T) *visitor {
	t.Helper()
	v := newVisitor(d.here)
	got := d.there.browse(t, v, http.MethodPost, "/admin/login/?next="+d.admin, map[string]string{"username": d.name, "password": d.password})
	if got.Status != 302 || v.jar["sessionid"] == "" {
		t.Fatalf("a login at Django's admin: %d %v", got.Status, got.JSON)
	}
	return v
}

// want checks whether both sides know the session.
func (d dualRun) want(t *testing.T, when, session string, known bool) {
	t.Helper()
	here, there := 403, 302
	if known {
		here, there = 200, 200
	}
	if got := holding(d.here, session).ask(t, http.MethodGet, ownUserPath, nil); got.Status != here {
		t.Errorf("%s: user/ answers %d %s, want %d", when, got.Status, got.Body, here)
	}
	got := d.there.ask(t, map[string]any{"op": "browse", "method": "GET", "path": d.admin, "cookies": map[string]string{"sessionid": session}})
	if got.Status != there || known && got.JSON["user"] != d.name {
		t.Errorf("%s: Django's admin answers %d %v, want %d", when, got.Status, got.JSON, there)
	}
}

// exchangeLogouts logs in on each side and out on the other.
func (d dualRun) exchangeLogouts(t *testing.T) {
	t.Helper()
	ours := d.logInHere(t)
	key := ours.jar["sessionid"]
	d.want(t, "logged in here", key, true)
	d.there.browse(t, ours, http.MethodPost, "/admin/logout/", nil)
	d.want(t, "logged out at Django", key, false)

	theirs := d.logInThere(t)
	key = theirs.jar["sessionid"]
	d.want(t, "logged in at Django", key, true)
	refresh := d.here.Post(t, "/api/token/", d.credentials(d.name, d.password)).Field(t, "refresh")
	if got := theirs.ask(t, http.MethodPost, sessionLogoutPath, map[string]string{"refresh": refresh}); got.Status != 200 {
		t.Fatalf("a logout here: %d %s", got.Status, got.Body)
	}
	d.want(t, "logged out here", key, false)
}

// exchangeRefreshTokens lets a refresh token end on each side.
func (d dualRun) exchangeRefreshTokens(t *testing.T) {
	t.Helper()
	ours := map[string]string{"refresh": d.here.Post(t, "/api/token/", d.credentials(d.name, d.password)).Field(t, "refresh")}
	if got := d.here.Post(t, blacklistPath, ours); got.Status != 200 {
		t.Fatalf("blacklisting here = %d %s", got.Status, got.Body)
	}
	if got := d.there.post(t, "/token/refresh/", ours); got.Status != 401 {
		t.Errorf("a token blacklisted here: Django answers %d %v, want 401", got.Status, got.JSON)
	}
	theirs := map[string]string{"refresh": d.there.post(t, "/token/", d.credentials(d.name, d.password)).text(t, "refresh")}
	if got := d.there.post(t, "/token/blacklist/", theirs); got.Status != 200 {
		t.Fatalf("blacklisting by Django: %d %v", got.Status, got.JSON)
	}
	if got := d.here.Post(t, refreshPath, theirs); got.Status != 401 {
		t.Errorf("a token blacklisted by Django = %d %s, want 401", got.Status, got.Body)
	}
}

// exchangeUsers makes a user on each side, who logs in on the other, and disables the one whom Django has made.
func (d dualRun) exchangeUsers(t *testing.T) {
	t.Helper()
	theirs := d.nameOf("theirs")
	d.there.ask(t, map[string]any{"op": "create", "username": theirs, "password": ownPassword, "hasher": "pbkdf2_sha256"})
	login := d.here.Post(t, "/api/token/", d.credentials(theirs, ownPassword))
	access := login.Field(t, "access")
	if got := d.here.Get(t, ownUserPath, access); got.Status != 200 {
		t.Errorf("a user whom Django has made: user/ answers %d %s", got.Status, got.Body)
	}
	d.there.ask(t, map[string]any{"op": "active", "username": theirs, "active": false})
	if got := d.here.Get(t, ownUserPath, access); got.Status != 401 && got.Status != 403 {
		t.Errorf("a user whom Django has disabled: user/ answers %d %s", got.Status, got.Body)
	}
	d.register(t, "ours")
	if got := d.there.ask(t, map[string]any{"op": "authenticate", "username": d.nameOf("ours"), "password": ownPassword}); !got.OK {
		t.Error("Django does not know who registered here")
	}
}

// nameOf is what a user logs in with.
func (d dualRun) nameOf(user string) string {
	if d.field == "email" {
		return user + "@example.org"
	}
	return user
}

// register makes an account here.
func (d dualRun) register(t *testing.T, user string) {
	t.Helper()
	body := map[string]string{"email": user + "@example.org", "password1": ownPassword, "password2": ownPassword}
	body[d.field] = d.nameOf(user)
	if got := d.here.Post(t, registrationPath, body); got.Status != 201 {
		t.Fatalf("registration of %s = %d %s, want 201", user, got.Status, got.Body)
	}
}

// exchangeConfirmations confirms addresses on each side, by keys of the other.
func (d dualRun) exchangeConfirmations(t *testing.T) {
	t.Helper()
	address := func(user string) map[string]any {
		rows := d.there.ask(t, map[string]any{"op": "addresses", "username": d.nameOf(user)}).JSON
		row, _ := rows[user+"@example.org"].(map[string]any)
		return row
	}
	if got := d.there.ask(t, map[string]any{"op": "confirm", "key": mailed(t, d.here, confirmationLink)}); !got.OK {
		t.Error("Django refuses the key of our mail")
	}
	d.register(t, "later")
	key, _ := address("later")["key"].(string)
	if got := d.here.Post(t, verifyEmailPath, map[string]string{"key": key}); got.Status != 200 || address("later")["verified"] != true {
		t.Errorf("Django's key here = %d %s; at Django the address is %v", got.Status, got.Body, address("later"))
	}
}

// exchangePasswords changes the password on each side, which ends the sessions of both but the one that changed it.
func (d dualRun) exchangePasswords(t *testing.T) {
	t.Helper()
	changing, other := d.logInThere(t), d.logInHere(t)
	body := map[string]string{"new_password1": d.password + "-2", "new_password2": d.password + "-2"}
	if got := changing.ask(t, http.MethodPost, ownPasswordPath, body); got.Status != 200 {
		t.Fatalf("password/change/: %d %s", got.Status, got.Body)
	}
	d.want(t, "the session that changed the password here", changing.jar["sessionid"], true)
	d.want(t, "another session after that", other.jar["sessionid"], false)
	if got := d.there.ask(t, map[string]any{"op": "authenticate", "username": d.name, "password": d.password + "-2"}); !got.OK {
		t.Error("Django does not know the password that was chosen here")
	}
	d.there.ask(t, map[string]any{"op": "password", "username": d.name, "password": d.password})
	d.want(t, "the password changed at Django", changing.jar["sessionid"], false)
	if got := d.here.Post(t, "/api/token/", d.credentials(d.name, d.password)); got.Status != 200 {
		t.Errorf("a login here with the password chosen at Django: %d %s", got.Status, got.Body)
	}
}

// wantContent has Django look whether the project and its database fit each other.
func (d *django) wantContent(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{{"check"}, {"makemigrations", "--check", "--dry-run"}, {"migrate", "--check", "-v", "0"}} {
		if got := d.ask(t, map[string]any{"op": "command", "args": args}); !got.OK {
			t.Errorf("Django's %s complains after our work", strings.Join(args, " "))
		}
	}
}
