package models

import "time"

// Login is one login of a user, of which nothing is kept but what it is called.
type Login struct {
	ID       string    // what all of its tokens have in common; "" names none
	IssuedAt time.Time // of the token that was brought
}
