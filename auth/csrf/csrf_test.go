package csrf

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	secret = "Abcdefghij0123456789KLMNOPQRSTUV"
	masked = "Zyxwvutsrq9876543210ponmlkjihgfepzzzzzzzzzZZZZZZZZZZZZZZZZZZZZZZ"
	other  = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	host   = "site.example"

	form  = "application/x-www-form-urlencoded"
	parts = "multipart/form-data; boundary=b"
)

func TestMasksAreDjangos(t *testing.T) {
	data, err := os.ReadFile("testdata/masked.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Secret, Token string }
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 8 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		if got := maskWith(v.Token[:secretLength], v.Secret); got != v.Token {
			t.Errorf("mask: got %s, want %s", got, v.Token)
		}
		if got, fault := readToken(v.Token); got != v.Secret {
			t.Errorf("unmask: got %s, %q, want %s", got, fault, v.Secret)
		}
	}
}

func TestSecretsAndMasksNeverRepeat(t *testing.T) {
	s := NewSecret()
	if _, fault := readToken(s); fault != "" || len(s) != secretLength || s == NewSecret() {
		t.Errorf("%s: %s", s, fault)
	}
	a, b := Mask(s), Mask(s)
	if a == b {
		t.Errorf("one mask twice: %s", a)
	}
	if got, fault := readToken(a); got != s {
		t.Errorf("got %s, %s, want %s", got, fault, s)
	}
}

// request is a POST that would be accepted.
func request(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	r.Header.Set("Cookie", "csrftoken="+secret)
	r.Header.Set("X-CSRFToken", masked)
	return r
}

// check compares what Check says; want is "" for an accepted request.
func check(t *testing.T, p *Protection, r *http.Request, want string) {
	t.Helper()
	got := ""
	if err := p.Check(r); err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestRequestsRepeatTheSecretOfTheCookie(t *testing.T) {
	const fromHeader = "CSRF token from the 'X-Csrftoken' HTTP header "
	tests := []struct{ name, cookie, token, want string }{
		{"masked", "csrftoken=" + secret, masked, ""},
		{"plain", "csrftoken=" + secret, secret, ""},
		{"masked cookie", "csrftoken=" + masked, secret, ""},
		{"both masked", "csrftoken=" + masked, masked, ""},
		{"no cookie", "a=b", masked, "CSRF cookie not set."},
		{"two cookies", "csrftoken=" + other + "; csrftoken=" + secret, secret, "CSRF cookie not set."},
		{"empty cookie", "csrftoken=", secret, "CSRF cookie has incorrect length."},
		{"short cookie", "csrftoken=abc", "abc", "CSRF cookie has incorrect length."},
		{"odd cookie", "csrftoken=" + secret[1:] + "!", secret, "CSRF cookie has invalid characters."},
		{"no token", "csrftoken=" + secret, "none", "CSRF token missing."},
		{"empty token", "csrftoken=" + secret, "", fromHeader + "has incorrect length."},
		{"short token", "csrftoken=" + secret, secret[1:], fromHeader + "has incorrect length."},
		{"odd token", "csrftoken=" + secret, secret[1:] + "-", fromHeader + "has invalid characters."},
		{"token of letters beyond ASCII", "csrftoken=" + secret, strings.Repeat("é", 16), fromHeader + "has invalid characters."},
		{"another secret", "csrftoken=" + secret, other, fromHeader + "incorrect."},
		{"no mask", "csrftoken=" + secret, other + other, fromHeader + "incorrect."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request("")
			r.Header.Set("Cookie", test.cookie)
			r.Header.Set("X-CSRFToken", test.token)
			if test.token == "none" {
				r.Header.Del("X-CSRFToken")
			}
			check(t, New(ExactConfig()), r, test.want)
		})
	}
}

