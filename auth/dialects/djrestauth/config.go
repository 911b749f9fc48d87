package djrestauth

import (
	"fmt"
	"slices"
	"strings"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// TokenModel says which opaque token a login hands out.
type TokenModel string

// The token models.
const (
	NoToken    TokenModel = ""
	PlainToken TokenModel = "token" // Django REST framework's own
)

// UnmarshalText reads our name of a model, or a dotted Python name of Django REST framework's Token.
func (m *TokenModel) UnmarshalText(text []byte) error {
	switch name := string(text); {
	case name == "" || name == "None":
		*m = NoToken
	case name == string(PlainToken),
		strings.HasPrefix(name, "rest_framework.authtoken.") && strings.HasSuffix(name, ".Token"):
		*m = PlainToken
	default:
		return fmt.Errorf("unknown token model %q: known are token, Django REST framework's own, and nothing", text)
	}
	return nil
}

// Config is dj-rest-auth's REST_AUTH, as far as it is served here. What follows Shapes is no part of REST_AUTH.
type Config struct {
	// UseJWT hands out pairs of JWTs, whatever TokenModel says, and mounts the endpoints about them.
	UseJWT bool `setting:"USE_JWT" help:"Hand out a pair of JWTs at login, instead of the token of TOKEN_MODEL."`
	// TokenModel is the opaque token that is handed out without UseJWT; a logout ends it in either case.
	TokenModel TokenModel `setting:"TOKEN_MODEL" help:"The opaque token that a login hands out without USE_JWT: token (rest_framework.authtoken.models.Token), or null for none."`
	// SessionLogin opens a session at every login, beside whatever else it hands out; a logout ends it.
	SessionLogin bool `setting:"SESSION_LOGIN" help:"Open a session at every login, beside what else it hands out, and end it at logout."`
	// HTTPOnly keeps refresh tokens out of bodies, and cookies from scripts.
	HTTPOnly bool `setting:"JWT_AUTH_HTTPONLY" help:"Keep refresh tokens out of bodies, and cookies with tokens from scripts. Without JWT_AUTH_REFRESH_COOKIE nobody gets refresh tokens then."`
	// ReturnExpiration tells at login when the tokens expire.
	ReturnExpiration bool `setting:"JWT_AUTH_RETURN_EXPIRATION" help:"Tell at login when the tokens expire."`
	// OldPasswordField asks for the old password when it is changed.
	OldPasswordField bool `setting:"OLD_PASSWORD_FIELD_ENABLED" help:"Ask for the old password when it is changed; else a stolen token is enough to take an account over."`
	// LogoutOnPasswordChange is about sessions. Tokens outlive a change of the password either way.
	LogoutOnPasswordChange bool `setting:"LOGOUT_ON_PASSWORD_CHANGE" help:"End the session that changes the password. Tokens stay good either way."`
	// RegisterPermissions say who may make accounts. Empty: everybody.
	RegisterPermissions []dialects.PermissionClass `setting:"REGISTER_PERMISSION_CLASSES" help:"Who may register: authenticated, anybody."`
	// SocialSessionLogin opens a session at every login with an identity provider.
	SocialSessionLogin bool `setting:"SOCIAL_SESSION_LOGIN" help:"Open a session at a login with an identity provider even without SESSION_LOGIN, as allauth does."`
	// LavishRegistration hands out more at registration than a login does.
	LavishRegistration bool `setting:"LAVISH_REGISTRATION" help:"Open a session at registration even without SESSION_LOGIN, and put the refresh token into its body even with JWT_AUTH_HTTPONLY, as dj-rest-auth does. Off: a registration hands out what a login does."`

	// ResetAtSite begins reset links with the site's domain; without Allauth they do in any case.
	ResetAtSite bool `setting:"PASSWORD_RESET_USE_SITES_DOMAIN" help:"Begin reset links with the domain in django_site instead of the host that a request was sent to. SITE_URL goes before both."`

	// Shapes says what bodies look like.
	Shapes ShapeConfig `setting:",inline"`
	// Users says what users are like, as far as it is known.
	Users models.UserModel

	// Serializers says what bodies are taken.
	Serializers serializers.Config
	// UsernameRequired, UsernameMinLength and EmailRequired say what a registration has to give; see auth.SignupConfig.
	UsernameRequired  bool
	UsernameMinLength int
	EmailRequired     bool
	// KeepPasswordSpaces takes passwords as they were sent, instead of stripping white space off both ends.
	KeepPasswordSpaces bool
	// LogoutForgives lets browsers log out whose cookie has no good refresh token any more.
	LogoutForgives bool
	// LogoutOnGet lets GET log out, which is allauth's ACCOUNT_LOGOUT_ON_GET.
	LogoutOnGet bool
	// TokenBlacklist says that refresh tokens can be taken back, as with simplejwt's token_blacklist app.
	TokenBlacklist bool
	// Allauth says that django-allauth's rules hold, and else Django's own.
	Allauth bool
	// Links says where links in mails lead, and ResetLink what follows: a path with {uid} and {token} in it, or a whole URL.
	Links     dialects.LinkConfig
	ResetLink string
}

// resetLink is where reset links lead unless it is said.
const resetLink = "/password-reset/confirm/{uid}/{token}/"

// DefaultConfig hands out JWTs in bodies, asks for the old password and takes passwords to the letter.
func DefaultConfig() Config {
	return Config{
		UseJWT:             true,
		UsernameRequired:   true,
		UsernameMinLength:  1,
		OldPasswordField:   true,
		Shapes:             DefaultShapeConfig(),
		Serializers:        serializers.DefaultConfig(),
		KeepPasswordSpaces: true,
		LogoutForgives:     true,
		TokenBlacklist:     true,
		Allauth:            true,
		Links:              dialects.DefaultLinkConfig(),
		ResetLink:          resetLink,
	}
}

// ExactConfig returns dj-rest-auth's own defaults.
//
// Source: dj_rest_auth.app_settings, 7.1.
func ExactConfig() Config {
	return Config{
		TokenModel: PlainToken,

		LavishRegistration: true,
		SocialSessionLogin: true,

		UsernameRequired: true, UsernameMinLength: 1,
		SessionLogin:   true,
		HTTPOnly:       true,
		Shapes:         DefaultShapeConfig(),
		Serializers:    serializers.ExactConfig(),
		TokenBlacklist: true,
		Allauth:        true,
		Links:          dialects.DefaultLinkConfig(),
		ResetLink:      resetLink,
	}
}

// Validate returns every fault, each beginning with the setting's name. What registrations take is only looked at where it
// can be read.
func (c Config) Validate() error {
	if err := c.Shapes.validate(c.Users); err != nil {
		return err
	}
	return c.validateSignup()
}

// validateSignup refuses registrations that do not take what they have to.
func (c Config) validateSignup() error {
	fields, err := serializers.ParseSignupFields(c.Shapes.Register, c.Users)
	if err != nil {
		return err
	}
	for _, need := range []struct {
		name, setting string
		required      bool
	}{
		{"username", "ACCOUNT_USERNAME_REQUIRED", c.UsernameRequired && !c.Users.ByEmail() && !c.Users.Unread()},
		{"email", "ACCOUNT_EMAIL_REQUIRED", c.EmailRequired},
	} {
		if need.required && !slices.Contains(fields, need.name) {
			return fmt.Errorf("REGISTER_SERIALIZER: must name %s, which %s asks for", need.name, need.setting)
		}
	}
	for _, column := range c.Users.Extra {
		if c.Allauth && column.Needed() && !slices.Contains(fields, column.Name) {
			return fmt.Errorf("REGISTER_SERIALIZER: must name %s, or AUTH_USER_DEFAULTS give it a value: a new user must have one",
				column.Name)
		}
	}
	return nil
}

// HandsOutNothing reports whether a login is answered with no credential at all.
func (c Config) HandsOutNothing() bool {
	return !c.UseJWT && c.TokenModel == NoToken && !c.SessionLogin
}

// requireForSignup makes the fields of a registration what the settings ask for.
func (c Config) requireForSignup(f *serializers.Field) {
	switch f.Name {
	case "username":
		f.Required, f.MinLength = c.UsernameRequired, c.UsernameMinLength
	case "email":
		f.Required = c.EmailRequired
	}
}
