package dialects

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	friend   = "https://app.example.com"
	stranger = "https://evil.example"
)

// sharingSite answers at /hello/, and lets friend read that.
func sharingSite(t *testing.T, change func(*CORSConfig)) site {
	t.Helper()
	s := newSite(t, func(c *Config, _ *RESTConfig) { c.VaryByCookie = true })
	s.Mount("/hello/", View{Get: say(200, hello{"x"}), Post: fail(errors.New("broken"))})
	cfg := DefaultCORSConfig()
	cfg.AllowedOrigins = []string{friend, "http://localhost:3000"}
	if change != nil {
		change(&cfg)
	}
	if err := s.ShareAcrossOrigins(cfg); err != nil {
		t.Fatal(err)
	}
	return s
}

// wantGrant compares what w lets the page do that asked.
func wantGrant(t *testing.T, w *httptest.ResponseRecorder, origin, credentials string) {
	t.Helper()
	wantHeader(t, w, "Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", credentials)
}

func TestOnlyAllowedOriginsReadAnswers(t *testing.T) {
	patterns := func(c *CORSConfig) { c.AllowedOriginRegexes = []string{`https://\w+\.example\.org`, `a|b`} }
	everybody := func(c *CORSConfig) { c.AllowAllOrigins = true }
	credentials := func(c *CORSConfig) { c.AllowCredentials = true }
	lax := func(c *CORSConfig) { patterns(c); credentials(c); c.Strict = false }
	tests := []struct {
		name                 string
		change               func(*CORSConfig)
		asks                 string
		origin, credentialed string
	}{
		{"no origin", credentials, "", "", ""},
		{"allowed", nil, friend, friend, ""},
		{"allowed with credentials", credentials, friend, friend, "true"},
		{"other", credentials, stranger, "", ""},
		{"other scheme", nil, "http://app.example.com", "", ""},
		{"other port", nil, friend + ":8443", "", ""},
		{"longer host", nil, friend + ".evil.example", "", ""},
		{"longer host in front", nil, "https://evilapp.example.com", "", ""},
		{"user in front", nil, "https://" + "x@app.example.com", "", ""},
		{"allowed host in the path", nil, "https://x.evil.example/.app.example.com", "", ""},
		{"other case of the host", nil, "https://APP.example.com", "", ""},
		{"other case of the scheme", nil, "HTTPS://app.example.com", "HTTPS://app.example.com", ""},
		{"path", nil, friend + "/", friend + "/", ""},
		{"null", credentials, "null", "", ""},
		{"null when listed", func(c *CORSConfig) { c.AllowedOrigins = []string{"null"} }, "null", "null", ""},
		{"everybody", everybody, stranger, "*", ""},
		{"pattern", patterns, "https://a.example.org", "https://a.example.org", ""},
		{"pattern not at the start", patterns, "x" + "https://a.example.org", "", ""},
		{"pattern not up to the end", patterns, "https://a.example.org.evil.example", "", ""},
		{"alternative not up to the end", patterns, "ax", "", ""},
		{"lax pattern not up to the end", lax, "https://a.example.org.evil.example", "https://a.example.org.evil.example", "true"},
		{"lax pattern not at the start", lax, "xhttps://a.example.org", "", "true"},
		{"lax credentials", lax, stranger, "", "true"},
		{"lax credentials for everybody", func(c *CORSConfig) { lax(c); everybody(c) }, stranger, stranger, "true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := sharingSite(t, tt.change).ask("GET", "/hello/", "", "Origin", tt.asks)
			wantGrant(t, w, tt.origin, tt.credentialed)
			want(t, w, 200, `{"message":"x"}`, "Vary", "Accept, Cookie, Origin", "Access-Control-Max-Age", "")
		})
	}
}

func TestTwoOriginHeadersAreNobody(t *testing.T) {
	r := httptest.NewRequest("GET", "/hello/", nil)
	r.Header["Origin"] = []string{friend, stranger}
	w := httptest.NewRecorder()
	sharingSite(t, nil).ServeHTTP(w, r)
	wantGrant(t, w, "", "")
}

