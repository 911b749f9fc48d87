package jwt

import (
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth/cookie"
	"watchword/auth/csrf"
	"watchword/schemes"
)

// inCookies are cookies for both tokens, under dj-rest-auth's own defaults as far as change does not say otherwise.
func inCookies(t *testing.T, change func(*CookieConfig)) (*Cookies, fixture) {
	t.Helper()
	w := exact(t, nil)
	cfg := ExactCookieConfig()
	cfg.Name, cfg.RefreshName, cfg.HTTPOnly = "acc", "ref", true
	change(&cfg)
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	return NewCookies(cfg, w.Scheme, csrf.New(csrf.ExactConfig())), w
}

func plainly(*CookieConfig) {}

// lines are cookies as they go on the wire, with short values and without times.
func lines(cookies []*http.Cookie) []string {
	var list []string
	for _, c := range cookies {
		line := cookie.Text(c)
		if value := c.Value; len(value) > 20 {
			line = strings.Replace(line, value, "…", 1)
		}
		before, after, _ := strings.Cut(line, "; Expires=")
		_, after, _ = strings.Cut(after, "GMT")
		list = append(list, before+after)
	}
	return list
}

func TestTokensGoIntoTheirCookiesAndOut(t *testing.T) {
	for _, tt := range []struct {
		name          string
		change        func(*CookieConfig)
		issued, ended []string
	}{
		{"as dj-rest-auth has it", plainly,
			[]string{"acc=…; Path=/; Max-Age=300; HttpOnly; SameSite=Lax", "ref=…; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"},
			[]string{`acc=""; Path=/; Max-Age=0; SameSite=Lax`, `ref=""; Path=/; Max-Age=0; SameSite=Lax`}},
		{"no refresh cookie", func(c *CookieConfig) { c.RefreshName = "" },
			[]string{"acc=…; Path=/; Max-Age=300; HttpOnly; SameSite=Lax"}, []string{`acc=""; Path=/; Max-Age=0; SameSite=Lax`}},
		{"none", func(c *CookieConfig) { c.Name, c.RefreshName = "", "" }, nil, nil},
		{"all attributes", func(c *CookieConfig) {
			c.RefreshPath, c.Domain, c.SameSite, c.Secure, c.HTTPOnly = "/auth/", "example.com", cookie.None, true, false
		},
			[]string{"acc=…; Path=/; Domain=example.com; Max-Age=300; Secure; SameSite=None",
				"ref=…; Path=/auth/; Domain=example.com; Max-Age=86400; Secure; SameSite=None"},
			[]string{`acc=""; Path=/; Domain=example.com; Max-Age=0; Secure; SameSite=None`,
				`ref=""; Path=/auth/; Domain=example.com; Max-Age=0; Secure; SameSite=None`}},
		{"twins", func(c *CookieConfig) { c.RefreshPath, c.SweepTwins = "/auth/", true },
			[]string{"acc=…; Path=/; Max-Age=300; HttpOnly; SameSite=Lax", "ref=…; Path=/auth/; Max-Age=86400; HttpOnly; SameSite=Lax"},
			[]string{`acc=""; Path=/; Max-Age=0; SameSite=Lax`, `ref=""; Path=/auth/; Max-Age=0; SameSite=Lax`,
				`acc=""; Path=/; Domain=www.example.com; Max-Age=0; SameSite=Lax`, `acc=""; Path=/; Domain=example.com; Max-Age=0; SameSite=Lax`,
				`ref=""; Path=/; Max-Age=0; SameSite=Lax`, `ref=""; Path=/; Domain=www.example.com; Max-Age=0; SameSite=Lax`,
				`ref=""; Path=/; Domain=example.com; Max-Age=0; SameSite=Lax`,
				`ref=""; Path=/auth/; Domain=www.example.com; Max-Age=0; SameSite=Lax`,
				`ref=""; Path=/auth/; Domain=example.com; Max-Age=0; SameSite=Lax`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scheme, w := inCookies(t, tt.change)
			grant, err := scheme.Issue(bearerRequest(""), w.store.alice())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.issued, lines(grant.Cookies)); d != "" {
				t.Error(d)
			}
			r := bearerRequest("")
			r.Host = "www.example.com:8000"
			if d := cmp.Diff(tt.ended, lines(scheme.Clear(r))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestARefreshSetsTheCookiesOfWhatItBuys(t *testing.T) {
	scheme, w := inCookies(t, plainly)
	grant, err := scheme.Issue(bearerRequest(""), w.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	bought, err := scheme.Refresh(t.Context(), grant.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"acc=…; Path=/; Max-Age=300; HttpOnly; SameSite=Lax"}, lines(bought.Cookies)); d != "" {
		t.Error(d)
	}
}

func TestTheHeaderGoesBeforeTheCookie(t *testing.T) {
	scheme, w := inCookies(t, plainly)
	grant, err := scheme.Issue(bearerRequest(""), w.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, header, cookies string
		known                 bool
		refused               schemes.Reason // 0: not refused
	}{
		{"the cookie alone", "", "acc=" + grant.Access, true, 0},
		{"the cookie in quotes", "", `acc="` + grant.Access + `"`, true, 0},
		{"the header alone", "Bearer " + grant.Access, "", true, 0},
		{"a good header and a bad cookie", "Bearer " + grant.Access, "acc=bad", true, 0},
		{"a bad header and a good cookie", "Bearer bad", "acc=" + grant.Access, false, schemes.Invalid},
		{"a header of another scheme and a good cookie", "Basic x", "acc=" + grant.Access, false, 0},
		{"a bad cookie", "", "acc=bad", false, schemes.Invalid},
		{"an empty cookie", "", "acc=", false, schemes.Invalid},
		{"a refresh token as the cookie", "", "acc=" + grant.Refresh, false, schemes.WrongType},
		{"two cookies", "", "acc=" + grant.Access + "; acc=" + grant.Access, false, 0},
		{"the refresh cookie alone", "", "ref=" + grant.Refresh, false, 0},
		{"nothing", "", "", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := bearerRequest(tt.header)
			if tt.cookies != "" {
				r.Header.Set("Cookie", tt.cookies)
			}
			id, err := scheme.Authenticate(r)
			if id.Anonymous() == tt.known {
				t.Errorf("known is %v, want %v", !id.Anonymous(), tt.known)
			}
			var failure *schemes.Failure
			switch errors.As(err, &failure); {
			case tt.refused == 0 && err != nil:
				t.Error(err)
			case tt.refused != 0 && (failure == nil || failure.Reason != tt.refused):
				t.Errorf("got %v, want %v", err, tt.refused)
			}
		})
	}
}

func TestCookiesNeedCSRFTokensWhereTheSettingsSaySo(t *testing.T) {
	use := func(c *CookieConfig) { c.UseCSRF = true }
	later := func(c *CookieConfig) { c.UseCSRF, c.TokenFirst = true, true }
	enforce := func(c *CookieConfig) { c.EnforceCSRF = true }
	const secret = "abcdefghijklmnopqrstuvwxyzABCDEF"
	for _, tt := range []struct {
		name           string
		change         func(*CookieConfig)
		method, header string
		cookie, token  bool
		refused        bool
	}{
		{"not asked for", plainly, "POST", "", true, false, false},
		{"without", use, "POST", "", true, false, true},
		{"with", use, "POST", "", true, true, false},
		{"without, after the token", later, "POST", "", true, false, true},
		{"with, after the token", later, "POST", "", true, true, false},
		{"by GET", use, "GET", "", true, false, false},
		{"no cookie", use, "POST", "", false, false, false},
		{"a header", use, "POST", "Basic x", true, false, false},
		{"no cookie, enforced", enforce, "POST", "", false, false, true},
		{"no cookie but the token, enforced", enforce, "POST", "", false, true, false},
		{"a header, enforced", enforce, "POST", "Basic x", false, false, false},
		{"enforced without a name", func(c *CookieConfig) { c.EnforceCSRF, c.Name = true, "" }, "POST", "", false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scheme, w := inCookies(t, tt.change)
			grant, err := scheme.Issue(bearerRequest(""), w.store.alice())
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "/", nil)
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			if tt.cookie {
				r.AddCookie(&http.Cookie{Name: "acc", Value: grant.Access})
			}
			if tt.token {
				r.AddCookie(&http.Cookie{Name: "csrftoken", Value: secret})
				r.Header.Set("X-CSRFToken", secret)
			}
			_, err = scheme.Authenticate(r)
			var failure *schemes.Failure
			if got := errors.As(err, &failure) && failure.Reason == schemes.CSRF; got != tt.refused {
				t.Errorf("refused is %v (%v), want %v", got, err, tt.refused)
			}
		})
	}
}

func TestALoginForgetsTwinsOfTheCookieThatItCameWith(t *testing.T) {
	for sent, want := range map[string][]string{
		"": {"acc=…; Path=/; Domain=.example.com; Max-Age=300; HttpOnly; SameSite=Lax"},
		"acc=old": {`acc=""; Path=/; Max-Age=0; SameSite=Lax`, `acc=""; Path=/; Domain=www.example.com; Max-Age=0; SameSite=Lax`,
			"acc=…; Path=/; Domain=.example.com; Max-Age=300; HttpOnly; SameSite=Lax"},
	} {
		scheme, w := inCookies(t, func(c *CookieConfig) { c.Domain, c.RefreshName, c.SweepTwins = ".example.com", "", true })
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://www.example.com/", nil)
		r.Header.Set("Cookie", sent)
		grant, err := scheme.Issue(r, w.store.alice())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, lines(grant.Cookies)); d != "" {
			t.Errorf("%q: %s", sent, d)
		}
	}
}

