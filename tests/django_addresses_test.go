package tests

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// kitLinkMailed waits for a mail of ai-kit with a link to that page, and returns what the link says.
func kitLinkMailed(t *testing.T, server *harness.Server, page string) (ident, token string) {
	t.Helper()
	query, err := url.ParseQuery(mailed(t, server, regexp.MustCompile(`/auth/`+page+`/?\?(ident=\S+)`)))
	if err != nil {
		t.Fatal(err)
	}
	return query.Get("ident"), query.Get("token")
}

// exchange is a request and what its answer must be.
type exchange struct {
	path   string
	body   any
	status int
	want   string // a part of the answer
}

// post sends the requests in turn.
func (v *visitor) post(t *testing.T, requests ...exchange) (last harness.Answer) {
	t.Helper()
	for _, r := range requests {
		last = v.ask(t, http.MethodPost, r.path, r.body)
		if last.Status != r.status || !strings.Contains(string(last.Body), r.want) {
			t.Errorf("POST %s %v = %d %s, want %d %s", r.path, r.body, last.Status, last.Body, r.status, r.want)
		}
	}
	return last
}

// enrolByAIKit makes an account whose only name is its address, activates it, logs in to it and resets its password.
func (p memberPeers) enrolByAIKit(t *testing.T) {
	t.Helper()
	const register, at = "/api/v1/auth/register/", "/api/v1/auth/"
	account := map[string]string{"email": "kit@EXAMPLE.org", "password": anaPassword}
	v := newVisitor(p.here)
	v.ask(t, http.MethodGet, kitMePath, nil)
	v.post(t, exchange{register, map[string]string{"username": "kit", "password": anaPassword}, 400, `{"email":["required"]}`},
		exchange{register, account, 201, "{}"},
		exchange{register, account, 400, `{"email":["email_unique"]}`},
		exchange{register, map[string]string{"email": "Kit@example.org", "password": anaPassword}, 400, `{"email":["email_unique"]}`},
		exchange{kitLoginPath, map[string]string{"ident": "kit@example.org", "password": anaPassword}, 400, "invalid_credentials"})
	ident, token := kitLinkMailed(t, p.here, "activation")
	v.post(t, exchange{at + "activate_email/", map[string]string{"ident": ident, "token": "x"}, 400, "activation_link_invalid"},
		exchange{at + "activate_email/", map[string]string{"ident": ident, "token": token}, 200, ""})
	p.wantKnown(t, "kit@example.org", anaPassword)
	p.there.ask(t, map[string]any{"op": "permit", "username": "kit@example.org", "group": "readers", "permission": "view_member"})
	v.post(t, exchange{kitLoginPath, map[string]string{"ident": "kit@example.org", "password": anaPassword}, 200,
		`{"user":{"id":"` + ident + `","email":"kit@example.org","groups":["readers"],"permissions":["members.view_member"]}`},
		exchange{at + "logout/", struct{}{}, 200, "csrf"},
		exchange{at + "send_pw_reset_email/", map[string]string{"ident": "KIT@example.org"}, 200, ""})
	ident, token = kitLinkMailed(t, p.here, "reset-password")
	v.post(t, exchange{at + "reset_password/", map[string]string{"ident": ident, "token": token, "password": chosenPassword}, 200, "{}"},
		exchange{at + "reset_password/", map[string]string{"ident": ident, "token": token, "password": chosenPassword}, 400, "reset_password_link_invalid"})
	p.wantKnown(t, "kit@example.org", chosenPassword)
}

// registerByAuthToken makes an account whose only name is its address, confirms it, and logs in to it.
func (p memberPeers) registerByAuthToken(t *testing.T) {
	t.Helper()
	const register, taken = "/auth/register/", `{"email":["member with this email already exists."]}`
	account := map[string]string{"email": "token@EXAMPLE.org", "password": anaPassword}
	login := map[string]string{"username": "token@example.org", "password": anaPassword}
	v := newVisitor(p.here)
	v.post(t, exchange{register, map[string]string{"username": "token", "password": "short"}, 400,
		`{"email":["This field is required."],"password":["password too short"]}`},
		exchange{register, map[string]string{"email": "token", "password": anaPassword}, 400, `{"email":["Enter a valid email address."]}`},
		exchange{register, account, 201, `{"success":true}`},
		exchange{register, account, 400, taken},
		exchange{register, map[string]string{"email": "TOKEN@example.org", "password": anaPassword}, 400, taken},
		exchange{"/auth/login/", login, 401, "invalid credentials"})
	link := mailed(t, p.here, regexp.MustCompile(`(/auth/register/confirm/[^/\s]+/)`))
	if got := p.here.Get(t, link, ""); got.Status != 302 {
		t.Errorf("GET %s = %d %s, want 302", link, got.Status, got.Body)
	}
	p.wantKnown(t, "token@example.org", anaPassword)
	got := v.post(t, exchange{"/auth/login/", login, 200, `"email":"token@example.org","groups":[],"permissions":[]}`})
	if there := p.there.ask(t, map[string]any{"op": "opaque_user", "token": got.Field(t, "token")}); there.JSON["username"] != "token@example.org" {
		t.Errorf("our opaque token at Django: %v", there.JSON)
	}
	theirs := p.there.ask(t, map[string]any{"op": "opaque_token", "username": "token@example.org"}).text(t, "token")
	if got := authorized(t, http.MethodDelete, p.here.URL+"/auth/logout/", "Token "+theirs); got.Status != 204 {
		t.Errorf("logout with Django's opaque token = %d %s, want 204", got.Status, got.Body)
	}
}

