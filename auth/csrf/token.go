package csrf

import (
	"crypto/rand"
	"crypto/subtle"
	"math/big"
	"strings"
)

const (
	alphabet     = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	secretLength = 32
	tokenLength  = 2 * secretLength
)

// NewSecret returns 32 random letters and digits, which are 190 bits.
//
// Source: Django, django.middleware.csrf._get_new_csrf_string.
func NewSecret() string {
	size := big.NewInt(int64(len(alphabet)))
	secret := make([]byte, secretLength)
	for i := range secret {
		n, err := rand.Int(rand.Reader, size)
		if err != nil {
			panic(err) // never: crypto/rand ends the program instead
		}
		secret[i] = alphabet[n.Int64()]
	}
	return string(secret)
}

// Mask returns secret in a form that differs every time, so that what is repeated in compressed answers gives nothing
// away: 32 random characters, and the secret shifted by them. secret must be one of NewSecret.
//
// Source: Django, django.middleware.csrf._mask_cipher_secret.
func Mask(secret string) string { return maskWith(NewSecret(), secret) }

func maskWith(mask, secret string) string {
	return mask + shift(secret, mask, 1)
}

// unmask returns the secret behind a token of 64 characters.
func unmask(token string) string {
	return shift(token[secretLength:], token[:secretLength], -1)
}

// shift moves every character of text along the alphabet, by as much as the one of by stands for.
func shift(text, by string, sign int) string {
	shifted := make([]byte, len(text))
	for i := range shifted {
		n := strings.IndexByte(alphabet, text[i]) + sign*strings.IndexByte(alphabet, by[i])
		shifted[i] = alphabet[(n+len(alphabet))%len(alphabet)]
	}
	return string(shifted)
}

// readToken returns the secret in a text from outside, masked or not. fault says what is wrong with the text, in
// Django's words.
//
// Source: Django, django.middleware.csrf._check_token_format.
func readToken(text string) (secret, fault string) {
	if len(text) != secretLength && len(text) != tokenLength {
		return "", "has incorrect length"
	}
	if strings.Trim(text, alphabet) != "" {
		return "", "has invalid characters"
	}
	if len(text) == tokenLength {
		text = unmask(text)
	}
	return text, ""
}

// equal compares two secrets in a time that does not depend on them.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