func TestABadCookieWithoutACSRFTokenIsRefusedForTheOneOrTheOther(t *testing.T) {
	for tokenFirst, want := range map[bool]schemes.Reason{false: schemes.CSRF, true: schemes.Invalid} {
		scheme, _ := inCookies(t, func(c *CookieConfig) { c.UseCSRF, c.TokenFirst = true, tokenFirst })
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", nil)
		r.AddCookie(&http.Cookie{Name: "acc", Value: "stale"})
		_, err := scheme.Authenticate(r)
		var failure *schemes.Failure
		if !errors.As(err, &failure) || failure.Reason != want {
			t.Errorf("the token first: %v: got %v, want %v", tokenFirst, err, want)
		}
	}
}

func TestALoginHandsOutACSRFCookieWhereOneIsNeeded(t *testing.T) {
	for _, use := range []bool{true, false} {
		scheme, w := inCookies(t, func(c *CookieConfig) { c.HandOutCSRF, c.UseCSRF = true, use })
		grant, err := scheme.Issue(bearerRequest(""), w.store.alice())
		if err != nil {
			t.Fatal(err)
		}
		if got := grant.Cookies[len(grant.Cookies)-1].Name == "csrftoken"; got != use {
			t.Errorf("the last cookie is %s where CSRF tokens are asked for: %v", grant.Cookies[len(grant.Cookies)-1].Name, use)
		}
	}
}

