package jwt

import (
	"strings"
	"testing"
	"time"
)

func TestTheDefaultsHaveNoFaults(t *testing.T) {
	for name, cfg := range map[string]Config{"safe": DefaultConfig(), "exact": ExactConfig()} {
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryFaultIsNamed(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no lifetime", func(c *Config) { c.AccessTokenLifetime = 0 }, "ACCESS_TOKEN_LIFETIME"},
		{"endless lifetime", func(c *Config) { c.RefreshTokenLifetime = 1 << 62 }, "REFRESH_TOKEN_LIFETIME"},
		{"leeway backwards", func(c *Config) { c.Leeway = -time.Second }, "LEEWAY"},
		{"algorithm none", func(c *Config) { c.Algorithm = "none" }, "ALGORITHM"},
		{"audience number", func(c *Config) { c.Audience = 5 }, "AUDIENCE"},
		{"audience list with a number", func(c *Config) { c.Audience = []any{"a", 5} }, "AUDIENCE"},
		{"no audience in the list", func(c *Config) { c.Audience = []any{} }, "AUDIENCE"},
		{"no word", func(c *Config) { c.AuthHeaderTypes = nil }, "AUTH_HEADER_TYPES"},
		{"two words", func(c *Config) { c.AuthHeaderTypes = []string{"a b"} }, "AUTH_HEADER_TYPES"},
		{"header in HTTP form", func(c *Config) { c.AuthHeaderName = "X-Auth" }, "AUTH_HEADER_NAME"},
		{"unknown column", func(c *Config) { c.UserIDField = "password" }, "USER_ID_FIELD"},
		{"no jti", func(c *Config) { c.JTIClaim = "" }, "JTI_CLAIM"},
		{"one claim for two things", func(c *Config) { c.TokenTypeClaim = c.UserIDClaim }, "TOKEN_TYPE_CLAIM"},
		{"a claim for exp", func(c *Config) { c.UserIDClaim = "Exp" }, "USER_ID_CLAIM"},
		{"untyped tokens", func(c *Config) { c.AuthTokenClasses = []string{"x.UntypedToken"} }, "AUTH_TOKEN_CLASSES"},
		{"no kind", func(c *Config) { c.AuthTokenClasses = nil }, "AUTH_TOKEN_CLASSES"},
		{"own claim", func(c *Config) { c.CustomClaims = map[string]string{"USER_ID": "1"} }, "CUSTOM_CLAIMS"},
		{"secret field", func(c *Config) { c.CustomClaims = map[string]string{"x": "{password}"} }, "CUSTOM_CLAIMS"},
		{"nameless claim", func(c *Config) { c.CustomClaims = map[string]string{"": "x"} }, "CUSTOM_CLAIMS"},
	} {
		cfg := DefaultConfig()
		c.change(&cfg)
		err := cfg.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), c.want+":") {
			t.Errorf("%s: got %v, want a fault of %s", c.name, err, c.want)
		}
	}
}

func TestFaultsComeTogether(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Algorithm, cfg.Leeway, cfg.JTIClaim = "none", -1, ""
	if got := strings.Count(cfg.Validate().Error(), "\n") + 1; got != 3 {
		t.Errorf("got %d faults, want 3", got)
	}
}

func TestWithoutASigningKeyTokensAreOnlyVerified(t *testing.T) {
	signing := safe(t, nil)
	g := signing.issue(t)
	set, _ := signing.keys.(interface{ JWKS() ([]byte, string) }).JWKS()
	verifying := build(t, DefaultConfig(), func(c *Config) { c.VerifyingKey = string(set) }, true)
	if err := verifying.Verify(t.Context(), g.Access); err != nil {
		t.Errorf("verify: %v", err)
	}
	if _, err := verifying.Refresh(t.Context(), g.Refresh); err == nil {
		t.Error("a token was signed without a key")
	}
	if n := len(verifying.store.ended) + len(verifying.store.outstanding); n != 0 {
		t.Errorf("got %d rows of a refresh that failed, want none", n)
	}
}
