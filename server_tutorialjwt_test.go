package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const tutorialMount = "FEATURES: {mounts: {tutorial-jwt: /jwt/}}\n"

func TestTheTutorialIsServedOnlyWhereItIsAskedFor(t *testing.T) {
	w := newWorkplace(t)
	form := url.Values{"email": {"ana@example.com"}, "username": {"ana"}, "password": {goodPassword}}
	status, _ := w.serve(t).do(t, http.MethodPost, "/jwt/registration/", "", form)
	if status != http.StatusNotFound {
		t.Errorf("by default: got %d, want 404", status)
	}
	s := w.serve(t, `WATCHWORD_FEATURES__MOUNTS={"tutorial-jwt": "/jwt/", "hello": "/hello/"}`)
	status, body := s.do(t, http.MethodPost, "/jwt/registration/", "", form)
	token, _ := body["token"].(string)
	if status != http.StatusCreated || token == "" {
		t.Fatalf("registration: %d %v", status, body)
	}
	status, body = s.do(t, http.MethodGet, "/jwt/me/", token, nil)
	if status != http.StatusOK || body["username"] != "ana" {
		t.Errorf("me: %d %v", status, body)
	}
	status, body = s.do(t, http.MethodGet, "/hello/", token, nil)
	if status != http.StatusUnauthorized {
		t.Errorf("elsewhere the token proves something: %d %v", status, body)
	}
}

func TestTheTutorialsSettings(t *testing.T) {
	long, short := decentKey, strings.Repeat("k", 31)
	for _, tt := range []struct{ name, file, want string }{
		{"a key that will be made", tutorialMount, ""},
		{"a short secret key", tutorialMount + "SECRET_KEY: " + short, "TUTORIAL_JWT.SIGNING_KEY: has 31 bytes"},
		{"a short secret key that is not used",
			tutorialMount + "SECRET_KEY: " + short + "\nTUTORIAL_JWT: {SIGNING_KEY: " + long + "}", ""},
		{"a short key of its own",
			tutorialMount + "TUTORIAL_JWT: {SIGNING_KEY: " + short + "}", "TUTORIAL_JWT.SIGNING_KEY: has 31 bytes"},
		{"a short secret key, exactly", tutorialMount + "COMPATIBILITY: exact\nSECRET_KEY: " + short, ""},
		{"a short secret key where it is not served", "SECRET_KEY: " + short, ""},
		{"the secret of the other tokens", tutorialMount + "SIMPLE_JWT: {ALGORITHM: HS256}\nSECRET_KEY: " + long,
			"TUTORIAL_JWT.SIGNING_KEY: is the secret of SIMPLE_JWT too"},
		{"a secret of its own", tutorialMount + "SIMPLE_JWT: {ALGORITHM: HS256}\nSECRET_KEY: " + long +
			"\nTUTORIAL_JWT: {SIGNING_KEY: " + long + "x}", ""},
		{"more than 60 days", "TUTORIAL_JWT: {LIFETIME: 61d}", "TUTORIAL_JWT.LIFETIME: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadWith(t, tt.file)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), short):
				t.Errorf("the error tells the key: %v", err)
			}
		})
	}
}

func TestTheTutorialIsAFinding(t *testing.T) {
	loaded, err := loadWith(t, tutorialMount)
	if err != nil {
		t.Fatal(err)
	}
	found := func(deploy bool) bool {
		return strings.Contains(strings.Join(ids(loaded.findings(deploy)), " "), "W017")
	}
	if found(false) || !found(true) {
		t.Errorf("W017 while developing: %v, with --deploy: %v; want false, true", found(false), found(true))
	}
}

func TestFixturesOfTheTutorialsUserModelAreLoadedWhereTheSettingsNameIt(t *testing.T) {
	w := newWorkplace(t)
	fixture := w.write(t, "users.json", `[{"model":"authentication.user","pk":3,"fields":{"username":"ana",`+
		`"email":"ana@example.com","password":"!","created_at":"2024-01-02T03:04:05Z"}}]`)
	w.run(t, "", "loaddata", fixture).expect(t, exitFailed, "authentication.user")
	settings := w.write(t, "settings.yaml", "AUTH_USER_MODEL: authentication.User\n")
	w.must(t, "loaddata", "--settings", settings, fixture)
	if got := w.must(t, "dumpdata", "auth.user"); !strings.Contains(got, `"ana@example.com"`) {
		t.Errorf("got %s", got)
	}
}
