package signing

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	resetSalt   = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
	seconds2001 = 978307200 // 2001-01-01 00:00:00 UTC in Unix time, where the tokens' own time begins
	digestSize  = 32        // hexadecimal digits: every second one of the HMAC
)

// ResetConfig says how long reset tokens live.
type ResetConfig struct {
	// Timeout is how old a token may be, to the second.
	Timeout time.Duration `setting:"PASSWORD_RESET_TIMEOUT" help:"How long a password reset link is good for"`
	// TimeZone is the zone whose wall clock the tokens show, as Django's do: servers that share tokens must agree on
	// it. An IANA name; "" means UTC.
	TimeZone string `setting:"TIME_ZONE" help:"The time zone of reset tokens, as the Django project has it"`
}

// DefaultResetConfig returns one hour, in UTC.
func DefaultResetConfig() ResetConfig { return ResetConfig{Timeout: time.Hour, TimeZone: "UTC"} }

// ExactResetConfig returns Django's three days, in UTC.
func ExactResetConfig() ResetConfig { return ResetConfig{Timeout: 72 * time.Hour, TimeZone: "UTC"} }

// Validate reports a timeout that no token survives and a zone that does not exist.
func (c ResetConfig) Validate() error {
	var faults []error
	if c.Timeout <= 0 {
		faults = append(faults, errors.New("PASSWORD_RESET_TIMEOUT must be positive"))
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		faults = append(faults, fmt.Errorf("TIME_ZONE: %w", err))
	}
	return errors.Join(faults...)
}

// Subject is what a reset token is bound to. When any of it changes, the token is dead: so using a token, which changes
// the password, uses it up.
type Subject struct {
	ID        string     // the primary key as text
	Password  string     // the stored (encoded) password
	LastLogin *time.Time // nil: never; counted in whole seconds
	Email     string
	// Extra is what a project adds. django-allauth adds all e-mail addresses of the user; see EmailsExtra.
	Extra string
}

// ResetTokens makes and checks the tokens of password reset links. They are stored nowhere.
//
// Source: Django, django.contrib.auth.tokens.PasswordResetTokenGenerator.
type ResetTokens struct {
	salt    string
	keys    []string
	timeout time.Duration
	zone    *time.Location
	now     func() time.Time
}

// NewResetTokens returns a ResetTokens. It fails on a time zone that does not exist.
func NewResetTokens(cfg Config, reset ResetConfig) (*ResetTokens, error) {
	zone, err := time.LoadLocation(reset.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("TIME_ZONE: %w", err)
	}
	return &ResetTokens{salt: resetSalt, keys: cfg.keys(), timeout: reset.Timeout, zone: zone, now: cfg.clock()}, nil
}

// For returns tokens of the same form for another purpose: those of the one are worth nothing for the other.
func (t *ResetTokens) For(purpose string) *ResetTokens {
	other := *t
	other.salt = purpose
	return &other
}

// Make returns a token for s, good from now on.
func (t *ResetTokens) Make(s Subject) string { return t.token(s, t.seconds(), t.keys[0]) }

// Check returns nil for a token that was made for s, with one of the keys and not too long ago. Otherwise the error is
// ErrMalformed, ErrBadSignature (forged, or used up) or ErrExpired.
func (t *ResetTokens) Check(s Subject, given string) error {
	stamp, digest, _ := strings.Cut(given, "-")
	seconds, err := DecodeBase36(stamp)
	if err != nil || len(digest) != digestSize {
		return fmt.Errorf("%w: token", ErrMalformed)
	}
	if !t.genuine(s, seconds, given) {
		return ErrBadSignature
	}
	if t.seconds()-seconds > int64(t.timeout/time.Second) {
		return ErrExpired
	}
	return nil
}

func (t *ResetTokens) genuine(s Subject, seconds int64, given string) bool {
	for _, key := range t.keys {
		if equal(given, t.token(s, seconds, key)) {
			return true
		}
	}
	return false
}

// seconds is the wall clock of the zone, counted from 2001.
func (t *ResetTokens) seconds() int64 {
	now := t.now().In(t.zone)
	_, offset := now.Zone()
	return now.Unix() + int64(offset) - seconds2001
}

func (t *ResetTokens) token(s Subject, seconds int64, key string) string {
	mac := hex.EncodeToString(SaltedHMAC(t.salt, s.value(seconds), key))
	digest := make([]byte, 0, digestSize)
	for i := 0; i < len(mac); i += 2 {
		digest = append(digest, mac[i])
	}
	return EncodeBase36(seconds) + "-" + string(digest)
}

// value is the text that is signed.
func (s Subject) value(seconds int64) string {
	lastLogin := ""
	if s.LastLogin != nil {
		lastLogin = s.LastLogin.UTC().Format(time.DateTime)
	}
	return s.ID + s.Password + lastLogin + strconv.FormatInt(seconds, 10) + s.Email + s.Extra
}
