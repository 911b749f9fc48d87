package dialects

import (
	"fmt"
	"strings"
)

// PasswordMessage says why a new password is not good enough: code is Django's name for the fault, attribute the user's
// attribute that the password is too much like, and least the fewest characters a password may have.
//
// Source: django.contrib.auth.password_validation.
func PasswordMessage(code, attribute string, least int) string {
	switch code {
	case "password_too_similar":
		attribute = strings.ReplaceAll(attribute, "_", " ")
		if attribute == "email" {
			attribute = "email address"
		}
		return fmt.Sprintf("The password is too similar to the %s.", attribute)
	case "password_too_short":
		characters := "characters"
		if least == 1 {
			characters = "character"
		}
		return fmt.Sprintf("This password is too short. It must contain at least %d %s.", least, characters)
	case "password_too_common":
		return "This password is too common."
	case "password_entirely_numeric":
		return "This password is entirely numeric."
	case "password_too_long":
		return "This password is too long."
	}
	return "This password is not acceptable."
}
