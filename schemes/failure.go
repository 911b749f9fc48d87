package schemes

import "fmt"

// Reason says why a credential was refused. The words for it are the dialects' business.
type Reason int

// The reasons, in the order in which they are looked for: first the shape of the header, then the credential itself,
// then the user it names.
const (
	HeaderEmpty      Reason = iota + 1 // a keyword and nothing behind it
	HeaderParts                        // too many words in the header
	HeaderCharacters                   // bytes that no token has
	HeaderEncoding                     // not the encoding that the scheme asks for
	Invalid                            // malformed, forged, unknown, or not yet valid: nothing to tell apart for a stranger
	Expired                            // genuine, but its time is over
	Revoked                            // genuine, but taken back
	NoExpiry                           // genuine, but without an end
	NoID                               // genuine, but without the id that revocation goes by
	NoType                             // genuine, but it does not say what it is for
	WrongType                          // genuine, but for another purpose
	NoUser                             // genuine, but names nobody
	UserMissing                        // names a user who does not exist
	UserInactive                       // names a user who is disabled
	PasswordChanged                    // made before the user's password was changed
	WrongCredentials                   // a name and password that do not match
	CSRF                               // an ambient credential without proof that the user meant the request
)

// String names the reason for logs and tests.
func (r Reason) String() string {
	names := [...]string{
		HeaderEmpty: "header empty", HeaderParts: "header parts", HeaderCharacters: "header characters",
		HeaderEncoding: "header encoding", Invalid: "invalid", Expired: "expired", Revoked: "revoked",
		NoExpiry: "no expiry", NoID: "no id", NoType: "no type", WrongType: "wrong type", NoUser: "no user",
		UserMissing: "user missing", UserInactive: "user inactive", PasswordChanged: "password changed",
		WrongCredentials: "wrong credentials", CSRF: "csrf",
	}
	if r <= 0 || int(r) >= len(names) {
		return "unknown"
	}
	return names[r]
}

// Failure is the error for a credential that is there and no good. It says why, never in which words.
type Failure struct {
	Scheme string // the Name of the scheme that refused
	Reason Reason
	Err    error // the cause, for the log; may be nil

	Attempts []Attempt // what each kind of token that it may have been had to say; nil where there is but one way to read it
	Claim    string    // the claim that Expired or NoExpiry is about, where it is not the usual one; else ""
}

// Attempt is one way in which a credential was read, in vain.
type Attempt struct {
	Class  string // the kind's name in the original package, such as "AccessToken"
	Type   string // its name in tokens, such as "access"
	Reason Reason
}

// Fail returns a *Failure of the named scheme.
func Fail(scheme string, reason Reason, cause error) *Failure {
	return &Failure{Scheme: scheme, Reason: reason, Err: cause}
}

// Error describes the failure for logs and tests.
func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprintf("%s: %s", f.Scheme, f.Reason)
	}
	return fmt.Sprintf("%s: %s: %v", f.Scheme, f.Reason, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }
