package dialects_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/auth/dialects"
)

func TestLinksLeadWhereTheSettingsSay(t *testing.T) {
	t.Parallel()
	plain := httptest.NewRequest(http.MethodPost, "http://here.example:8000/x", nil)
	secure := httptest.NewRequest(http.MethodPost, "https://here.example/x", nil)
	secure.TLS = &tls.ConnectionState{}
	values := map[string]string{"key": "MQ:1s:a_b-c", "odd": "a/b?c d{key}"}
	for name, tt := range map[string]struct {
		cfg    dialects.LinkConfig
		r      *http.Request
		target string
		want   string
	}{
		"to the host of the request":          {dialects.LinkConfig{Protocol: "http"}, plain, "/c/{key}/", "http://here.example:8000/c/MQ:1s:a_b-c/"},
		"by https if the request came so":     {dialects.LinkConfig{Protocol: "http"}, secure, "/c/", "https://here.example/c/"},
		"by https if it is asked for":         {dialects.LinkConfig{Protocol: "https"}, plain, "/c/", "https://here.example:8000/c/"},
		"to the site":                         {dialects.LinkConfig{SiteURL: "https://site.example/app/"}, plain, "/c/", "https://site.example/app/c/"},
		"to another site":                     {dialects.LinkConfig{SiteURL: "https://site.example"}, plain, "https://spa.example/#/c?k={key}", "https://spa.example/#/c?k=MQ:1s:a_b-c"},
		"with values that stay what they are": {dialects.LinkConfig{}, plain, "/c/{odd}/", "http://here.example:8000/c/a%2Fb%3Fc%20d%7Bkey%7D/"},
	} {
		if got := tt.cfg.Link(tt.r, tt.target, values); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

func TestLinkSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"example.com", "ftp://example.com", "https://", "https://u@example.com", "https://a.example/?x", "https://a.example/#x"} {
		err := dialects.LinkConfig{SiteURL: bad, Protocol: "http"}.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "SITE_URL: ") {
			t.Errorf("SITE_URL %q: %v, want a fault", bad, err)
		}
	}
	if err := (dialects.LinkConfig{Protocol: "gopher"}).Validate(); err == nil {
		t.Error("ACCOUNT_DEFAULT_HTTP_PROTOCOL gopher: no fault")
	}
	if err := dialects.DefaultLinkConfig().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
}
