package serializers

import "watchword/models"

// NewAddress is an address that a user says is theirs.
type NewAddress struct {
	Email Char `json:"email" field:"required,email"`
}

// ChosenAddress is one of a user's addresses, and the password where that is asked for.
type ChosenAddress struct {
	Email    Char `json:"email" field:"required"`
	Password Char `json:"password" field:"allow_blank"`
}

// OwnAddress is an address of a user.
//
// Source: django-allauth's headless API, account/email, whose names these are.
type OwnAddress struct {
	Email    string `json:"email"`
	Verified bool   `json:"verified"`
	Primary  bool   `json:"primary"`
}

// NewOwnAddresses returns a list as it goes on the wire.
func NewOwnAddresses(list []models.EmailAddress) []OwnAddress {
	out := make([]OwnAddress, len(list))
	for i, a := range list {
		out[i] = OwnAddress{Email: a.Email, Verified: a.Verified, Primary: a.Primary}
	}
	return out
}

// Undone answers who has taken a change of their account back, with what sets a new password. UID and Token are left out
// where there is nothing to set.
type Undone struct {
	Detail string `json:"detail"`
	UID    string `json:"uid,omitempty"`
	Token  string `json:"token,omitempty"`
}