func TestCookiesThatBrowsersRefuseAreFaults(t *testing.T) {
	for want, change := range map[string]func(*CookieConfig){
		"JWT_AUTH_REFRESH_COOKIE: ":      func(c *CookieConfig) { c.RefreshName = c.Name },
		"JWT_AUTH_COOKIE_NAME: ":         func(c *CookieConfig) { c.Name = "a b" },
		"JWT_AUTH_REFRESH_COOKIE_PATH: ": func(c *CookieConfig) { c.RefreshPath = "auth" },
		"JWT_AUTH_COOKIE_SAMESITE: ":     func(c *CookieConfig) { c.SameSite, c.Secure = cookie.None, false },
	} {
		cfg := DefaultCookieConfig()
		cfg.Name, cfg.RefreshName = "acc", "ref"
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Go's jar goes by RFC 6265, to which a cookie for the host alone and one for the host's domain are the same.
func TestALoginLeavesItsCookiesInTheJarsOfAllClients(t *testing.T) {
	for _, host := range []string{"example.com", "auth.example.com", "EXAMPLE.com"} {
		for _, domain := range []string{"", ".example.com"} {
			scheme, w := inCookies(t, func(c *CookieConfig) { c.SweepTwins, c.Domain = true, domain })
			r := httptest.NewRequest(http.MethodPost, "http://"+host+"/login/", nil)
			r.AddCookie(&http.Cookie{Name: "ref", Value: "stale"})
			grant, err := scheme.Issue(r, w.store.alice())
			if err != nil {
				t.Fatal(err)
			}
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range grant.Cookies { // the jar has a clock of its own
				if c.MaxAge > 0 {
					c.Expires = time.Time{}
				}
			}
			jar.SetCookies(r.URL, grant.Cookies)
			kept := map[string]string{}
			for _, c := range jar.Cookies(r.URL) {
				kept[c.Name] = c.Value
			}
			if kept["acc"] != grant.Access || kept["ref"] != grant.Refresh {
				t.Errorf("after a login at %s with the domain %q the jar holds %d cookies, not the two tokens", host, domain, len(kept))
			}
		}
	}
}
