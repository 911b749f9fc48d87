package pages

import (
	"errors"
	"net/url"
	"strings"
)

// Config says what the built-in pages do.
type Config struct {
	// ConfirmOnGet confirms an address by opening the link.
	ConfirmOnGet bool `setting:"ACCOUNT_CONFIRM_EMAIL_ON_GET" help:"Confirm an address as soon as the link in the mail is opened, without a button; programs that open every link in a mail then confirm it, too. Only for the built-in page."`
	// ConfirmedURL is where somebody is sent who has confirmed an address. Empty: a page says so.
	ConfirmedURL string `setting:"ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL" help:"Where the built-in page sends a browser that has confirmed an address: a path or a URL. Empty: it says so itself."`
}

// DefaultConfig asks before it confirms, and says that it did.
func DefaultConfig() Config { return Config{} }

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	if c.ConfirmedURL != "" && !ValidTarget(c.ConfirmedURL) {
		return errors.New("ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL: must be a path that begins with one slash, " +
			"or an http or https URL")
	}
	return nil
}

// ValidTarget reports whether browsers take target, a path here or an http or https URL, for what it looks like.
func ValidTarget(target string) bool {
	u, err := url.Parse(target)
	if err != nil || strings.ContainsAny(target, "\\; ,'") {
		return false
	}
	if u.Scheme == "" {
		return u.Host == "" && strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//")
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
