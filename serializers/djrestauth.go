package serializers

import (
	"net/http"
	"time"

	"watchword/serializers/pyjson"
)

// Login is a user name or an e-mail address, and a password.
//
// Source: dj_rest_auth.serializers.LoginSerializer.
type Login struct {
	Username Char `json:"username" field:"allow_blank"`
	Email    Char `json:"email" field:"allow_blank,email"`
	Password Char `json:"password" field:"required"`
}

// Key answers a Login with an opaque token.
//
// Source: dj_rest_auth.serializers.TokenSerializer.
type Key struct {
	Key string `json:"key"`
}

// LoginPair answers a Login with JWTs. The ends are there where the settings ask for them.
//
// Source: dj_rest_auth.serializers.JWTSerializer and JWTSerializerWithExpiration.
type LoginPair struct {
	Access       string         `json:"access"`
	Refresh      string         `json:"refresh"` // "" where it goes by cookie only
	User         *pyjson.Object `json:"user"`
	AccessUntil  *Time          `json:"access_expiration,omitempty"`
	RefreshUntil *Time          `json:"refresh_expiration,omitempty"`
}

// NewPassword is a password, twice.
//
// Source: dj_rest_auth.serializers.PasswordChangeSerializer.
type NewPassword struct {
	NewPassword1 Char `json:"new_password1" field:"required,max_length=128"`
	NewPassword2 Char `json:"new_password2" field:"required,max_length=128"`
}

// PasswordChange is a NewPassword and the password that it takes the place of.
type PasswordChange struct {
	OldPassword  Char `json:"old_password" field:"required,max_length=128"`
	NewPassword1 Char `json:"new_password1" field:"required,max_length=128"`
	NewPassword2 Char `json:"new_password2" field:"required,max_length=128"`
}

// NewPassword returns the new one.
func (p PasswordChange) NewPassword() NewPassword {
	return NewPassword{NewPassword1: p.NewPassword1, NewPassword2: p.NewPassword2}
}

// PasswordReset is the address of somebody who forgot their password.
//
// Source: dj_rest_auth.serializers.PasswordResetSerializer.
type PasswordReset struct {
	Email Char `json:"email" field:"required,email"`
}

// PasswordResetConfirm is a password, twice, and the link that allows it.
//
// Source: dj_rest_auth.serializers.PasswordResetConfirmSerializer.
type PasswordResetConfirm struct {
	NewPassword1 Char `json:"new_password1" field:"required,max_length=128"`
	NewPassword2 Char `json:"new_password2" field:"required,max_length=128"`
	UID          Char `json:"uid" field:"required"`
	Token        Char `json:"token" field:"required"`
}

// CookieRefresh is a refresh token that may come by cookie instead.
//
// Source: dj_rest_auth.jwt_auth.CookieTokenRefreshSerializer.
type CookieRefresh struct {
	Refresh Char `json:"refresh" help:"WIll override cookie."`
	Access  Char `json:"access" field:"read_only"`
}

// CookieRefreshed answers a CookieRefresh. Refresh and its end are there when tokens rotate.
//
// Source: dj_rest_auth.jwt_auth.get_refresh_view.
type CookieRefreshed struct {
	Access       string `json:"access"`
	Refresh      string `json:"refresh,omitempty"`
	AccessUntil  Time   `json:"access_expiration"`
	RefreshUntil *Time  `json:"refresh_expiration,omitempty"`
}

// ReadLogout reads the refresh token from the body of a logout, which no serializer looks at. given is false when there
// is none, or null in its place; text is "" for a value that is no text and so no token either. The error is that of
// Serializer.Read for a body that is not a dictionary.
//
// Source: dj_rest_auth.views.LogoutView.
func ReadLogout(cfg Config, r *http.Request) (text string, given bool, err error) {
	object, _, err := readObject(r, newDecoder(cfg))
	if err != nil {
		return "", false, err
	}
	value, _ := object.Get("refresh")
	text, _ = value.(string)
	return text, value != nil, nil
}

// Time is a time as Django REST framework writes it: in UTC, with microseconds unless there are none.
//
// Source: rest_framework.fields.DateTimeField.to_representation.
type Time time.Time

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	layout := "2006-01-02T15:04:05.000000Z"
	utc := time.Time(t).UTC().Truncate(time.Microsecond)
	if utc.Nanosecond() == 0 {
		layout = "2006-01-02T15:04:05Z"
	}
	return pyjson.Marshal(utc.Format(layout), 0)
}