func TestTokensStandInPostedFormsToo(t *testing.T) {
	part := func(value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n" + value + "\r\n"
	}
	file := "--b\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"; filename=\"f\"\r\n\r\n" + secret + "\r\n"
	tests := []struct{ name, method, contentType, body, header, want string }{
		{"field", "POST", form, "a=b&csrfmiddlewaretoken=" + masked, "", ""},
		{"field in capitals of the type", "POST", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "csrfmiddlewaretoken=" + secret, "", ""},
		{"wrong field", "POST", form, "csrfmiddlewaretoken=" + other, "", "CSRF token from POST incorrect."},
		{"short field", "POST", form, "csrfmiddlewaretoken=x", "", "CSRF token from POST has incorrect length."},
		{"field before header", "POST", form, "csrfmiddlewaretoken=" + other, secret, "CSRF token from POST incorrect."},
		{"empty field", "POST", form, "csrfmiddlewaretoken=", secret, ""},
		{"last field", "POST", form, "csrfmiddlewaretoken=" + other + "&csrfmiddlewaretoken=" + secret, "", ""},
		{"malformed form", "POST", form, "%zz&csrfmiddlewaretoken=" + secret, "", ""},
		{"long form", "POST", form, "csrfmiddlewaretoken=" + secret + "&a=" + strings.Repeat("b", maxForm), "", "CSRF token missing."},
		{"part", "POST", parts, part(other) + part(secret) + "--b--\r\n", "", ""},
		{"file", "POST", parts, file + "--b--\r\n", "", "CSRF token missing."},
		{"broken parts", "POST", parts, part(secret), "", "CSRF token missing."},
		{"no boundary", "POST", "multipart/form-data", part(secret), "", "CSRF token missing."},
		{"JSON", "POST", "application/json", `{"csrfmiddlewaretoken":"` + secret + `"}`, "", "CSRF token missing."},
		{"PUT", "PUT", form, "csrfmiddlewaretoken=" + secret, "", "CSRF token missing."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(test.body)
			r.Method = test.method
			r.Header.Set("Content-Type", test.contentType)
			r.Header.Del("X-CSRFToken")
			if test.header != "" {
				r.Header.Set("X-CSRFToken", test.header)
			}
			check(t, New(ExactConfig()), r, test.want)
			body, err := io.ReadAll(r.Body)
			if diff := cmp.Diff(test.body, string(body)); err != nil || diff != "" {
				t.Errorf("the body afterwards: %v, %s", err, diff)
			}
		})
	}
}

// breaking is a body that breaks off.
type breaking struct{ err error }

func (b breaking) Read([]byte) (int, error) { return 0, b.err }

