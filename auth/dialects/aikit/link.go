package aikit

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/serializers"
)

// activate takes a link that proves an address. The answer has no body.
//
// Source: ai_kit_auth.views.ActivateUser, which says of every body that it cannot use that the link is no good.
func (d *Dialect) activate(c echo.Context) error {
	const invalid = "activation_link_invalid"
	body, err := serializers.ReadObject(d.cfg.Serializers, c.Request())
	var notObject *serializers.Errors
	if errors.As(err, &notObject) {
		return linkRefused(auth.ErrLinkInvalid, invalid)
	}
	if err != nil {
		return err
	}
	id, token := linkOf(body)
	if err := d.deps.Activations.Activate(c.Request().Context(), id, token); err != nil {
		return linkRefused(err, invalid)
	}
	return dialects.Respond(c, http.StatusOK, nil)
}

// linkOf returns what a link has brought along: whom it was mailed to, and the proof of that.
func linkOf(body serializers.Object) (id models.UserID, token string) {
	ident, _ := body.Text("ident")
	token, _ = body.Text("token")
	return identified(ident), token
}

// identified returns the id that is scrambled in ident.
func identified(ident string) models.UserID { return models.UserID(signing.Scramble(ident)) }

// missing says which of the fields body does not have.
func missing(body serializers.Object, fields ...string) error {
	var faults serializers.Errors
	for _, field := range fields {
		if _, given := body.Text(field); !given {
			faults.Add(field, "required")
		}
	}
	return faults.Err()
}

// linkRefused says by code that a link is no good. Other errors are returned.
func linkRefused(err error, code string) error {
	if !errors.Is(err, auth.ErrLinkInvalid) {
		return err
	}
	return &serializers.Problem{Status: http.StatusBadRequest, Body: serializers.KitError{Error: code}}
}
