package dialects

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAProxySaysWhetherRequestsCameOverHTTPS(t *testing.T) {
	behind := []string{"HTTP_X_FORWARDED_PROTO", "https"}
	for _, test := range []struct {
		name    string
		setting []string
		said    []string
		tls     bool
		want    bool
	}{
		{"no proxy", nil, nil, false, false},
		{"no proxy, TLS", nil, nil, true, true},
		{"nobody is believed", nil, []string{"https"}, false, false},
		{"https", behind, []string{"https"}, false, true},
		{"http", behind, []string{"http"}, true, false},
		{"several proxies, the first is the client's", behind, []string{"https, http"}, false, true},
		{"several headers", behind, []string{"http", "https"}, false, false},
		{"other spelling", behind, []string{"HTTPS"}, false, false},
		{"silent", behind, nil, false, false},
		{"silent, TLS", behind, nil, true, true},
		{"another value", []string{"HTTP_FRONT_END_HTTPS", "on"}, nil, false, false},
	} {
		cfg := DefaultConfig()
		cfg.ProxySSLHeader = test.setting
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "http://example.com/", nil)
		if test.said != nil {
			r.Header["X-Forwarded-Proto"] = test.said
		}
		if test.tls {
			r.TLS = new(tls.ConnectionState)
		}
		if got := cfg.IsSecure(r); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestFaultsOfTheProxyHeader(t *testing.T) {
	for _, setting := range [][]string{{"HTTP_X"}, {"HTTP_X", "a", "b"}, {"HTTP_X", ""}, {"X_FORWARDED_PROTO", "https"},
		{"HTTP_", "https"}, {"HTTP_X-Forwarded-Proto", "https"}, {"HTTP_X FORWARDED", "https"}} {
		cfg := DefaultConfig()
		cfg.ProxySSLHeader = setting
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), "SECURE_PROXY_SSL_HEADER: ") {
			t.Errorf("%q: got %v", setting, err)
		}
	}
}