func TestBodiesThatBreakOffStayBroken(t *testing.T) {
	lost := errors.New("connection lost")
	r := request("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("csrfmiddlewaretoken="+other), breaking{lost}))
	r.Header.Set("Content-Type", form)
	check(t, New(ExactConfig()), r, "") // the header holds the token
	if _, err := io.ReadAll(r.Body); !errors.Is(err, lost) {
		t.Errorf("got %v, want %v", err, lost)
	}
}

func TestRequestsComeFromTrustedOrigins(t *testing.T) {
	const bad, refused = "Origin checking failed - ", " does not match any trusted origins."
	tests := []struct {
		origin  string
		trusted bool
	}{
		{"http://site.example", true},
		{"https://site.example", false},
		{"http://SITE.example", false},
		{"http://site.example:81", false},
		{"http://site.example.evil.example", false},
		{"http://evilsite.example", false},
		{"http://sub.site.example", false},
		{"http://site.example, https://evil.example", false},
		{"https://app.example", true},
		{"https://app.example/", false},
		{"https://x@app.example", false},
		{"http://app.example", false},
		{"https://app.example:8443", false},
		{"https://wild.example", true},
		{"https://a.b.wild.example", true},
		{"https://evilwild.example", false},
		{"https://wild.example.evil.example", false},
		{"https://evil.example/.wild.example", false},
		{"http://a.wild.example", false},
		{"http://a.port.example:8080", true},
		{"http://a.port.example", false},
		{"https://[::1", false},
		{"null", false},
		{"file://", false},
		{"garbage", false},
		{"", false},
	}
	cfg := ExactConfig()
	cfg.TrustedOrigins = []string{"https://app.example", "https://*.wild.example", "http://*.port.example:8080"}
	p := New(cfg)
	for _, test := range tests {
		r := request("")
		r.Header["Origin"] = []string{test.origin}
		want := ""
		if !test.trusted {
			want = bad + test.origin + refused
		}
		check(t, p, r, want)
	}
	r := request("")
	r.Header["Origin"] = []string{"http://site.example", "http://site.example"}
	check(t, p, r, bad+"http://site.example,http://site.example"+refused)
}

func TestRequestsOverHTTPSNameAPageIfNoOrigin(t *testing.T) {
	const refused = " does not match any trusted origins."
	tests := []struct{ referer, domain, want string }{
		{"https://site.example/page", "", ""},
		{"none", "", "Referer checking failed - no Referer."},
		{"", "", "Referer checking failed - Referer is malformed."},
		{"https://", "", "Referer checking failed - Referer is malformed."},
		{"//site.example/", "", "Referer checking failed - Referer is malformed."},
		{"https://[::1/", "", "Referer checking failed - Referer is malformed."},
		{"http://site.example/", "", "Referer checking failed - Referer is insecure while host is secure."},
		{"https://evil.example/site.example", "", "Referer checking failed - https://evil.example/site.example" + refused},
		{"https://evil.example/?site.example", "", "Referer checking failed - https://evil.example/?site.example" + refused},
		{"https://site.example@evil.example/", "", "Referer checking failed - https://site.example@evil.example/" + refused},
		{"https://x@site.example/", "", "Referer checking failed - https://x@site.example/" + refused},
		{"https://x.site.example/", "", "Referer checking failed - https://x.site.example/" + refused},
		{"https://x.site.example/", ".site.example", ""},
		{"https://x.site.example/", "site.example", "Referer checking failed - https://x.site.example/" + refused},
		{"https://a.wild.example/page", "", ""},
	}
	for _, test := range tests {
		t.Run(test.referer+" "+test.domain, func(t *testing.T) {
			cfg := ExactConfig()
			cfg.TrustedOrigins, cfg.CookieDomain = []string{"https://*.wild.example"}, test.domain
			r := request("")
			r.TLS = new(tls.ConnectionState)
			if test.referer != "none" {
				r.Header.Set("Referer", test.referer)
			}
			check(t, New(cfg), r, test.want)
			r.TLS = nil
			check(t, New(cfg), r, "") // nobody asks for it without https
		})
	}
	r := request("")
	r.TLS = new(tls.ConnectionState)
	r.Header.Set("Origin", "https://"+host)
	r.Header.Set("Referer", "https://evil.example/")
	check(t, New(ExactConfig()), r, "") // the origin says it better
}

func TestWhatTheBrowserSaysOtherOriginsSentIsRefused(t *testing.T) {
	safe, exact := DefaultConfig(), ExactConfig()
	safe.TrustedOrigins = []string{"https://app.example", "https://*.wild.example"}
	tests := []struct {
		cfg                Config
		origin, site, want string
	}{
		{safe, "http://site.example", "same-origin", ""},
		{safe, "http://site.example", "cross-site", string(CrossSite)},
		{safe, "http://site.example", "same-site", string(CrossSite)},
		{safe, "http://site.example", "garbage", string(CrossSite)},
		{safe, "http://site.example", "", ""},
		{safe, "https://app.example", "cross-site", ""},
		{safe, "https://app.example", "same-site", ""},
		{safe, "https://a.wild.example", "same-site", ""},
		{safe, "", "cross-site", string(CrossSite)},
		{safe, "", "none", ""},
		{safe, "", "", ""},
		{exact, "http://site.example", "cross-site", ""},
	}
	for _, test := range tests {
		r := request("")
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		if test.site != "" {
			r.Header.Set("Sec-Fetch-Site", test.site)
		}
		check(t, New(test.cfg), r, test.want)
	}
	stranger := request("")
	stranger.Header.Set("Origin", "https://evil.example")
	if err := New(safe).CheckBrowser(stranger); !errors.Is(err, CrossSite) {
		t.Errorf("an old browser with another origin: %v, want %v", err, CrossSite)
	}
	if err := New(exact).CheckBrowser(stranger); err != nil {
		t.Errorf("without the wall: %v", err)
	}
}

func TestHeaderNameIsASetting(t *testing.T) {
	cfg := ExactConfig()
	cfg.HeaderName, cfg.CookieName = "HTTP_X_XSRF_TOKEN", "XSRF-TOKEN"
	r := request("")
	r.Header.Set("Cookie", "XSRF-TOKEN="+secret)
	check(t, New(cfg), r, "CSRF token missing.")
	r.Header.Set("X-XSRF-Token", other)
	check(t, New(cfg), r, "CSRF token from the 'X-Xsrf-Token' HTTP header incorrect.")
	r.Header.Set("X-XSRF-Token", secret)
	check(t, New(cfg), r, "")
}

func TestOnlyMalformedCookiesAreRepaired(t *testing.T) {
	p := New(DefaultConfig())
	for header, broken := range map[string]bool{
		"": false, "csrftoken=" + secret: false, "csrftoken=" + masked: false, "csrftoken=x; csrftoken=y": false,
		"csrftoken=": true, "csrftoken=abc": true, "csrftoken=" + secret[1:] + "_": true,
	} {
		r := request("")
		r.Header.Set("Cookie", header)
		c := p.Repair(r)
		if got := c != nil; got != broken {
			t.Errorf("%q is repaired: %v, want %v", header, got, broken)
			continue
		}
		if c != nil {
			r.Header.Set("Cookie", c.Name+"="+c.Value)
			r.Header.Set("X-CSRFToken", c.Value)
			check(t, p, r, "")
		}
	}
}

// rotated is the cookie after a login.
func rotated(t *testing.T, cfg Config) *http.Cookie {
	t.Helper()
	secret, cookies := New(cfg).Rotate(request(""))
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	if got, fault := readToken(cookies[0].Value); got != secret {
		t.Errorf("the cookie holds %s, %s, want %s", got, fault, secret)
	}
	return cookies[0]
}

func TestRotatedCookieIsAsTheSettingsSay(t *testing.T) {
	c := rotated(t, DefaultConfig())
	if c.Name != "csrftoken" || len(c.Value) != secretLength || c.MaxAge != 31449600 || c.Path != "/" || !c.Secure ||
		c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("got %s", c)
	}
	cfg := ExactConfig()
	cfg.CookieAge, cfg.CookieMasked = 0, true
	if c := rotated(t, cfg); c.MaxAge != 0 || !c.Expires.IsZero() || c.Secure || len(c.Value) != tokenLength {
		t.Errorf("got %s", c)
	}
}

