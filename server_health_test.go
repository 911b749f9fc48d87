package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchword/models/gormstore"
	"watchword/schemes/jwt/keys"
)

// openHealth returns a health over an empty database and keys of its own.
func openHealth(t *testing.T) (*health, *gormstore.Store) {
	t.Helper()
	s := settingsIn(t)
	s.Database.URL = sqliteIn(s.DataDir)
	s.Keys.Folder = s.DataDir + "/keys"
	store, err := connect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	ring, err := openKeys(s, &keys.Accelerator{})
	if err != nil {
		t.Fatal(err)
	}
	return newHealth(store, ring, s.Keys.PublishLead), store
}

// get asks h for path under a host name that nobody allows.
func (h *health) get(method, path string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://10.1.2.3"+path, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.before(http.NotFoundHandler()).ServeHTTP(w, r)
	return w
}

func TestReadinessSaysWhatIsMissing(t *testing.T) {
	h, store := openHealth(t)
	expect := func(status int, text string) {
		t.Helper()
		got := h.get(http.MethodGet, "/readyz", nil)
		if got.Code != status || !strings.Contains(got.Body.String(), text) {
			t.Errorf("got %d %s, want %d %s", got.Code, got.Body, status, text)
		}
	}
	expect(http.StatusServiceUnavailable, `"migrations"`)
	if err := store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	expect(http.StatusOK, `"ok"`)
	h.stop()
	expect(http.StatusServiceUnavailable, `"stopping"`)
	h.stopping.Store(false)
	_ = store.Close()
	expect(http.StatusServiceUnavailable, `"database"`)
	if got := h.get(http.MethodGet, "/healthz", nil); got.Code != http.StatusOK {
		t.Errorf("the process is up, but /healthz answers %d", got.Code)
	}
}

func TestTheKeyListCanBeCachedForLessThanTheLead(t *testing.T) {
	h, _ := openHealth(t)
	first := h.get(http.MethodGet, "/.well-known/jwks.json", nil)
	if first.Code != http.StatusOK || !strings.Contains(first.Body.String(), `"kty":"RSA"`) ||
		first.Header().Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("got %d %v %s", first.Code, first.Header(), first.Body)
	}
	again := h.get(http.MethodGet, "/.well-known/jwks.json", http.Header{"If-None-Match": {first.Header().Get("ETag")}})
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("got %d %s", again.Code, again.Body)
	}
	if short := newHealth(h.store, h.keys, 3*time.Minute); short.maxAge != time.Minute {
		t.Errorf("a lead of three minutes allows caching for %v", short.maxAge)
	}
}

func TestProbesAreReadOnly(t *testing.T) {
	h, _ := openHealth(t)
	for _, path := range []string{"/healthz", "/readyz", "/.well-known/jwks.json"} {
		if got := h.get(http.MethodPost, path, nil); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := h.get(http.MethodGet, "/elsewhere", nil); got.Code != http.StatusNotFound {
		t.Errorf("got %d", got.Code)
	}
}

func TestConnectionsEndWithTheAnswerWhileTheServerStops(t *testing.T) {
	h, _ := openHealth(t)
	for _, want := range []string{"", "close"} {
		for _, path := range []string{"/healthz", "/elsewhere"} {
			if got := h.get(http.MethodGet, path, nil).Header().Get("Connection"); got != want {
				t.Errorf("%s, stopping %v: got Connection %q, want %q", path, h.stopping.Load(), got, want)
			}
		}
		h.stop()
	}
}

func TestBrokenKeysAreLoggedOnceAndTheOldOnesStay(t *testing.T) {
	broken := false
	set, err := keys.Secret("HS256", decentKey, 32)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.NewRing(func() (*keys.Set, error) {
		if broken {
			return nil, errors.New("damaged")
		}
		return set, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	life := newLifecycle(&server{keys: ring}, serverConfig{}, slog.New(slog.NewTextHandler(&log, nil)))
	broken = true
	life.reloadKeys()
	life.reloadKeys()
	if got := strings.Count(log.String(), "damaged"); got != 1 {
		t.Errorf("logged %d times:\n%s", got, log.String())
	}
	if ring.Signing() == nil {
		t.Error("the old keys are gone")
	}
	broken = false
	life.reloadKeys()
	life.reloadKeys()
	if got := strings.Count(log.String(), "can be read again"); got != 1 {
		t.Errorf("recovery logged %d times", got)
	}
}

func TestHealthcheckCallsAnAddressThatCanBeCalled(t *testing.T) {
	for listen, want := range map[string]string{
		":8000": "127.0.0.1:8000", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80", "10.0.0.1:80": "10.0.0.1:80", "localhost:1": "localhost:1",
	} {
		if got, err := reachable(listen); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", listen, got, err, want)
		}
	}
}
