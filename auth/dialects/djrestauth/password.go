package djrestauth

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/schemes"
	"watchword/serializers"
)

// passwordsDiffer is Django's sentence, whose apostrophe is a typographic one.
const passwordsDiffer = "The two password fields didn’t match."

// setPassword changes the own password for whoever is logged in.
//
// Source: dj_rest_auth.views.PasswordChangeView.
func (d *Dialect) setPassword(c echo.Context) error {
	var in serializers.NewPassword
	if err := d.newPassword.Read(c.Request(), &in); err != nil {
		return err
	}
	return d.savePassword(c, in)
}

// replacePassword changes the own password for who knows the old one.
func (d *Dialect) replacePassword(c echo.Context) error {
	const field = "old_password"
	var in serializers.PasswordChange
	faults := &serializers.Errors{}
	err := d.passwordChange.Read(c.Request(), &in)
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	if in.OldPassword.Given && faults.Messages(field) == nil {
		ok, err := d.accounts.CheckPassword(c.Request().Context(), dialects.Current(c).User, in.OldPassword.Text)
		if err != nil {
			return err
		}
		if !ok {
			faults.Prepend(field, "Your old password was entered incorrectly. Please enter it again.")
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return d.savePassword(c, in.NewPassword())
}

// savePassword stores a password that was given twice.
//
// Source: django.contrib.auth.forms.SetPasswordForm.
func (d *Dialect) savePassword(c echo.Context, in serializers.NewPassword) error {
	if in.NewPassword1.Text != in.NewPassword2.Text {
		return badPassword(passwordsDiffer)
	}
	err := d.accounts.ChangePassword(c.Request().Context(), dialects.Current(c), in.NewPassword1.Text)
	if errors.Is(err, auth.ErrPasswordChanged) {
		return serializers.NewProblem(http.StatusConflict, "The password was changed by another request.")
	}
	if err != nil {
		return weakPassword(err)
	}
	if err := d.stayLoggedIn(c); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: "New password has been saved."})
}

// stayLoggedIn replaces the credential that changed the password if it ended by that, unless the settings want it so.
//
// Source: dj_rest_auth.serializers.PasswordChangeSerializer.save.
func (d *Dialect) stayLoggedIn(c echo.Context) error {
	if d.cfg.LogoutOnPasswordChange {
		return nil
	}
	dialects.VaryByCookie(c)
	for _, scheme := range d.schemes {
		renewer, ok := scheme.(schemes.Renewer)
		if !ok {
			continue
		}
		grant, err := renewer.Renew(c.Request(), dialects.Current(c))
		if err != nil {
			return err
		}
		dialects.SetCookies(c, grant.Cookies)
	}
	return nil
}

// weakPassword says why a new password is not good enough. Other errors are left alone.
func weakPassword(err error) error {
	var weak *auth.WeakPassword
	if errors.As(err, &weak) {
		return badPassword(passwordMessages(weak.Faults)...)
	}
	return err
}

// badPassword says what is wrong with the new password, under the name of its repetition.
func badPassword(messages ...string) error {
	var faults serializers.Errors
	faults.Add("new_password2", messages...)
	return &faults
}

// passwordMessages says why a password is not good enough.
func passwordMessages(faults []auth.PasswordFault) []string {
	messages := make([]string, len(faults))
	for i, fault := range faults {
		messages[i] = dialects.PasswordMessage(fault.Code, fault.Attribute, fault.MinLength)
	}
	return messages
}
