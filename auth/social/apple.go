package social

import (
	"cmp"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Apple's issuer, and how long a secret that we sign is good for: one exchange.
const (
	appleIssuer     = "https://appleid.apple.com"
	appleSecretLife = 5 * time.Minute
)

// errAppleKey says that codes cannot be exchanged with Apple.
var errAppleKey = errors.New("settings.certificate_key is no private key of the curve P-256 in PEM")

// newApple returns Apple, whose access tokens are good for nothing.
//
// Source: https://developer.apple.com/documentation/signinwithapplerestapi
func newApple(b builder) Provider {
	issuer := cmp.Or(b.cfg.Issuer, appleIssuer)
	a := &openID{caller: b.caller(), issuer: b.issuer(issuer), identity: standard}
	a.secret = func(app App) (string, error) { return appleSecret(app, issuer, b.now()) }
	for i := range a.apps {
		a.apps[i].Settings.TokenAuthMethod = "client_secret_post"
	}
	return a
}

// appleSecret signs the JWT that is an app's secret at Apple.
//
// Source: Apple's "Creating a client secret".
func appleSecret(app App, audience string, now time.Time) (string, error) {
	key, err := jwt.ParseECPrivateKeyFromPEM([]byte(cmp.Or(app.Settings.CertificateKey, app.CertificateKey)))
	if err != nil {
		return "", errAppleKey
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": app.Key, "iat": now.Unix(), "exp": now.Add(appleSecretLife).Unix(), "aud": audience, "sub": app.ClientID,
	})
	token.Header["kid"] = app.Secret
	signed, err := token.SignedString(key)
	if err != nil {
		return "", errAppleKey
	}
	return signed, nil
}
