package serializers

import "watchword/serializers/pyjson"

// KitLogin is what somebody says who they are, and a password.
//
// Source: ai_kit_auth.serializers.LoginSerializer.
type KitLogin struct {
	Ident    Char `json:"ident" field:"required,codes"`
	Password Char `json:"password" field:"required,codes"`
}

// KitRegistration is what a new account needs. The user name may be left out unless the settings ask for it.
//
// Source: ai_kit_auth.serializers.RegistrationSerializer.
type KitRegistration struct {
	Username Char `json:"username" field:"allow_blank,codes"`
	Password Char `json:"password" field:"required,codes"`
	Email    Char `json:"email" field:"required,email,codes"`
}

// KitPassword is a password that somebody thinks of, and what is known of them.
//
// Source: ai_kit_auth.serializers.ValidatePasswordSerializer.
type KitPassword struct {
	Ident    Char `json:"ident"`
	Username Char `json:"username" field:"allow_blank"`
	Email    Char `json:"email" field:"allow_blank,email"`
	Password Char `json:"password" field:"required,codes"`
}

// KitNewPassword is the password that somebody sets behind a mailed link.
type KitNewPassword struct {
	Password Char `json:"password" field:"required,codes"`
}

// KitSession answers a KitLogin, and says at any time who is logged in.
type KitSession struct {
	User *pyjson.Object `json:"user"` // nil: nobody
	CSRF string         `json:"csrf"` // what requests that change something must repeat
}

// KitCSRF answers a logout.
type KitCSRF struct {
	CSRF string `json:"csrf"`
}

// KitError says by a code what is wrong with a link.
type KitError struct {
	Error string `json:"error"`
}

// KitUserFields are the fields of a user that are shown unless the settings say otherwise.
const KitUserFields = "ai_kit_auth.serializers.UserSerializer"
