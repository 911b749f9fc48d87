package aikit

import (
	"errors"
	"fmt"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// Endpoints says which endpoints there are.
type Endpoints struct {
	Login            bool `setting:"LOGIN" help:"Whether login/ is there."`
	Logout           bool `setting:"LOGOUT" help:"Whether logout/ is there."`
	Me               bool `setting:"ME" help:"Whether me/ is there."`
	Register         bool `setting:"REGISTER" help:"Whether register/ is there, so that anybody can make an account."`
	ActivateEmail    bool `setting:"ACTIVATE_EMAIL" help:"Whether activate_email/ is there."`
	ValidatePassword bool `setting:"VALIDATE_PASSWORD" help:"Whether validate_password/ is there."`
	SendResetMail    bool `setting:"SEND_PW_RESET_MAIL" help:"Whether send_pw_reset_email/ is there."`
	ResetPassword    bool `setting:"RESET_PASSWORD" help:"Whether reset_password/ is there."`
}

// Config is what the endpoints of django-ai-kit-auth's AI_KIT_AUTH are about. What follows KeepPasswordSpaces is no part
// of it.
type Config struct {
	Endpoints Endpoints `setting:"ENABLE_ENDPOINTS"`
	// UserSerializer says what login/ and me/ tell of the user; see serializers.ParseUserFields.
	UserSerializer any `setting:"USER_SERIALIZER" help:"What login/ and me/ tell of the user: a list of fields such as [id, username], among them groups, permissions and email_confirmed, or the dotted name of ai-kit's or dj-rest-auth's user serializer."`
	// RegistrationSerializer can be no other.
	RegistrationSerializer string `setting:"REGISTRATION_SERIALIZER" help:"Only ai-kit's own: other serializers are Python."`
	// UsernameRequired asks for a user name at registration.
	UsernameRequired bool `setting:"USERNAME_REQUIRED" help:"Ask for a user name at registration. Without, who gives none gets a random one. Users whom only their address names are not asked."`
	// TellOfIdents lets validate_password/ use what is known of any user.
	TellOfIdents bool `setting:"VALIDATE_PASSWORD_BY_IDENT" help:"Let validate_password/ compare a password with the name and address of the user whose ident is sent. Whoever counts idents then finds out which users there are and what they are called. Without, the ident is not looked at; reset_password/ compares in any case."`

	// KeepPasswordSpaces takes passwords as they were sent, instead of stripping white space off both ends.
	KeepPasswordSpaces bool
	// Links says where mails lead where the settings of the application do not.
	Links dialects.LinkConfig
	// Users says what users are like, as far as it is known.
	Users models.UserModel
	// Serializers says what bodies are taken.
	Serializers serializers.Config
}

// registrationSerializer is the only one there is.
const registrationSerializer = "ai_kit_auth.serializers.RegistrationSerializer"

// DefaultConfig has all endpoints, takes passwords to the letter, and tells nobody about others.
func DefaultConfig() Config {
	return Config{
		Endpoints: Endpoints{Login: true, Logout: true, Me: true, Register: true, ActivateEmail: true,
			ValidatePassword: true, SendResetMail: true, ResetPassword: true},
		UserSerializer:         serializers.KitUserFields,
		RegistrationSerializer: registrationSerializer,
		KeepPasswordSpaces:     true,
		Links:                  dialects.DefaultLinkConfig(),
		Serializers:            serializers.DefaultConfig(),
	}
}

// ExactConfig does as django-ai-kit-auth. There a new password behind a link alone is not stripped, so that one with
// outer spaces locks its owner out; here it is.
func ExactConfig() Config {
	cfg := DefaultConfig()
	cfg.TellOfIdents, cfg.KeepPasswordSpaces = true, false
	cfg.Serializers = serializers.ExactConfig()
	return cfg
}

// userFields are the fields of users that UserSerializer names.
func (c Config) userFields() (serializers.UserFields, error) {
	return serializers.ParseUserFields(c.UserSerializer, c.Users, serializers.EmailConfirmed, serializers.GroupsField,
		serializers.PermissionsField)
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	fields, err := c.userFields()
	if err == nil && fields == nil {
		err = errors.New("must name the fields that are told")
	}
	if err != nil {
		faults = append(faults, fmt.Errorf("USER_SERIALIZER: %w", err))
	}
	if c.RegistrationSerializer != registrationSerializer {
		faults = append(faults, fmt.Errorf("REGISTRATION_SERIALIZER: must be %s: others are Python and cannot be run here",
			registrationSerializer))
	}
	return errors.Join(faults...)
}
