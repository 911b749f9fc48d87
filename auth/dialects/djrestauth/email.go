package djrestauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// Addresses is the part of the core that lets users manage their addresses. The errors are those of auth.Addresses.
type Addresses interface {
	// List returns the addresses of u.
	List(ctx context.Context, u *models.User) ([]models.EmailAddress, error)
	// Add makes address one more of u's, and mails a link that proves it.
	Add(ctx context.Context, u *models.User, address string, link auth.LinkTo) error
	// MakePrimary makes address the primary one of u, and mails the former one a link that takes it back.
	MakePrimary(ctx context.Context, u *models.User, address string, undo auth.LinkTo) error
	// Remove takes address away from u.
	Remove(ctx context.Context, u *models.User, address string, undo auth.LinkTo) error
}

// EmailChanges is the part of the core that takes changes of the primary address back.
type EmailChanges interface {
	// Undo takes back what a link is about, and returns the user, or auth.ErrLinkInvalid.
	Undo(ctx context.Context, key string) (*models.User, error)
}

// Reauthentication is the part of the core that asks who is logged in to prove it once more.
type Reauthentication interface {
	// Require returns nil for id's password, or without one for a young login; else auth.ErrInvalidCredentials or
	// auth.ErrReauthentication.
	Require(ctx context.Context, id schemes.Identity, password string) error
}

// NewPasswords makes links that set passwords, for users who have none any more.
type NewPasswords interface {
	// Link returns a link for u.
	Link(ctx context.Context, u *models.User) (auth.ResetLink, error)
}

// OwnAccount is what the endpoints work with by which users change their addresses. They are ours: the protocol has none.
type OwnAccount struct {
	Addresses        Addresses
	EmailChanges     EmailChanges
	Deletions        Deletions
	Exports          Exports
	Reauthentication Reauthentication
	NewPasswords     NewPasswords
	ProveLink        func(r *http.Request, key string) string // the address that a mail shows for a key that proves an address
	UndoEmailLink    func(r *http.Request, key string) string // and for one that takes a change of address back
	UndoDeletionLink func(r *http.Request, key string) string // and for one that keeps an account
}

// listAddresses answers with the addresses of the current user.
func (d *Dialect) listAddresses(c echo.Context) error {
	list, err := d.own.Addresses.List(c.Request().Context(), dialects.Current(c).User)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.NewOwnAddresses(list))
}

// addAddress claims an address. The answer is the same whoever has it.
func (d *Dialect) addAddress(c echo.Context) error {
	var in serializers.NewAddress
	if err := d.newAddress.Read(c.Request(), &in); err != nil {
		return err
	}
	r := c.Request()
	link := func(key string) string { return d.own.ProveLink(r, key) }
	if err := d.own.Addresses.Add(r.Context(), dialects.Current(c).User, in.Email.Text, link); err != nil {
		return addressRefused(err)
	}
	return dialects.Respond(c, http.StatusCreated, serializers.Detail{Detail: "Verification e-mail sent."})
}

// preferAddress makes an address the primary one.
func (d *Dialect) preferAddress(c echo.Context) error {
	return d.changeAddress(c, d.own.Addresses.MakePrimary, "Primary e-mail address set.")
}

// removeAddress takes an address away.
func (d *Dialect) removeAddress(c echo.Context) error {
	return d.changeAddress(c, d.own.Addresses.Remove, "E-mail address removed.")
}

// changeAddress calls change with the address in the body for who has just proved who they are.
func (d *Dialect) changeAddress(c echo.Context,
	change func(context.Context, *models.User, string, auth.LinkTo) error, done string) error {
	var in serializers.ChosenAddress
	if err := d.chosenAddress.Read(c.Request(), &in); err != nil {
		return err
	}
	r, me := c.Request(), dialects.Current(c)
	if err := d.own.Reauthentication.Require(r.Context(), me, in.Password.Text); err != nil {
		return reauthenticationRefused(err)
	}
	undo := func(key string) string { return d.own.UndoEmailLink(r, key) }
	if err := change(r.Context(), me.User, in.Email.Text, undo); err != nil {
		return addressRefused(err)
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: done})
}

// undoEmail takes a change of address back.
func (d *Dialect) undoEmail(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.EmailKey
	if err := d.emailKey.Read(c.Request(), &in); err != nil {
		return err
	}
	u, err := d.own.EmailChanges.Undo(c.Request().Context(), in.Key.Text)
	if errors.Is(err, auth.ErrLinkInvalid) {
		return serializers.NotFound("")
	}
	if err != nil {
		return err
	}
	return d.undone(c, u, "Your e-mail address is as it was, and all logins have ended.")
}

// undone answers who has taken something back, and lets them set a new password unless they are disabled.
func (d *Dialect) undone(c echo.Context, u *models.User, detail string) error {
	out := serializers.Undone{Detail: detail}
	if u.IsActive {
		link, err := d.own.NewPasswords.Link(c.Request().Context(), u)
		if err != nil {
			return err
		}
		out.UID, out.Token = link.UID, link.Token
	}
	return dialects.Respond(c, http.StatusOK, out)
}

// reauthenticationRefused says why somebody who is logged in may not do this now. Other errors are left alone.
func reauthenticationRefused(err error) error {
	switch {
	case errors.Is(err, auth.ErrInvalidCredentials):
		var faults serializers.Errors
		faults.Add("password", "Incorrect password.")
		return &faults
	case errors.Is(err, auth.ErrReauthentication):
		return &serializers.Problem{Status: http.StatusForbidden, Body: serializers.Detail{
			Detail: "Give your password, or log in again.", Code: "reauthentication_required"}}
	}
	return err
}

// addressRefused says why an address was not added, preferred or removed. Other errors are left alone.
//
// Source: allauth.account.adapter.DefaultAccountAdapter.error_messages.
func addressRefused(err error) error {
	for _, one := range []struct {
		err     error
		message string
	}{
		{auth.ErrMailRefused, "Enter a valid email address."},
		{auth.ErrAddressKnown, "This email address is already associated with this account."},
		{auth.ErrEmailTaken, "User is already registered with this e-mail address."},
		{auth.ErrTooManyAddresses, "You cannot add more email addresses."},
		{auth.ErrAddressUnknown, "This email address is not associated with this account."},
		{auth.ErrEmailNotVerified, "Your primary email address must be verified."},
		{auth.ErrPrimaryAddress, "You cannot remove your primary email address."},
		{auth.ErrLastAddress, "Your account needs an email address."},
	} {
		if errors.Is(err, one.err) {
			var faults serializers.Errors
			faults.Add("email", one.message)
			return &faults
		}
	}
	return err
}
