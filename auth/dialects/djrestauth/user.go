package djrestauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
	"watchword/serializers/pyjson"
)

// showUser answers with the own account.
func (d *Dialect) showUser(c echo.Context) error {
	return d.respondUser(c, dialects.Current(c).User)
}

// respondUser answers with an account.
func (d *Dialect) respondUser(c echo.Context, u *models.User) error {
	if err := d.prepareUser(c.Request().Context(), u); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, details{d.shown, d.cfg.Users}.of(u))
}

// Groups looks up what users are members of.
type Groups interface {
	// LoadMemberships fills in u.Memberships.
	LoadMemberships(ctx context.Context, u *models.User) error
}

// prepareUser looks up what is shown of u and is not in u's row.
func (d *Dialect) prepareUser(ctx context.Context, u *models.User) error {
	if d.groups == nil {
		return nil
	}
	return d.groups.LoadMemberships(ctx, u)
}

// details are what is shown of users.
type details struct {
	fields serializers.UserFields
	users  models.UserModel
}

// of returns these fields of u as they go on the wire. That an address is confirmed is not among what can be shown here.
func (d details) of(u *models.User) *pyjson.Object { return d.fields.Show(u, d.users, false) }

// updateUser returns a handler that changes the fields of the own account which read finds in the request.
//
// Source: dj_rest_auth.views.UserDetailsView.
func (d *Dialect) updateUser(read func(*http.Request, *serializers.UserDetails) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, me := c.Request().Context(), dialects.Current(c).User.ID
		var in serializers.UserDetails
		if err := read(c.Request(), &in); err != nil {
			return d.withUsername(ctx, me, in.Username, err)
		}
		u, err := d.accounts.UpdateProfile(ctx, me, in.Profile())
		if message := usernameMessage(err); message != "" {
			var faults serializers.Errors
			faults.Add("username", message)
			return &faults
		}
		if faults := d.uniqueFaults(err); faults != nil {
			return faults
		}
		if errors.Is(err, models.ErrNotFound) {
			return serializers.NotFound("") // deleted since the request was let in
		}
		if err != nil {
			return err
		}
		return d.respondUser(c, u)
	}
}

// withUsername adds to err, which is about other fields, what the core would say about the user name.
func (d *Dialect) withUsername(ctx context.Context, me models.UserID, username serializers.Char, err error) error {
	const field = "username"
	var faults *serializers.Errors
	if !errors.As(err, &faults) || !username.Given || faults.Messages(field) != nil {
		return err
	}
	refused := d.accounts.CheckUsername(ctx, me, username.Text)
	if message := usernameMessage(refused); message != "" {
		faults.Add(field, message)
		faults.Arrange(d.user.Fields())
		refused = nil
	}
	if refused != nil {
		return refused
	}
	return faults
}

// uniqueFaults says which column of a project's own users somebody else has; nil for other errors and none.
func (d *Dialect) uniqueFaults(err error) error {
	var taken *models.ConflictError
	if !errors.As(err, &taken) {
		return nil
	}
	var faults serializers.Errors
	faults.Add(taken.Column, serializers.AlreadyExists(d.cfg.Users, taken.Column))
	return &faults
}

// usernameMessage says why a user name cannot be had; "" for other errors and none.
//
// Source: django.contrib.auth.models.AbstractUser and allauth.account.adapter.
func usernameMessage(err error) string {
	switch {
	case errors.Is(err, auth.ErrUsernameInvalid):
		return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
	case errors.Is(err, auth.ErrUsernameReserved):
		return "Username can not be used. Please use other username."
	case errors.Is(err, auth.ErrUsernameTaken):
		return "A user with that username already exists."
	}
	return ""
}
