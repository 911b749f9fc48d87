package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"watchword/auth"
	"watchword/email"
	"watchword/settings"
)

// knownSecretKeys are keys that everybody knows, because they stand in documentation and templates.
var knownSecretKeys = [...]string{"changeme", "change-me", "secret", "insecure", "your-secret-key", "please-change-me"}

// Validate returns every fault of every part, and the combinations that are dangerous, joined into one error.
func (s *Settings) Validate() error {
	faults := []error{
		s.Database.Validate(),
		s.RowCache.Validate(),
		s.Password.Validate(),
		s.Keys.Validate(),
		s.Reset.Validate(),
		s.Tokens.Validate(),
		s.Sessions.Validate(),
		s.CSRF.Validate(),
		s.Registration.Validate(),
		s.Signups.Validate(),
		s.Providers.Validate(),
		s.Verification.Validate(),
		s.OwnAccount.Validate(),
		s.AuthToken.Validate(),
		s.Janitor.Validate(),
		s.Email.Validate(),
		templateFaults(s.Email),
		s.Outbox.Validate(),
		s.Webhooks.Validate(),
		s.Audit.Validate(),
		prefixed("AI_KIT_AUTH.", s.AIKit.validate()),
		prefixed("SIMPLE_JWT.", s.JWT.Validate()),
		prefixed("TUTORIAL_JWT.", s.Tutorial.Validate()),
	}
	faults = append(faults, s.Server.validate()...)
	faults = append(faults, s.Metrics.validate(s.Server.Listen), s.Traces.Validate())
	faults = append(faults, s.Site.Validate(), s.Links.Validate(), s.Pages.Validate(), s.CORS.Validate())
	faults = append(faults, s.Proxies.Validate(), s.Attempts.Validate())
	faults = append(faults, s.Project.validate()...)
	faults = append(faults, s.Features.validate()...)
	faults = append(faults, s.dangers()...)
	faults = append(faults, s.restAuthFaults()...)
	faults = append(faults, s.tutorialDangers()...)
	faults = append(faults, s.signupDangers()...)
	faults = append(faults, s.socialDangers()...)
	if s.Signing.SecretKey != "" {
		faults = append(faults, s.Signing.Validate())
	}
	return errors.Join(faults...)
}

// templateFaults returns what is wrong with the templates of mails.
func templateFaults(cfg email.Config) error {
	_, err := email.NewTemplates(cfg)
	return err
}

// validate returns what is wrong with how requests come in.
func (c serverConfig) validate() []error {
	var faults []error
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		faults = append(faults, fmt.Errorf("LISTEN: must be host:port, as in 127.0.0.1:8000, not %q", c.Listen))
	}
	if c.RequestTimeout <= 0 {
		faults = append(faults, errors.New("REQUEST_TIMEOUT: must be more than nothing"))
	}
	if c.DrainDelay < 0 {
		faults = append(faults, errors.New("DRAIN_DELAY: must not be negative"))
	}
	if c.StopTimeout <= 0 {
		faults = append(faults, errors.New("STOP_TIMEOUT: must be more than nothing"))
	}
	return faults
}

// validate refuses what Django offers and this server does not.
func (c projectConfig) validate() []error {
	var faults []error
	if language := strings.ToLower(c.LanguageCode); language != "en" && language != "en-us" {
		faults = append(faults, fmt.Errorf("LANGUAGE_CODE: this version speaks English only (en or en-us), "+
			"not %q", c.LanguageCode))
	}
	if !c.UseTZ {
		faults = append(faults, errors.New("USE_TZ: false is not possible; all times have a time zone here"))
	}
	return faults
}

// dangers returns the combinations that would leave the server open or useless. What is merely unwise is a finding of
// the check command.
func (s *Settings) dangers() []error {
	var faults []error
	if s.JWT.BlacklistAfterRotation && !s.Features.TokenBlacklist {
		faults = append(faults, errors.New("SIMPLE_JWT.BLACKLIST_AFTER_ROTATION: needs FEATURES.token_blacklist; "+
			"turn that on, or this off and know that a refresh token can then be used until it expires"))
	}
	if s.Keys.PrivateKeyPath != "" && s.JWT.SigningKey != "" {
		faults = append(faults, errors.New("JWT_PRIVATE_KEY_PATH: SIMPLE_JWT.SIGNING_KEY is set as well; keep one of them"))
	}
	if s.Keys.PublicKeyPath != "" && s.JWT.VerifyingKey != "" {
		faults = append(faults, errors.New("JWT_PUBLIC_KEY_PATH: SIMPLE_JWT.VERIFYING_KEY is set as well; keep one of them"))
	}
	if s.Email.Backend == email.BackendInbox && !s.Project.Demo {
		faults = append(faults, errors.New("EMAIL_BACKEND: inbox shows all mails to everybody, with the links in them; it is for "+
			"DEMO only. Use smtp"))
	}
	if len(s.Site.AllowedHosts) == 0 {
		faults = append(faults, errors.New("ALLOWED_HOSTS: must name at least one host, else no request is answered"))
	}
	if len(s.Accounts.Backends) == 0 {
		faults = append(faults, fmt.Errorf("AUTHENTICATION_BACKENDS: must name %s, %s or both, else nobody can log in",
			auth.ModelBackend, auth.AllauthBackend))
	}
	if len(s.REST.Authentication) == 0 {
		faults = append(faults, errors.New("REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES: must name at least one class, "+
			"else nobody is recognised"))
	}
	if s.Compatibility == Safe && wellKnown(s.Signing.SecretKey) {
		faults = append(faults, errors.New("SECRET_KEY: is one that everybody knows; "+
			"leave it out and one is made, or set 50 random characters"))
	}
	return faults
}

// wellKnown reports whether the key stands in documentation somewhere.
func wellKnown(key string) bool {
	key = strings.ToLower(key)
	return slices.Contains(knownSecretKeys[:], key)
}

// prefixed puts the group's name before every fault in err.
func prefixed(group string, err error) error {
	joined, many := err.(interface{ Unwrap() []error })
	if !many {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%s%w", group, err)
	}
	var faults []error
	for _, fault := range joined.Unwrap() {
		faults = append(faults, prefixed(group, fault))
	}
	return errors.Join(faults...)
}

// joinFaults puts the faults of reading before those of validation. It leaves out what validation says about settings
// that could not be read.
func joinFaults(reading, validation error) error {
	var faults settings.Faults
	if !errors.As(reading, &faults) || validation == nil {
		return errors.Join(reading, validation)
	}
	kept := []error{reading}
	for _, line := range strings.Split(validation.Error(), "\n") {
		if !mentioned(faults, line) {
			kept = append(kept, errors.New(line))
		}
	}
	return errors.Join(kept...)
}

// mentioned reports whether a fault of reading is about the setting that line begins with.
func mentioned(faults settings.Faults, line string) bool {
	for _, fault := range faults {
		if fault.Setting != "" && strings.HasPrefix(line, fault.Setting) {
			return true
		}
	}
	return false
}
