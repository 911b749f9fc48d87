package jwt

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/models"
	"watchword/schemes"
	"watchword/schemes/jwt/keys"
)

// secretKey is the secret that the recorded tokens were signed with.
const secretKey = "transcripts-secret-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefgh"

// store keeps users and tokens in memory.
type store struct {
	mu          sync.Mutex
	users       []models.User
	outstanding map[string]models.OutstandingToken
	ended       map[string]bool
	families    families
	asked       int // questions to the blacklist
}

func newStore() *store {
	return &store{
		users: []models.User{
			{ID: "1", Username: "alice", Email: "alice@example.com", Password: "pbkdf2_sha256$1$a$b", IsActive: true},
			{ID: "2", Username: "bob", Email: "bob@example.com", Password: "!", IsActive: false},
		},
		outstanding: map[string]models.OutstandingToken{},
		ended:       map[string]bool{},
		families:    newFamilies(),
	}
}

func (s *store) alice() *models.User { return &s.users[0] }

func (s *store) UserBy(_ context.Context, field models.UserField, value string) (*models.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.users {
		column := map[models.UserField]string{
			models.UserFieldID: string(u.ID), models.UserFieldUsername: u.Username, models.UserFieldEmail: u.Email,
		}
		if column[field] == value {
			return &u, nil
		}
	}
	return nil, models.ErrNotFound
}

func (s *store) Atomic(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func (s *store) RecordOutstanding(_ context.Context, t *models.OutstandingToken) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.outstanding[t.JTI]; known {
		return models.ErrConflict
	}
	s.outstanding[t.JTI] = *t
	return nil
}

func (s *store) Blacklist(_ context.Context, t *models.OutstandingToken, _ time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.outstanding[t.JTI]; !known {
		s.outstanding[t.JTI] = *t
	}
	first := !s.ended[t.JTI]
	s.ended[t.JTI] = true
	return first, nil
}

func (s *store) Blacklisted(_ context.Context, jti string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.ended[jti], nil
}

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)} }

// testKey is an RSA key for tests, made once since that is slow.
var testKey = sync.OnceValues(func() (string, error) { return keys.Generate("RS256", 2048) })

// safe returns the default settings with a key of their own, changed by change.
func safe(t testing.TB, change func(*Config)) fixture {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.SigningKey = key
	return build(t, cfg, change, true)
}

// fixture is a scheme over a memory store at a fixed time.
type fixture struct {
	*Scheme
	store *store
	clock *clock
}

// exact returns simplejwt's default settings, changed by change.
func exact(t testing.TB, change func(*Config)) fixture {
	t.Helper()
	cfg := ExactConfig()
	return build(t, cfg, change, true)
}

func build(t testing.TB, cfg Config, change func(*Config), blacklist bool) fixture {
	t.Helper()
	c := newClock()
	cfg.Now = c.now
	if change != nil {
		change(&cfg)
	}
	st := newStore()
	var tokens Tokens
	if blacklist {
		tokens = st
	}
	s, err := New(cfg, keysOf(t, cfg), st, tokens)
	if err != nil {
		t.Fatal(err)
	}
	return fixture{s, st, c}
}

// keysOf returns the keys that cfg names; for HS algorithms without any, those of secretKey.
func keysOf(t testing.TB, cfg Config) Keys {
	t.Helper()
	var set *keys.Set
	var err error
	if strings.HasPrefix(cfg.Algorithm, "HS") {
		set, err = keys.Secret(cfg.Algorithm, cmp.Or(cfg.SigningKey, secretKey), cfg.MinSecretLength)
	} else {
		set, err = keys.Load(cfg.Algorithm, cfg.SigningKey, cfg.VerifyingKey)
	}
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// issue hands out a pair for alice.
func (f fixture) issue(t testing.TB) schemes.Grant {
	t.Helper()
	g, err := f.Issue(httptest.NewRequest(http.MethodPost, "/", nil), f.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// forge signs a payload as it is.
func (f fixture) forge(t testing.TB, payload string) string {
	t.Helper()
	input := encodeHeader(f.keys.Signing(), f.cfg.KeyIDs) + "." + encodeText(payload)
	signature, err := f.keys.Signing().Sign(input)
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + encodeText(string(signature))
}

// bearerRequest is a request with an Authorization header.
func bearerRequest(header string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	return r
}

// payload decodes the payload of a token without checking anything.
func payload(t testing.TB, raw string) string {
	t.Helper()
	decoded, err := decodeSegment(strings.Split(raw, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(decoded)
}
