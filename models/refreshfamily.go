package models

import "time"

// RefreshFamily is a row of watchword_refresh_family: the refresh tokens that one login was prolonged with. Of all of
// them only the latest, Current, may be used.
type RefreshFamily struct {
	ID        string    // the jti of the first token
	StartedAt time.Time // when the first token was handed out
	Parent    string    // the jti of the token that Current was handed out for
	Current   string    // a jti
	Access    string    // the jti of the access token that was handed out with Current
	RotatedAt time.Time // when that was
	ExpiresAt time.Time // when Current ends
	Alive     bool      // nobody has ended the family, nor Current
}

// RefreshRotation is how one refresh token is traded for another.
type RefreshRotation struct {
	Parent          string // the jti of the token that is given up
	ParentExpiresAt time.Time
	Child           string // the jti of its successor
	ChildExpiresAt  time.Time
	Access          string    // the jti of the access token that is handed out with it
	At              time.Time // now, in microseconds
	StartedAt       time.Time // when the first token of the family was handed out
}

// RefreshState is what the store knows of a refresh token that somebody wants to use.
type RefreshState struct {
	Ended     bool      // it is blacklisted
	StartedAt time.Time // of the family whose current token it is; zero: of none
}
