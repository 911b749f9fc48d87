package djrestauth

import (
	"errors"
	"fmt"
	"slices"

	"watchword/models"
	"watchword/serializers"
)

// ShapeConfig says by the names of serializers what bodies look like. Others than dj-rest-auth's own are Python, which
// cannot be run here; but which fields of users are shown can be said.
type ShapeConfig struct {
	// UserDetails says what user/ and logins with JWTs tell of the user, and with that what user/ takes: of these
	// fields, the user name, the first and the last name can be changed. See serializers.ParseUserFields.
	UserDetails any `setting:"USER_DETAILS_SERIALIZER" help:"What user/ and logins with JWTs tell of the user: a list of fields such as [pk, username, email, first_name, last_name], or the dotted name of dj-rest-auth's or ai-kit's user serializer. Of these, username, first_name and last_name can be changed at user/, and so can the further columns of the model that AUTH_USER_MODEL names. groups and permissions are looked up by one more query."`
	// Fixed are the fields that user/ takes no more, though it would.
	Fixed []string `setting:"USER_DETAILS_READ_ONLY_FIELDS" help:"Which of username, first_name, last_name and the further columns of AUTH_USER_MODEL cannot be changed at user/ either, as Meta.read_only_fields of a serializer says."`

	Login              string `setting:"LOGIN_SERIALIZER" help:"Only dj-rest-auth's own: other serializers are Python."`
	Token              string `setting:"TOKEN_SERIALIZER" help:"Only dj-rest-auth's own."`
	JWT                string `setting:"JWT_SERIALIZER" help:"Only dj-rest-auth's own. USER_DETAILS_SERIALIZER says what user is in it."`
	JWTWithExpiration  string `setting:"JWT_SERIALIZER_WITH_EXPIRATION" help:"Only dj-rest-auth's own. USER_DETAILS_SERIALIZER says what user is in it."`
	JWTClaims          string `setting:"JWT_TOKEN_CLAIMS_SERIALIZER" help:"Only simplejwt's own."`
	PasswordReset      string `setting:"PASSWORD_RESET_SERIALIZER" help:"Only dj-rest-auth's own."`
	PasswordResetCheck string `setting:"PASSWORD_RESET_CONFIRM_SERIALIZER" help:"Only dj-rest-auth's own."`
	PasswordChange     string `setting:"PASSWORD_CHANGE_SERIALIZER" help:"Only dj-rest-auth's own."`
	TokenCreator       string `setting:"TOKEN_CREATOR" help:"Only dj-rest-auth's own."`

	// Register says what registration/ takes. See serializers.ParseSignupFields.
	Register any `setting:"REGISTER_SERIALIZER" help:"What registration/ takes: a list of fields of username, email, password1, password2, first_name, last_name and the further columns of AUTH_USER_MODEL, or dj-rest-auth's own serializer, which has the first four. Without password2 the password is given once. ACCOUNT_USERNAME_REQUIRED and ACCOUNT_EMAIL_REQUIRED say what has to be given."`
}

// DefaultShapeConfig is dj-rest-auth's.
//
// Source: dj_rest_auth.app_settings, 7.1.
func DefaultShapeConfig() ShapeConfig {
	const own = "dj_rest_auth.serializers."
	return ShapeConfig{
		UserDetails:        serializers.RESTUserFields,
		Login:              own + "LoginSerializer",
		Token:              own + "TokenSerializer",
		JWT:                own + "JWTSerializer",
		JWTWithExpiration:  own + "JWTSerializerWithExpiration",
		JWTClaims:          "rest_framework_simplejwt.serializers.TokenObtainPairSerializer",
		PasswordReset:      own + "PasswordResetSerializer",
		PasswordResetCheck: own + "PasswordResetConfirmSerializer",
		PasswordChange:     own + "PasswordChangeSerializer",
		Register:           serializers.RESTSignup,
		TokenCreator:       "dj_rest_auth.utils.default_create_token",
	}
}

// userFields are the fields of users that UserDetails names.
func (c ShapeConfig) userFields(users models.UserModel) (serializers.UserFields, error) {
	return serializers.ParseUserFields(c.UserDetails, users, serializers.GroupsField, serializers.PermissionsField)
}

// validate returns every fault, each beginning with the setting's name.
func (c ShapeConfig) validate(users models.UserModel) error {
	var faults []error
	fields, err := c.userFields(users)
	if err == nil && len(fields) == 0 {
		err = errors.New("must name the fields that are told")
	}
	if err != nil {
		faults = append(faults, fmt.Errorf("USER_DETAILS_SERIALIZER: %w", err))
	}
	if _, err := serializers.ParseSignupFields(c.Register, users); err != nil {
		faults = append(faults, fmt.Errorf("REGISTER_SERIALIZER: %w", err))
	}
	for _, name := range c.Fixed {
		if _, extra := users.ExtraColumn(name); !extra && !users.Unread() &&
			!slices.Contains([]string{"username", "first_name", "last_name"}, name) {
			faults = append(faults, fmt.Errorf("USER_DETAILS_READ_ONLY_FIELDS: %q is none of username, first_name and last_name, "+
				"which alone can be changed", name))
		}
	}
	own := DefaultShapeConfig()
	for _, shape := range []struct{ name, got, own string }{
		{"LOGIN_SERIALIZER", c.Login, own.Login},
		{"TOKEN_SERIALIZER", c.Token, own.Token},
		{"JWT_SERIALIZER", c.JWT, own.JWT},
		{"JWT_SERIALIZER_WITH_EXPIRATION", c.JWTWithExpiration, own.JWTWithExpiration},
		{"JWT_TOKEN_CLAIMS_SERIALIZER", c.JWTClaims, own.JWTClaims},
		{"PASSWORD_RESET_SERIALIZER", c.PasswordReset, own.PasswordReset},
		{"PASSWORD_RESET_CONFIRM_SERIALIZER", c.PasswordResetCheck, own.PasswordResetCheck},
		{"PASSWORD_CHANGE_SERIALIZER", c.PasswordChange, own.PasswordChange},
		{"TOKEN_CREATOR", c.TokenCreator, own.TokenCreator},
	} {
		if shape.got != shape.own {
			faults = append(faults, fmt.Errorf("%s: must be %s, not %q: others are Python and cannot be run here", shape.name,
				shape.own, shape.got))
		}
	}
	return errors.Join(faults...)
}
