package main

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"watchword/auth/dialects"
	"watchword/models/gormstore"
	"watchword/schemes/jwt/keys"
)

// The paths of the answers, which are no part of the site.
const (
	alivePath = "/healthz"
	readyPath = "/readyz"
	keysPath  = "/.well-known/jwks.json"
)

// readyTimeout bounds how long a probe waits for the database.
const readyTimeout = 2 * time.Second

// health answers the questions of those who run the server: whether the process is up, whether it can serve, and which
// public keys it signs with. These answers depend on no Host header: probes come by address, and none of the answers
// is made from it.
type health struct {
	store    *gormstore.Store
	keys     *keys.Ring
	maxAge   time.Duration // how long the key list may be cached
	migrated atomic.Bool   // the database was seen to be up to date
	stopping atomic.Bool
}

// newHealth returns a health over the database and the keys. The key list may be cached for a part of lead, the time
// between publishing a key and signing with it, so that every cache knows a key before it is needed.
func newHealth(store *gormstore.Store, ring *keys.Ring, lead time.Duration) *health {
	return &health{store: store, keys: ring, maxAge: min(5*time.Minute, lead/3)}
}

// stop makes the server look not ready, so that no new clients are sent to it.
func (h *health) stop() { h.stopping.Store(true) }

// before answers the three paths and leaves all others to next. While the server stops, every answer is the last one on
// its connection, so that no client sends another request just when the connection is closed.
func (h *health) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		answer := h.forPath(r.URL.Path)
		if answer == nil {
			next.ServeHTTP(w, r)
			return
		}
		harden(w.Header())
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			answer(w, r)
		}
	})
}

// harden adds to an answer what all answers say; what is no secret may be kept nevertheless.
func harden(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", dialects.AnswerPolicy)
	header.Set("Referrer-Policy", "same-origin")
	header.Set("X-Content-Type-Options", "nosniff")
}

// forPath returns what answers requests for path, or nil.
func (h *health) forPath(path string) http.HandlerFunc {
	switch path {
	case alivePath:
		return h.alive
	case readyPath:
		return h.ready
	case keysPath:
		return h.publicKeys
	}
	return nil
}

// alive says that the process is up. It looks at nothing: a restart would not mend a database.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, `{"status":"ok"}`)
}

// ready says whether requests can be served.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if reason := h.unready(ctx); reason != "" {
		answer(w, http.StatusServiceUnavailable, `{"status":"unavailable","reason":"`+reason+`"}`)
		return
	}
	answer(w, http.StatusOK, `{"status":"ok"}`)
}

// unready returns what keeps the server from serving, or "". Nothing of it is secret, and nothing says more than that.
func (h *health) unready(ctx context.Context) string {
	if h.stopping.Load() {
		return "stopping"
	}
	if len(h.keys.Verifying("")) == 0 {
		return "keys"
	}
	if h.store.Ping(ctx) != nil {
		return "database"
	}
	if h.migrated.Load() {
		return ""
	}
	pending, err := h.store.PendingMigrations(ctx)
	if err != nil {
		return "database"
	}
	if len(pending) > 0 {
		return "migrations"
	}
	h.migrated.Store(true)
	return ""
}

// publicKeys answers with the JWK Set.
//
// Source: RFC 7517 section 5; RFC 9110 section 13 for the entity tag.
func (h *health) publicKeys(w http.ResponseWriter, r *http.Request) {
	set, etag := h.keys.JWKS()
	header := w.Header()
	header.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(h.maxAge.Seconds())))
	header.Set("ETag", etag)
	header.Set("Access-Control-Allow-Origin", "*") // public keys are for everybody
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	answerBytes(w, http.StatusOK, set)
}

// answer writes a small JSON answer.
func answer(w http.ResponseWriter, status int, body string) {
	answerBytes(w, status, []byte(body))
}

// answerBytes writes a JSON answer. A client that has gone is nobody's fault.
func answerBytes(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
