package auth

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"watchword/auth/opaque"
	"watchword/email"
	"watchword/models"
)

// ConfirmationConfig says how users prove that the address they registered with is theirs.
type ConfirmationConfig struct {
	Required bool              `setting:"REGISTRATION_EMAIL_CONFIRM" help:"Send a link to whoever registers, and note that it was opened."`
	Field    ConfirmationField `setting:"REGISTRATION_EMAIL_CONFIRM_MODEL_FIELD" help:"What the link sets: is_active (no login before) or email_confirmed (a flag that USER_SERIALIZER can show; nothing else depends on it)."`
	Validity time.Duration     `setting:"REGISTRATION_EMAIL_CONFIRM_TOKEN_VALIDITY" help:"How long the link is good. 0: until it is used."`
	Mail     ConfirmationMail  `setting:"REGISTRATION_EMAIL"`

	// Digests are those under which tokens are stored; see opaque.NewCodec.
	Digests []opaque.Algorithm
	// Path is where links are opened, on the server of REGISTRATION_EMAIL.BASE_URL; the token and a slash follow.
	Path string
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// ConfirmationMail is the mail with the link.
type ConfirmationMail struct {
	BaseURL string `setting:"BASE_URL" help:"Where users reach this server: https://example.com. Links begin with it."`
	From    string `setting:"FROM" help:"The sender of the mail. Empty: DEFAULT_FROM_EMAIL."`
	Subject string `setting:"SUBJECT" help:"Its subject. Empty: that of the template."`
	Message string `setting:"MESSAGE" help:"Its text, in which {username} and {url} are replaced; braces themselves are doubled. Empty: the template confirm_registration."`
}

// DefaultConfirmationConfig asks nobody to confirm. Where it is asked for, nobody logs in before.
func DefaultConfirmationConfig() ConfirmationConfig {
	return ConfirmationConfig{
		Field:    ConfirmationField(models.ConfirmsActive),
		Validity: 24 * time.Hour,
		Digests:  []opaque.Algorithm{opaque.SHA256},
		Path:     "/auth/register/confirm/",
		Now:      time.Now,
	}
}

// ConfirmationField is the field of a user that a confirmation sets.
type ConfirmationField models.ConfirmationField

// UnmarshalText accepts the names of the fields, and django-rest-authtoken's default, False, for the default here.
func (f *ConfirmationField) UnmarshalText(text []byte) error {
	switch field := models.ConfirmationField(text); field {
	case models.ConfirmsActive, models.ConfirmsEmail:
		*f = ConfirmationField(field)
	case "false", "False":
		*f = ConfirmationField(models.ConfirmsActive)
	default:
		return fmt.Errorf("must be is_active or email_confirmed, not %q", text)
	}
	return nil
}

// Validate returns every fault, each beginning with the setting's name.
func (c ConfirmationConfig) Validate() error {
	var faults []error
	if c.Validity < 0 {
		faults = append(faults, errors.New("REGISTRATION_EMAIL_CONFIRM_TOKEN_VALIDITY: must not be negative"))
	}
	if c.Required {
		faults = append(faults, c.Mail.validate()...)
	}
	return errors.Join(faults...)
}

// validate returns what is wrong with the mail.
func (m ConfirmationMail) validate() []error {
	var faults []error
	base, err := url.Parse(m.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" ||
		base.Fragment != "" || base.User != nil {
		faults = append(faults, errors.New("REGISTRATION_EMAIL.BASE_URL: must be where users reach this server, as in https://example.com"))
	}
	if m.From != "" {
		if _, err := email.ParseSender(m.From); err != nil {
			faults = append(faults, fmt.Errorf("REGISTRATION_EMAIL.FROM: %w", err))
		}
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		faults = append(faults, errors.New("REGISTRATION_EMAIL.SUBJECT: must be one line"))
	}
	if _, err := parseFormat(m.Message, "username", "url"); err != nil {
		faults = append(faults, fmt.Errorf("REGISTRATION_EMAIL.MESSAGE: %w", err))
	}
	return faults
}
