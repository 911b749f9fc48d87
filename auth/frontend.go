package auth

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
)

// FrontendConfig says where links in mails lead: to pages of an application that runs in the browser.
type FrontendConfig struct {
	URL             string `setting:"URL" help:"Where the application is, as in https://app.example.com. Links in mails begin with it. Empty: SITE_URL, or where the request came in."`
	ActivationRoute string `setting:"ACTIVATION_ROUTE" help:"Its page for activation links. ?ident=…&token=… follow."`
	ResetRoute      string `setting:"RESET_PW_ROUTE" help:"Its page for setting a new password. ?ident=…&token=… follow."`
}

// DefaultFrontendConfig has the pages of django-ai-kit-auth's own frontend.
func DefaultFrontendConfig() FrontendConfig {
	return FrontendConfig{ActivationRoute: "/auth/activation/", ResetRoute: "/auth/reset-password/"}
}

// Validate returns every fault, each beginning with the setting's name.
func (c FrontendConfig) Validate() error {
	var faults []error
	base, err := url.Parse(c.URL)
	web := err == nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != ""
	if c.URL != "" && (!web || base.RawQuery != "" || base.User != nil) {
		faults = append(faults, errors.New("URL: must be where the application is, as in https://app.example.com"))
	}
	for name, route := range map[string]string{"ACTIVATION_ROUTE": c.ActivationRoute, "RESET_PW_ROUTE": c.ResetRoute} {
		if strings.ContainsAny(route, "?& \t\r\n") {
			faults = append(faults, fmt.Errorf("%s: must be a plain path", name))
		}
	}
	return errors.Join(faults...)
}

// Frontend writes mails with links into an application that runs in the browser. It is safe for concurrent use.
//
// Source: ai_kit_auth.services.
type Frontend struct {
	cfg       FrontendConfig
	templates Renderer
	data      func(u *models.User) map[string]string
}

// NewFrontend returns a Frontend. data is what it gives to the templates of a mail beyond what they know; nil: nothing.
func NewFrontend(cfg FrontendConfig, templates Renderer, data func(u *models.User) map[string]string) *Frontend {
	if data == nil {
		data = func(*models.User) map[string]string { return nil }
	}
	return &Frontend{cfg: cfg, templates: templates, data: data}
}

// Activation writes the mail to somebody who registered. base is where the application is unless the settings say it.
func (f *Frontend) Activation(base string) LinkWriter {
	return f.writer(base, f.cfg.ActivationRoute, func(c content) email.Mail { return email.ActivateAccount(c) })
}

// Invitation writes the mail to somebody for whom an account was made.
func (f *Frontend) Invitation(base string) LinkWriter {
	return f.writer(base, f.cfg.ActivationRoute, func(c content) email.Mail { return email.AccountCreated(c) })
}

// Reset writes the mail to somebody who forgot their password.
func (f *Frontend) Reset(base string) LinkWriter {
	return f.writer(base, f.cfg.ResetRoute, func(c content) email.Mail { return email.ForgottenPassword(c) })
}

// content is what all these mails are about.
type content struct {
	Site, Username, URL string
	Data                map[string]string
}

// writer writes one kind of mail.
func (f *Frontend) writer(base, route string, about func(c content) email.Mail) LinkWriter {
	base = cmp.Or(f.cfg.URL, base)
	return func(u *models.User, token string) (email.Message, error) {
		c := content{Site: base, Username: u.Username, URL: link(base, route, u.ID, token), Data: f.data(u)}
		if parsed, err := url.Parse(base); err == nil {
			c.Site = parsed.Host
		}
		return f.templates.Render(about(c))
	}
}

// link is the address of a page of the application, which is told whom the token is for.
//
// Source: ai_kit_auth.services.make_url.
func link(base, route string, id models.UserID, token string) string {
	return strings.Trim(base, "/") + "/" + strings.Trim(route, "/") +
		"?ident=" + url.QueryEscape(signing.Scramble(string(id))) + "&token=" + token
}
