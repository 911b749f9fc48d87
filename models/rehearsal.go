package models

import "time"

// Proof is a kind of row by which somebody proves who they are, or will.
type Proof string

// The kinds of proofs, by the tables that hold them.
const (
	ProofPlainToken   Proof = "authtoken_token"
	ProofOpaqueToken  Proof = "rest_authtoken_authtoken"
	ProofRefreshToken Proof = "token_blacklist_outstandingtoken"
	ProofAddressLink  Proof = "account_emailconfirmation"
	ProofOpaqueLink   Proof = "rest_authtoken_emailconfirmationtoken"
)

// RehearsedUser is a row of the users' table as far as a login depends on it.
type RehearsedUser struct {
	Place    any // where the row is in the order of its table; only the store can read it
	ID       UserID
	Password string
	Active   bool
	Garbled  string // a column that holds what nobody could have written; "" for none
}

// RehearsedSession is a row of django_session.
type RehearsedSession struct {
	Session
	Garbled string // as in RehearsedUser
}

// ProofRow is a row of one of those tables and what is known of its user.
type ProofRow struct {
	Place  any    // where the row is in the order of its table; only the store can read it
	Secret []byte // the token, its digest or the key
	User   UserID
	Found  bool       // the user is there
	Active bool       // and not disabled
	At     *time.Time // when a refresh token ends, a link was sent, all others were made; nil: never
	Ended  bool       // a refresh token that is blacklisted, an address that is proved

	Garbled string // as in RehearsedUser
}