func TestPreflightsAreAnsweredForEveryPathAndHost(t *testing.T) {
	s := sharingSite(t, func(c *CORSConfig) { c.ExposeHeaders = []string{"X-A", "X-B"} })
	for _, target := range []string{"/hello/", "/hello", "/nope/", "http://evil.example/hello/", "/%ff"} {
		w := s.ask("OPTIONS", target, "", "Origin", friend, "Access-Control-Request-Method", "FOO",
			"Access-Control-Request-Headers", strings.Repeat("x,", 1000))
		want(t, w, 200, "", "Vary", "Origin", "Content-Type", "text/html; charset=utf-8", "Content-Length", "0", "Allow", "",
			"Access-Control-Allow-Origin", friend, "Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, PATCH, POST, PUT",
			"Access-Control-Allow-Headers", "accept, accept-encoding, authorization, content-type, dnt, origin, user-agent, "+
				"x-csrftoken, x-requested-with",
			"Access-Control-Max-Age", "86400", "Access-Control-Expose-Headers", "X-A, X-B")

		w = s.ask("OPTIONS", target, "", "Origin", stranger, "Access-Control-Request-Method", "GET")
		want(t, w, 200, "", "Vary", "Origin", "Access-Control-Allow-Origin", "", "Access-Control-Allow-Methods", "",
			"Access-Control-Allow-Headers", "", "Access-Control-Max-Age", "", "Access-Control-Expose-Headers", "")
	}
}

func TestOtherOPTIONSRequestsReachTheView(t *testing.T) {
	w := sharingSite(t, func(c *CORSConfig) { c.PreflightMaxAge = 0 }).ask("OPTIONS", "/hello/", "", "Origin", friend)
	wantHeader(t, w, "Allow", "GET, POST, HEAD, OPTIONS", "Access-Control-Allow-Methods",
		"DELETE, GET, OPTIONS, PATCH, POST, PUT", "Access-Control-Max-Age", "", "Vary", "Accept, Cookie, Origin")
	if w.Body.Len() == 0 {
		t.Error("no metadata")
	}
}

func TestPagesAndRedirectsAreSharedToo(t *testing.T) {
	s := sharingSite(t, nil)
	tests := []struct {
		method, target string
		status         int
	}{
		{"GET", "/nope/", 404},
		{"GET", "/hello", 301},
		{"GET", "http://evil.example/hello/", 400},
		{"GET", "/%ff", 404},
	}
	for _, tt := range tests {
		w := s.ask(tt.method, tt.target, "", "Origin", friend)
		if w.Code != tt.status {
			t.Errorf("%s: got %d, want %d", tt.target, w.Code, tt.status)
		}
		wantHeader(t, w, "Vary", "Cookie, Origin", "Access-Control-Allow-Origin", friend)
	}
	w := s.ask("POST", "/hello/", "", "Origin", friend)
	if w.Code != 500 {
		t.Errorf("got %d, want 500", w.Code)
	}
	wantHeader(t, w, "Access-Control-Allow-Origin", friend)
}

func TestOtherPathsAreNotShared(t *testing.T) {
	s := sharingSite(t, func(c *CORSConfig) { c.URLsRegex = "/api/|/x" })
	for target, vary := range map[string]string{"/hello/": "Accept, Cookie", "/x/api/": "Cookie, Origin", "/nope/api/": "Cookie"} {
		wantHeader(t, s.ask("GET", target, ""), "Vary", vary)
	}
	w := s.ask("OPTIONS", "/hello/", "", "Origin", friend, "Access-Control-Request-Method", "GET")
	wantHeader(t, w, "Allow", "GET, POST, HEAD, OPTIONS", "Access-Control-Allow-Origin", "")
}

func TestNothingIsSharedUnlessAsked(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/hello/", View{Get: say(200, hello{"x"})})
	w := s.ask("OPTIONS", "/hello/", "", "Origin", friend, "Access-Control-Request-Method", "GET")
	wantGrant(t, w, "", "")
	wantHeader(t, w, "Vary", "Accept", "Allow", "GET, HEAD, OPTIONS")
}

func TestCORSFaults(t *testing.T) {
	tests := []struct {
		name   string
		change func(*CORSConfig)
		fault  string // "" for none
		exact  bool   // whether that is a fault of the exact Config too
	}{
		{"default", func(*CORSConfig) {}, "", true},
		{"usual", func(c *CORSConfig) {
			c.AllowedOrigins, c.AllowCredentials = []string{friend, "http://[::1]:3000"}, true
			c.AllowedOriginRegexes = []string{`^https://\w+\.example\.com$`}
		}, "", true},
		{"path", func(c *CORSConfig) { c.AllowedOrigins = []string{friend + "/"} }, "CORS_ALLOWED_ORIGINS", true},
		{"no scheme", func(c *CORSConfig) { c.AllowedOrigins = []string{"app.example.com"} }, "CORS_ALLOWED_ORIGINS", true},
		{"host and port alone", func(c *CORSConfig) { c.AllowedOrigins = []string{"localhost:3000"} }, "CORS_ALLOWED_ORIGINS", true},
		{"user", func(c *CORSConfig) { c.AllowedOrigins = []string{"https://" + "x@example.com"} }, "CORS_ALLOWED_ORIGINS", true},
		{"star", func(c *CORSConfig) { c.AllowedOrigins = []string{"*"} }, "CORS_ALLOWED_ORIGINS", true},
		{"wildcard", func(c *CORSConfig) { c.AllowedOrigins = []string{"https://*.example.com"} }, "CORS_ALLOWED_ORIGINS", true},
		{"capitals", func(c *CORSConfig) { c.AllowedOrigins = []string{"https://App.example.com"} }, "CORS_ALLOWED_ORIGINS", true},
		{"null", func(c *CORSConfig) { c.AllowedOrigins = []string{"null"} }, "", true},
		{"null with credentials", func(c *CORSConfig) { c.AllowedOrigins, c.AllowCredentials = []string{"null"}, true },
			"CORS_ALLOWED_ORIGINS", false},
		{"everybody", func(c *CORSConfig) { c.AllowAllOrigins = true }, "", true},
		{"everybody with credentials", func(c *CORSConfig) { c.AllowAllOrigins, c.AllowCredentials = true, true },
			"CORS_ALLOW_ALL_ORIGINS", false},
		{"pattern of everybody", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{".*"} }, "", true},
		{"pattern of everybody with credentials", func(c *CORSConfig) {
			c.AllowedOriginRegexes, c.AllowCredentials = []string{"^https://.+"}, true
		}, "CORS_ALLOWED_ORIGIN_REGEXES", false},
		{"look-ahead", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{"https://(?!evil)"} },
			"CORS_ALLOWED_ORIGIN_REGEXES", true},
		{"back reference", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{`(a)\1`} }, "CORS_ALLOWED_ORIGIN_REGEXES", true},
		{"end of Python's", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{`https://a\Z`} },
			"CORS_ALLOWED_ORIGIN_REGEXES", true},
		{"repetition of Python's", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{"https://a{,3}"} },
			"CORS_ALLOWED_ORIGIN_REGEXES", true},
		{"unbalanced", func(c *CORSConfig) { c.AllowedOriginRegexes = []string{"a)|(b"} }, "CORS_ALLOWED_ORIGIN_REGEXES", true},
		{"bad paths", func(c *CORSConfig) { c.URLsRegex = "(" }, "CORS_URLS_REGEX", true},
		{"line break in a header", func(c *CORSConfig) { c.AllowHeaders = []string{"a\r\nb"} }, "CORS_ALLOW_HEADERS", true},
		{"no method", func(c *CORSConfig) { c.AllowMethods = []string{""} }, "CORS_ALLOW_METHODS", true},
		{"list in one", func(c *CORSConfig) { c.ExposeHeaders = []string{"a, b"} }, "CORS_EXPOSE_HEADERS", true},
		{"negative age", func(c *CORSConfig) { c.PreflightMaxAge = -time.Second }, "CORS_PREFLIGHT_MAX_AGE", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			strict, exact := DefaultCORSConfig(), ExactCORSConfig()
			tt.change(&strict)
			tt.change(&exact)
			wantFault(t, "strict", strict.Validate(), tt.fault)
			if !tt.exact {
				tt.fault = ""
			}
			wantFault(t, "exact", exact.Validate(), tt.fault)
			if err := newSite(t, nil).ShareAcrossOrigins(exact); (err != nil) != (tt.fault != "") {
				t.Errorf("ShareAcrossOrigins: got %v", err)
			}
		})
	}
}

// wantFault compares err with the setting whose fault it should be, or "" for none.
func wantFault(t *testing.T, mode string, err error, setting string) {
	t.Helper()
	switch {
	case setting == "" && err != nil:
		t.Errorf("%s: got %v, want no fault", mode, err)
	case setting != "" && (err == nil || !strings.HasPrefix(err.Error(), setting+": ")):
		t.Errorf("%s: got %v, want a fault of %s", mode, err, setting)
	}
}