func TestSafeMethodsNeedNoCheck(t *testing.T) {
	for method, want := range map[string]bool{
		"GET": true, "HEAD": true, "OPTIONS": true, "TRACE": true,
		"POST": false, "PUT": false, "PATCH": false, "DELETE": false, "get": false, "": false, "PROPFIND": false,
	} {
		if got := IsSafe(method); got != want {
			t.Errorf("%s: got %v, want %v", method, got, want)
		}
	}
}

func TestFaultsOfTheSettings(t *testing.T) {
	for _, cfg := range []Config{DefaultConfig(), ExactConfig()} {
		cfg.TrustedOrigins = []string{"https://a.example", "https://*.b.example:444", "http://localhost:3000"}
		if err := cfg.Validate(); err != nil {
			t.Error(err)
		}
	}
	tests := []struct {
		change func(c *Config)
		want   string
	}{
		{func(c *Config) { c.CookieAge = -1 }, "CSRF_COOKIE_AGE: "},
		{func(c *Config) { c.CookieName = "" }, "CSRF_COOKIE_NAME: "},
		{func(c *Config) { c.HeaderName = "X-CSRFToken" }, "CSRF_HEADER_NAME: "},
		{func(c *Config) { c.FailureView = "project.views.csrf" }, "CSRF_FAILURE_VIEW: "},
		{func(c *Config) { c.HeaderName = "HTTP_" }, "CSRF_HEADER_NAME: "},
		{func(c *Config) { c.TrustedOrigins = []string{"a.example"} }, "CSRF_TRUSTED_ORIGINS: "},
		{func(c *Config) { c.TrustedOrigins = []string{"https://a.example/"} }, "CSRF_TRUSTED_ORIGINS: "},
		{func(c *Config) { c.TrustedOrigins = []string{"*"} }, "CSRF_TRUSTED_ORIGINS: "},
	}
	for _, test := range tests {
		cfg := DefaultConfig()
		test.change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s…", err, test.want)
		}
	}
}
