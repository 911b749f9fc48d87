package authtoken

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"watchword/models"
	"watchword/serializers"
)

// Config says how the endpoints speak. The settings are django-rest-authtoken's, but for REGISTRATION_CONFIRM_PAGE.
type Config struct {
	// UserSerializer says what a login tells of the user; see serializers.ParseUserFields.
	UserSerializer any `setting:"USER_SERIALIZER" help:"What a login at the authtoken mount tells of the user: a list of fields such as [id, username], among them groups, permissions and email_confirmed, or the dotted name of ai-kit's or dj-rest-auth's user serializer. null: nothing."`
	// ConfirmRedirect is where somebody is sent who has confirmed their address.
	ConfirmRedirect string `setting:"REGISTRATION_CONFIRM_REDIRECT_PATH" help:"Where a browser is sent that has opened a good confirmation link: a path or a URL."`
	// ConfirmInvalidRedirect is where somebody is sent whose link is no good. Empty: 400.
	ConfirmInvalidRedirect string `setting:"REGISTRATION_CONFIRM_INVALID_REDIRECT_PATH" help:"Where a browser is sent that has opened a bad one. null: a short answer with status 400."`
	// ConfirmPage asks once more before a link does its work.
	ConfirmPage bool `setting:"REGISTRATION_CONFIRM_PAGE" help:"Show a page with a button behind confirmation links, so that programs that open every link in a mail do not confirm it. Without, opening the link is enough."`

	// KeepPasswordSpaces takes new passwords as they were sent, instead of stripping white space off both ends; the
	// login takes them to the letter in any case.
	KeepPasswordSpaces bool
	// Users says what users are like, as far as it is known.
	Users models.UserModel
	// Serializers says what bodies are taken.
	Serializers serializers.Config
}

// DefaultConfig is django-rest-authtoken's, except that passwords with outer spaces can be logged in with.
func DefaultConfig() Config {
	return Config{ConfirmRedirect: "/", KeepPasswordSpaces: true, Serializers: serializers.DefaultConfig()}
}

// ExactConfig strips new passwords, as django-rest-authtoken does.
func ExactConfig() Config {
	cfg := DefaultConfig()
	cfg.KeepPasswordSpaces = false
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
	if _, err := c.userFields(); err != nil {
		faults = append(faults, fmt.Errorf("USER_SERIALIZER: %w", err))
	}
	if !validTarget(c.ConfirmRedirect) {
		faults = append(faults, errors.New("REGISTRATION_CONFIRM_REDIRECT_PATH: must be a path that begins with one slash, or an http or https URL"))
	}
	if c.ConfirmInvalidRedirect != "" && !validTarget(c.ConfirmInvalidRedirect) {
		faults = append(faults, errors.New("REGISTRATION_CONFIRM_INVALID_REDIRECT_PATH: must be a path that begins with one slash, or an http or https URL"))
	}
	return errors.Join(faults...)
}

// validTarget reports whether browsers take target for what it looks like. Control characters are no part of a URL.
func validTarget(target string) bool {
	u, err := url.Parse(target)
	if err != nil || strings.Contains(target, `\`) {
		return false
	}
	if u.Scheme == "" {
		return u.Host == "" && strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//")
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
