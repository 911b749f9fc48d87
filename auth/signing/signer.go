package signing

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// The ways in which a signed value can be no good.
var (
	ErrBadSignature = errors.New("signing: bad signature") // not signed with one of the keys, or not signed at all
	ErrExpired      = errors.New("signing: expired")       // genuine, but too old
	ErrMalformed    = errors.New("signing: malformed")     // not the format that is written here
)

// Signer signs values for one purpose, with the time.
//
// Source: Django, django.core.signing.TimestampSigner and dumps, loads.
type Signer struct {
	macs []*saltedMAC // one for each key
	now  func() time.Time

	inflaters sync.Pool // of zlib readers, each of which takes 40 KiB to make
}

// NewSigner returns a Signer for the purpose that salt names, such as "account" or
// "django.contrib.sessions.SessionStore". Values signed under one salt are not accepted under another.
func NewSigner(cfg Config, salt string) *Signer {
	return &Signer{macs: newSaltedMACs(salt+"signer", cfg.keys()), now: cfg.clock()}
}

// Sign returns value, the time in seconds and the signature, with colons between them.
func (s *Signer) Sign(value string) string {
	stamped := value + ":" + EncodeBase62(s.now().Unix())
	return stamped + ":" + signature(stamped, s.macs[0])
}

// Unsign returns the value and the time that Sign was given, to the second. The error is ErrBadSignature, or
// ErrMalformed for a genuine value that has no time. Values from the future are accepted, as in Django: clocks differ.
func (s *Signer) Unsign(signed string) (value string, at time.Time, err error) {
	stamped, err := s.verify(signed)
	if err != nil {
		return "", time.Time{}, err
	}
	i := strings.LastIndexByte(stamped, ':')
	if i < 0 {
		return "", time.Time{}, fmt.Errorf("%w: no time", ErrMalformed)
	}
	seconds, err := DecodeBase62(stamped[i+1:])
	if err != nil {
		return "", time.Time{}, err
	}
	return stamped[:i], time.Unix(seconds, 0).UTC(), nil
}

// UnsignWithin is Unsign for values that end: older than maxAge is ErrExpired.
func (s *Signer) UnsignWithin(signed string, maxAge time.Duration) (value string, err error) {
	value, at, err := s.Unsign(signed)
	if err != nil {
		return "", err
	}
	if s.now().Sub(at) > maxAge {
		return "", ErrExpired
	}
	return value, nil
}

// verify takes the signature off.
func (s *Signer) verify(signed string) (value string, err error) {
	i := strings.LastIndexByte(signed, ':')
	if i < 0 {
		return "", ErrBadSignature
	}
	value, given := signed[:i], signed[i+1:]
	for _, mac := range s.macs {
		if equal(given, signature(value, mac)) {
			return value, nil
		}
	}
	return "", ErrBadSignature
}

func signature(value string, mac *saltedMAC) string { return EncodeBase64(mac.sum(value)) }
