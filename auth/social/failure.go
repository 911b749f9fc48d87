package social

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Reason says what is wrong with a Proof.
type Reason int

// The reasons.
const (
	Missing          Reason = iota + 1 // neither a token nor a code
	NoCallback                         // a code, and no callback URL is configured
	WrongCallback                      // a callback URL that is not configured
	UnknownClient                      // a client id that is not ours
	NoVerifier                         // a code without the verifier of PKCE, which is asked for
	ExchangeFailed                     // the provider does not take the code
	Rejected                           // the provider does not take the access token
	ForeignToken                       // the access token was issued to somebody else
	Unprovable                         // nothing says whom the access token was issued to: an id_token is needed
	Malformed                          // no id_token, or one that cannot be read
	BadSignature                       // not signed by the provider
	WrongIssuer                        // signed by the provider for another issuer
	WrongAudience                      // made for another client
	Expired                            // too old
	NotYetValid                        // too young: a clock is wrong
	WrongNonce                         // not the nonce of this login
	WrongAccessToken                   // the access token and the id_token are of two logins
	NoSubject                          // nobody, or more than the database can keep
	NotConfigured                      // we have no app at this provider
)

// String names the reason for logs and tests.
func (r Reason) String() string {
	names := [...]string{
		Missing: "missing", NoCallback: "no callback URL", WrongCallback: "wrong callback URL",
		UnknownClient: "unknown client id", NoVerifier: "no code verifier", ExchangeFailed: "exchange failed",
		Rejected: "rejected by the provider", ForeignToken: "issued to another client", Unprovable: "of unknown audience",
		Malformed: "malformed", BadSignature: "bad signature", WrongIssuer: "wrong issuer", WrongAudience: "wrong audience",
		Expired: "expired", NotYetValid: "not yet valid", WrongNonce: "wrong nonce", WrongAccessToken: "wrong access token",
		NoSubject: "no subject", NotConfigured: "not configured",
	}
	if r <= 0 || int(r) >= len(names) {
		return "unknown"
	}
	return names[r]
}

// Failure says that a Proof is no good. Err, for logs, has no secrets in it, and may be nil.
type Failure struct {
	Reason Reason
	Err    error
}

// Error describes the failure.
func (f *Failure) Error() string {
	if f.Err == nil {
		return "social: " + f.Reason.String()
	}
	return fmt.Sprintf("social: %s: %v", f.Reason, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// retryAfter is how long to wait for a provider that does not answer.
const retryAfter = 5 * time.Second

// Unavailable says that a provider cannot be asked now: it is not to be reached, too slow, or answers what it should not.
type Unavailable struct{ Err error }

// Error describes the trouble, without the address that was asked: it may have a token in it.
func (u *Unavailable) Error() string { return fmt.Sprintf("social: provider unavailable: %v", u.Err) }

// Unwrap returns the cause.
func (u *Unavailable) Unwrap() error { return u.Err }

// RetryAfter says when trying again may help.
func (u *Unavailable) RetryAfter() time.Duration { return retryAfter }

// unavailable wraps an error of the network, and leaves out the address.
func unavailable(err error) error {
	var known *Unavailable
	if errors.As(err, &known) {
		return known
	}
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	return &Unavailable{Err: err}
}
