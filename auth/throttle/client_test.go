package throttle

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhoAClientIs(t *testing.T) {
	zero, one, two := 0, 1, 2
	listed := ProxyConfig{Trusted: []string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"}}
	for _, tt := range []struct {
		name      string
		cfg       ProxyConfig
		peer      string
		forwarded string // header lines, set apart by |
		want      string
	}{
		{"no proxy is listed: the peer", DefaultProxyConfig(), "198.51.100.7:99", "1.1.1.1", "198.51.100.7"},
		{"IPv6 by its network", DefaultProxyConfig(), "[2001:db8:1:2:3:4:5:6]:99", "", "2001:db8:1:2::/64"},
		{"IPv4 inside IPv6", DefaultProxyConfig(), "[::ffff:198.51.100.7]:99", "", "198.51.100.7"},
		{"a zone says nothing", DefaultProxyConfig(), "[fe80::1%eth0]:99", "", "fe80::/64"},
		{"a stranger is not believed", listed, "198.51.100.7:99", "1.1.1.1", "198.51.100.7"},
		{"a proxy is", listed, "10.1.1.1:99", "1.1.1.1", "1.1.1.1"},
		{"a proxy without the header", listed, "10.1.1.1:99", "", "10.1.1.1"},
		{"what stands left of the last stranger is made up", listed, "10.1.1.1:99", "6.6.6.6, 1.1.1.1, 192.0.2.1", "1.1.1.1"},
		{"in several lines", listed, "10.1.1.1:99", "6.6.6.6|1.1.1.1|10.2.2.2", "1.1.1.1"},
		{"proxies only", listed, "10.1.1.1:99", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
		{"unreadable: the nearest that is not", listed, "10.1.1.1:99", "1.1.1.1, nonsense, 10.2.2.2", "10.2.2.2"},
		{"all unreadable", listed, "10.1.1.1:99", "nonsense", "10.1.1.1"},
		{"proxies inside IPv6", listed, "[::ffff:10.1.1.1]:99", "1.1.1.1", "1.1.1.1"},
		{"IPv6 proxies", listed, "[2001:db8::1]:99", "2a00:1:2:3::4", "2a00:1:2:3::/64"},
		{"everybody is believed: the header as a whole", ExactProxyConfig(), "198.51.100.7:99", "1.1.1.1, 2.2.2.2", "1.1.1.1,2.2.2.2"},
		{"everybody, without the header", ExactProxyConfig(), "198.51.100.7:99", "", "198.51.100.7"},
		{"NUM_PROXIES 0", ProxyConfig{Trusted: []string{"*"}, Count: &zero}, "198.51.100.7:99", "1.1.1.1", "198.51.100.7"},
		{"NUM_PROXIES 1", ProxyConfig{Count: &one}, "198.51.100.7:99", "6.6.6.6, 1.1.1.1", "1.1.1.1"},
		{"NUM_PROXIES 2", ProxyConfig{Count: &two}, "198.51.100.7:99", "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"},
		{"fewer than NUM_PROXIES", ProxyConfig{Count: &two}, "198.51.100.7:99", "1.1.1.1", "1.1.1.1"},
		{"NUM_PROXIES and a list: the peer must be on it", ProxyConfig{Trusted: []string{"10.0.0.0/8"}, Count: &one},
			"198.51.100.7:99", "1.1.1.1", "198.51.100.7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clients, err := NewClients(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{}}
			for _, line := range strings.Split(tt.forwarded, "|") {
				if line != "" {
					r.Header.Add("X-Forwarded-For", line)
				}
			}
			if got := clients.Of(r); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheAddressIsWhole(t *testing.T) {
	clients, err := NewClients(ProxyConfig{Trusted: []string{"10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &http.Request{RemoteAddr: "10.1.1.1:99", Header: http.Header{"X-Forwarded-For": {"6.6.6.6, 2a00:1:2:3::4"}}}
	if got, want := clients.Address(r), "2a00:1:2:3::4"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProxiesThatAreNoneAreRefused(t *testing.T) {
	negative := -1
	for _, cfg := range []ProxyConfig{{Trusted: []string{"proxy.example.com"}}, {Trusted: []string{"10.0.0.0/99"}}, {Count: &negative}} {
		if _, err := NewClients(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func FuzzTheClientIsNoProxyAndNothingMadeUp(f *testing.F) {
	f.Add("6.6.6.6, 1.1.1.1, 10.2.2.2")
	f.Add(",,::ffff:10.0.0.1%1,")
	clients, err := NewClients(ProxyConfig{Trusted: []string{"10.0.0.0/8"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, forwarded string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:1", Header: http.Header{"X-Forwarded-For": {forwarded + ", 1.1.1.1"}}}
		if got := clients.Of(r); got != "1.1.1.1" {
			t.Errorf("%q made the client %q", forwarded, got)
		}
	})
}
