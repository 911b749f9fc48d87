package dialects

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/schemes"
	"watchword/serializers"
)

// Verifier says whether tokens are valid.
type Verifier interface {
	// Verify says whether token, of any kind, is valid. A bad token is a *schemes.Failure.
	Verify(ctx context.Context, token string) error
}

// VerifyToken returns a handler that says whether the token in a body is valid. That it was blacklisted is a fault of the
// data, not of the sender.
//
// Source: rest_framework_simplejwt.views.TokenVerifyView.
func VerifyToken(body *serializers.Serializer[serializers.Token], verifier Verifier) echo.HandlerFunc {
	return func(c echo.Context) error {
		var in serializers.Token
		if err := body.Read(c.Request(), &in); err != nil {
			return err
		}
		err := verifier.Verify(c.Request().Context(), in.Token.Text)
		var failure *schemes.Failure
		if errors.As(err, &failure) && failure.Reason == schemes.Revoked {
			return serializers.Invalid(TokenBlacklisted())
		}
		if err != nil {
			return RefuseToken(err)
		}
		return Respond(c, http.StatusOK, struct{}{})
	}
}

// RefuseToken says in words why a token in a body is no good. Other errors are left alone.
func RefuseToken(err error) error {
	var failure *schemes.Failure
	if errors.As(err, &failure) {
		if problem := TokenRefused(failure); problem != nil {
			return problem
		}
	}
	return err
}
