package djrestauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/serializers"
)

// Verifications is the part of the core that takes the links by which users prove addresses.
type Verifications interface {
	// Confirm takes a key. It returns auth.ErrLinkInvalid for one that is no good, and auth.ErrEmailTaken when somebody
	// else has proved the address.
	Confirm(ctx context.Context, key string) error
	// Resend mails the link once more for an address that is not proved. Its error is never about the address.
	Resend(ctx context.Context, address string, link auth.LinkTo) error
}

// Registration is what the endpoints below registration/ work with.
type Registration struct {
	Signups       Signups
	Verifications Verifications
	Accounts      Logins                                   // logs new users in
	Link          func(r *http.Request, key string) string // the address that a mail shows for a key
}

// linkTo returns the addresses that mails show which r causes.
func (g *Registration) linkTo(r *http.Request) auth.LinkTo {
	return func(key string) string { return g.Link(r, key) }
}

// registrationViews returns the views that are there only where people can register, by their paths.
//
// Source: dj_rest_auth.registration.urls and views.
func (d *Dialect) registrationViews() map[string]dialects.View {
	verify := dialects.View{
		Name: "Verify Email",
		Description: "Verifies the email associated with the provided key.\n\n" +
			"Accepts the following POST parameter: key.",
		Schemes: d.schemes,
		Allow:   "POST, OPTIONS, HEAD",
		Get:     dialects.Action{Handle: refuseGet},
		Post:    dialects.Action{Handle: d.verifyEmail, Fields: d.emailKey.Fields()},
	}
	return map[string]dialects.View{
		"registration/": {
			Name: "Register",
			Description: "Registers a new user.\n\n" +
				"Accepts the following POST parameters: username, email, password1, password2.",
			Schemes:    d.schemes,
			Scope:      ThrottleScope,
			Permission: dialects.AllOf(d.cfg.RegisterPermissions),
			Post:       dialects.Action{Handle: d.register, Fields: d.signup.Fields()},
		},
		"registration/verify-email":  verify,
		"registration/verify-email/": verify,
		"account-confirm-email/":     verify, // where projects put it beside the original's own
		"registration/resend-email":  d.resendView(),
		"registration/resend-email/": d.resendView(),
	}
}

func (d *Dialect) resendView() dialects.View {
	return dialects.View{
		Name: "Resend Email Verification",
		Description: "Resends another email to an unverified email.\n\n" +
			"Accepts the following POST parameter: email.",
		Schemes: d.schemes,
		Post:    dialects.Action{Handle: d.resendEmail, Fields: d.resend.Fields()},
	}
}

// refuseGet answers GET and HEAD, which the view announces and then refuses alike.
func refuseGet(echo.Context) error { return serializers.MethodNotAllowed(http.MethodGet) }

// verifyEmail takes the key of a link. Somebody who could read the mail need not be told that somebody else was faster.
//
// Source: dj_rest_auth.registration.views.VerifyEmailView.
func (d *Dialect) verifyEmail(c echo.Context) error {
	var in serializers.EmailKey
	if err := d.emailKey.Read(c.Request(), &in); err != nil {
		return err
	}
	err := d.registration.Verifications.Confirm(c.Request().Context(), in.Key.Text)
	switch {
	case errors.Is(err, auth.ErrLinkInvalid):
		return serializers.NotFound("")
	case err != nil && !errors.Is(err, auth.ErrEmailTaken):
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: "ok"})
}

// resendEmail mails a link once more, and tells nobody whether it did. Without an address it does nothing; the original
// takes the first of all.
//
// Source: dj_rest_auth.registration.views.ResendEmailVerificationView.
func (d *Dialect) resendEmail(c echo.Context) error {
	var in serializers.ResendEmail
	if err := d.resend.Read(c.Request(), &in); err != nil {
		return err
	}
	if in.Email.Text != "" {
		link := d.registration.linkTo(c.Request())
		if err := d.registration.Verifications.Resend(c.Request().Context(), in.Email.Text, link); err != nil {
			return err
		}
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: "ok"})
}