// registerByTutorial makes an account whose only name is its address, and logs in to it.
func (p memberPeers) registerByTutorial(t *testing.T) {
	t.Helper()
	const register, taken = "/jwt/registration", `{"email":["member with this email already exists."]}`
	account := map[string]string{"email": "tutorial@example.org", "password": anaPassword}
	v := newVisitor(p.here)
	v.post(t, exchange{register, map[string]string{"username": "tutorial", "password": anaPassword}, 400, `{"email":["This field is required."]}`},
		exchange{register, account, 201, "token"},
		exchange{register, account, 400, taken},
		exchange{register, map[string]string{"email": "Tutorial@example.org", "password": anaPassword}, 400, taken})
	p.wantKnown(t, "tutorial@example.org", anaPassword)
	got := v.post(t, exchange{"/jwt/login", account, 200, "token"})
	me := authorized(t, http.MethodGet, p.here.URL+"/jwt/me", "Bearer "+got.Field(t, "token"))
	if me.Status != 200 || !strings.Contains(string(me.Body), `"email":"tutorial@example.org"`) {
		t.Errorf("GET /jwt/me = %d %s", me.Status, me.Body)
	}
}

// wantKnown checks whether Django takes a password.
func (p memberPeers) wantKnown(t *testing.T, name, password string) {
	t.Helper()
	if got := p.there.ask(t, map[string]any{"op": "authenticate", "username": name, "password": password}); !got.OK {
		t.Errorf("Django does not take the password of %s", name)
	}
}

// byDjangosRules uses a second server of the project, without django-allauth: its links are Django's own, and its logins
// the tokens of Django REST framework.
func (p memberPeers) byDjangosRules(t *testing.T, db harness.Database, settings map[string]any) {
	t.Helper()
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"token"}}
	settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "TOKEN_MODEL": "rest_framework.authtoken.models.Token"}
	settings["FEATURES"] = map[string]any{"allauth": false, "mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"}}
	here := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{anaPassword, chosenPassword}})
	name := "token@example.org"

	ours := here.Post(t, sessionLoginPath, map[string]string{"email": name, "password": anaPassword}).Field(t, "key")
	if got := p.there.ask(t, map[string]any{"op": "plain_user", "key": ours}).JSON["username"]; got != name {
		t.Errorf("our plain token at Django is %v's, want %s's", got, name)
	}
	theirs := p.there.ask(t, map[string]any{"op": "plain_token", "username": "tutorial@example.org"}).text(t, "key")
	if got := authorized(t, http.MethodGet, here.URL+ownUserPath, "Token "+theirs); got.Status != 200 || got.Field(t, "email") != "tutorial@example.org" {
		t.Errorf("Django's plain token here: %d %s", got.Status, got.Body)
	}

	if got := here.Post(t, "/dj-rest-auth/password/reset/", map[string]string{"email": name}); got.Status != 200 {
		t.Fatalf("password/reset/ = %d %s", got.Status, got.Body)
	}
	uid, token, _ := strings.Cut(mailed(t, here, resetLink), "/")
	link := p.there.ask(t, map[string]any{"op": "reset_link", "username": name})
	if uid != link.text(t, "uid") {
		t.Errorf("the uid of our link is %s, and Django's is %s", uid, link.text(t, "uid"))
	}
	if got := p.there.ask(t, map[string]any{"op": "reset_token", "username": name, "token": token}); got.JSON["django"] != true {
		t.Errorf("our token at Django: %v", got.JSON)
	}
	body := map[string]string{"uid": uid, "token": link.text(t, "token"), "new_password1": chosenPassword, "new_password2": chosenPassword}
	if got := here.Post(t, resetConfirmPath, body); got.Status != 200 {
		t.Errorf("Django's link here = %d %s, want 200", got.Status, got.Body)
	}
	p.wantKnown(t, name, chosenPassword)
}
