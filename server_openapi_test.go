package main

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"watchword/demo/web"
	"watchword/metrics"
)

// parameter is a parameter in a path: ours of Echo, or OpenAPI's.
var parameter = regexp.MustCompile(`:[^/]+|\{[^}]+\}`)

// leftOut are the paths that are served and not described, with the reasons that docs/openapi.md gives. What ends in a slash
// stands for all below it.
var leftOut = map[string]string{
	web.Prefix:   "which is for people",
	metrics.Path: "which has an address of its own",
}

// isLeftOut reports whether path is. Where nothing is set the root leads to the page for people.
func isLeftOut(path string) bool {
	for prefix := range leftOut {
		if path == prefix || path == "/" || strings.HasSuffix(prefix, "/") && strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// TestWhatIsLeftOutSaysWhy compares the list with the document.
func TestWhatIsLeftOutSaysWhy(t *testing.T) {
	text, err := os.ReadFile("docs/openapi.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(string(text)), " ")
	for path, reason := range leftOut {
		if !regexp.MustCompile("`" + path + "`[^.]*" + reason).MatchString(words) {
			t.Errorf("docs/openapi.md does not say that %s is left out as something %q", path, reason)
		}
	}
}

// TestEveryMountedPathIsDescribed mounts everything, in several places where that is possible.
func TestEveryMountedPathIsDescribed(t *testing.T) {
	for name, settings := range map[string]string{
		"the defaults": "DEMO: true\n",
		"everything": "DEMO: true\nREGISTRATION_ENABLED: true\nREGISTRATION_EMAIL_CONFIRM: true\n" +
			"REGISTRATION_EMAIL: {BASE_URL: https://example.com}\n" +
			"FEATURES: {mounts: {simplejwt: [/t/, /u/], dj-rest-auth: [/web/, /mobile/], ai-kit: [/k/, /l/], authtoken: /o/,\n" +
			"  tutorial-jwt: /jwt/, hello: [/hello/, /h/], students: /s/}, social: [google],\n" +
			"  links: {email_confirmation: '/confirm/{key}', password_reset: '/reset/{uid}/{token}', change_password: /pw/}}\n" +
			"SOCIALACCOUNT_PROVIDERS: {google: {APP: {client_id: id, secret: secret}}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := newTestParts(t, settings)
			p.settings.Project.Tour = name == "the defaults" // what is served when nothing is set
			site, err := p.newSite()
			if err != nil {
				t.Fatal(err)
			}
			p.mountDescription(site)
			if err := p.mountAll(site); err != nil {
				t.Fatal(err)
			}
			if err := p.mountDemo(site); err != nil {
				t.Fatal(err)
			}
			answer := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), "GET", "http://example.com/openapi.json", nil)
			site.ServeHTTP(answer, r)
			var document struct {
				Paths map[string]struct {
					OptionalSlash bool `json:"x-optional-slash"`
				} `json:"paths"`
			}
			if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil {
				t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
			}
			described := map[string]bool{}
			for path, item := range document.Paths {
				path = parameter.ReplaceAllString(path, "*")
				described[path] = true
				if item.OptionalSlash {
					described[path[:len(path)-1]] = true
				}
			}
			mounted := append(site.Paths(), alivePath, readyPath, keysPath)
			if len(mounted) < 30 {
				t.Fatalf("only %d paths are mounted: this test does not look at the site", len(mounted))
			}
			for _, path := range mounted {
				if !isLeftOut(path) && !described[parameter.ReplaceAllString(path, "*")] {
					t.Errorf("%s is mounted, and not described", path)
				}
			}
		})
	}
}

// newTestParts returns the parts under the settings in file.
func newTestParts(t *testing.T, file string) *parts {
	t.Helper()
	s, store, mails := openWith(t, file)
	p, err := newParts(s, store, mails, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDescriptionCanBeKeptAndSwitchedOff(t *testing.T) {
	p := newTestParts(t, "")
	site, err := p.newSite()
	if err != nil {
		t.Fatal(err)
	}
	p.mountDescription(site)
	ask := func(method, path, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://example.com"+path, nil)
		r.Header.Set("If-None-Match", tag)
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, r)
		return answer
	}
	for _, path := range []string{descriptionPath, docsPath} {
		first := ask("GET", path, "")
		if first.Code != 200 || first.Body.Len() == 0 {
			t.Errorf("GET %s = %d %s", path, first.Code, first.Body)
		}
		if again := ask("GET", path, first.Header().Get("ETag")); again.Code != 304 || again.Body.Len() != 0 {
			t.Errorf("GET %s once more = %d, want 304", path, again.Code)
		}
		if got := ask("POST", path, ""); got.Code != 405 || got.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s = %d, want 405", path, got.Code)
		}
	}

	p.settings.Docs.Serve = false
	if site, err = p.newSite(); err != nil {
		t.Fatal(err)
	}
	p.mountDescription(site)
	if got := ask("GET", descriptionPath, ""); got.Code != 404 {
		t.Errorf("switched off: %d, want 404", got.Code)
	}
}
