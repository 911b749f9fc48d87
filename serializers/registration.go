package serializers

// Signup is somebody who wants an account.
//
// Source: dj_rest_auth.registration.serializers.RegisterSerializer.
type Signup struct {
	Username  Char `json:"username" field:"required,max_length=150,min_length=1"`
	Email     Char `json:"email" field:"email"`
	Password1 Char `json:"password1" field:"required"`
	Password2 Char `json:"password2" field:"required"`
}

// EmailKey is the key of a link that proves an address.
//
// Source: dj_rest_auth.registration.serializers.VerifyEmailSerializer.
type EmailKey struct {
	Key Char `json:"key" field:"required"`
}

// ResendEmail is the address that a link is asked for once more.
//
// Source: dj_rest_auth.registration.serializers.ResendEmailVerificationSerializer.
type ResendEmail struct {
	Email Char `json:"email" field:"email"`
}
