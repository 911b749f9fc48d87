package cookie

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

func TestCookiesCarryTheAttributesThatDjangoGivesThem(t *testing.T) {
	plain := Attributes{Name: "sid", Path: "/", SameSite: Lax, HTTPOnly: true}
	wide := Attributes{Name: "sid", Path: "/app", Domain: "example.com", SameSite: Strict, Secure: true}
	bare := Attributes{Name: "sid", Path: "/"}
	dotted := Attributes{Name: "sid", Path: "/", Domain: ".example.com"}
	cross := Attributes{Name: "sid", Path: "/", SameSite: None, Secure: true}
	host := Attributes{Name: "__Host-sid", Path: "/", Secure: true}
	tests := []struct {
		name   string
		cookie *http.Cookie
		want   string
	}{
		{"set", plain.Set("v", time.Minute, now),
			"sid=v; Path=/; Expires=Wed, 04 Mar 2026 05:07:07 GMT; Max-Age=60; HttpOnly; SameSite=Lax"},
		{"set until the browser closes", wide.Set("v", 0, now),
			"sid=v; Path=/app; Domain=example.com; Secure; SameSite=Strict"},
		{"set without SameSite", bare.Set("v", 0, now), "sid=v; Path=/"},
		{"set for a domain with a dot before it", dotted.Set("v", 0, now), "sid=v; Path=/; Domain=.example.com"},
		{"deleted, without HttpOnly", plain.Delete(),
			`sid=""; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; SameSite=Lax`},
		{"deleted, without Secure", wide.Delete(),
			`sid=""; Path=/app; Domain=example.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; SameSite=Strict`},
		{"deleted, with Secure where browsers ask for it", cross.Delete(),
			`sid=""; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; SameSite=None`},
		{"deleted, with Secure for the prefix", host.Delete(),
			`__Host-sid=""; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Text(test.cookie); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestValueIsThatOfTheOnlyCookieOfTheName(t *testing.T) {
	tests := []struct {
		header, want string
		ok           bool
	}{
		{"", "", false},
		{"sid=", "", true},
		{"a=b; sid=v; c=d", "v", true},
		{`sid="v"`, "v", true},
		{"sid=v; sid=w", "", false},
		{"sid=v; sid=v", "", false},
		{"SID=v", "", false},
		{"=sid=v", "", false},
		{"sid=v; =__Host-sid=w", "v", true},
	}
	for _, test := range tests {
		r := &http.Request{Header: http.Header{"Cookie": {test.header}}}
		if got, ok := Value(r, "sid"); got != test.want || ok != test.ok {
			t.Errorf("%q: got %q, %v, want %q, %v", test.header, got, ok, test.want, test.ok)
		}
	}
}

func TestSameSiteIsReadAsDjangoWritesIt(t *testing.T) {
	for text, want := range map[string]SameSite{"Lax": Lax, "strict": Strict, "NONE": None, "false": "", "False": "", "": ""} {
		got := SameSite("x")
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	var s SameSite
	if err := s.UnmarshalText([]byte("true")); err == nil {
		t.Errorf("true is read as %q", s)
	}
}

func TestCookiesThatBrowsersRefuseAreFaults(t *testing.T) {
	good := Attributes{Name: "sid", Path: "/", SameSite: Lax}
	if err := good.Validate("X_"); err != nil {
		t.Error(err)
	}
	tests := []struct {
		change func(a *Attributes)
		want   string
	}{
		{func(a *Attributes) { a.Name = "s id" }, "X_NAME: "},
		{func(a *Attributes) { a.Name = "" }, "X_NAME: "},
		{func(a *Attributes) { a.Path = "app" }, "X_PATH: "},
		{func(a *Attributes) { a.Domain = "a b" }, "X_DOMAIN: "},
		{func(a *Attributes) { a.SameSite = None }, "X_SAMESITE: "},
		{func(a *Attributes) { a.Name = "__Secure-sid" }, "X_NAME: "},
		{func(a *Attributes) { a.Name, a.Secure, a.Path = "__HOST-sid", true, "/app" }, "X_NAME: "},
		{func(a *Attributes) { a.Name, a.Secure, a.Domain = "__Host-sid", true, "example.com" }, "X_NAME: "},
	}
	for _, test := range tests {
		a := good
		test.change(&a)
		if err := a.Validate("X_"); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %s…", a, err, test.want)
		}
	}
}
