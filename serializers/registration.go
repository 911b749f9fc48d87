package serializers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchword/models"
)

// RESTSignup is the name of dj-rest-auth's own serializer of registrations.
const RESTSignup = "dj_rest_auth.registration.serializers.RegisterSerializer"

// Signup is somebody who wants an account. What of it is asked for, the settings say.
//
// Source: dj_rest_auth.registration.serializers.RegisterSerializer; projects with serializers of their own ask for names.
type Signup struct {
	Username  Char `json:"username" field:"required,max_length=150,min_length=1"`
	Email     Char `json:"email" field:"email"`
	Password1 Char `json:"password1" field:"required"`
	Password2 Char `json:"password2" field:"required"`
	FirstName Char `json:"first_name" field:"allow_blank,max_length=150"`
	LastName  Char `json:"last_name" field:"allow_blank,max_length=150"`

	Columns // those of a project's own users
}

// NewSignup returns a serializer of these fields of such users, in their order. adjust is that of New.
func NewSignup(cfg Config, fields []string, users models.UserModel, adjust ...func(*Field)) *Serializer[Signup] {
	return New[Signup](cfg, append(adjust, WithinColumns(users))...).with(users.Extra).only(fields)
}

// ParseSignupFields reads a setting: a list of the fields that a registration of such users takes, or the name of
// dj-rest-auth's own serializer. password1 must be among them; without password2 the password is given once.
func ParseSignupFields(setting any, users models.UserModel) ([]string, error) {
	if setting == RESTSignup {
		return append(had(users, "username"), "email", "password1", "password2"), nil
	}
	if name, ok := setting.(string); ok {
		return nil, fmt.Errorf("must be %s or a list of fields, not %q: others are Python and cannot be run here", RESTSignup, name)
	}
	names, err := parseNames(setting)
	if err != nil {
		return nil, err
	}
	known := append([]string{"password1", "password2"}, had(users, "username", "email", "first_name", "last_name")...)
	for _, c := range users.Extra {
		known = append(known, c.Name)
	}
	for i, name := range names {
		if !users.Unread() && !slices.Contains(known, name) {
			return nil, fmt.Errorf("a registration has no field %q; there are %s", name, strings.Join(known, ", "))
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("names %s twice", name)
		}
	}
	if !slices.Contains(names, "password1") {
		return nil, errors.New("must name password1, or nobody can log in")
	}
	return names, nil
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
