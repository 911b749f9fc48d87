package main

import (
	"errors"
	"fmt"
	"strings"

	"watchword/auth/password"
	"watchword/models"
)

// errGivenUp says that no acceptable password was typed.
var errGivenUp = errors.New("aborted: no password was set")

// askPassword asks for a new password, twice, until both are alike and acceptable. With bypass, one that the validators
// do not like can be had by insisting; without, three attempts are all there are.
//
// Source: Django's createsuperuser and changepassword.
func (p *program) askPassword(validators password.Validators, user password.Attributes, bypass bool) (string, error) {
	for attempt := 0; bypass || attempt < 3; attempt++ {
		text, err := p.askTwice()
		if err != nil {
			return "", err
		}
		if text == "" {
			continue
		}
		faults := validators.Validate(text, user)
		if len(faults) == 0 {
			return text, nil
		}
		for _, fault := range faults {
			_, _ = fmt.Fprintln(p.stderr, faultText(fault))
		}
		if !bypass {
			continue
		}
		answer, err := p.ask("Bypass password validation and create user anyway? [y/N]: ")
		if err != nil {
			return "", err
		}
		if strings.EqualFold(answer, "y") {
			return text, nil
		}
	}
	return "", errGivenUp
}

// askTwice asks for a password and its repetition. It returns "" when they are not usable and the user has been told.
func (p *program) askTwice() (string, error) {
	first, err := p.askSecret("Password: ")
	if err != nil {
		return "", err
	}
	second, err := p.askSecret("Password (again): ")
	if err != nil {
		return "", err
	}
	switch unacceptable := password.Acceptable(first); {
	case first != second:
		_, _ = fmt.Fprintln(p.stderr, "Error: Your passwords didn't match.")
	case strings.TrimSpace(first) == "":
		_, _ = fmt.Fprintln(p.stderr, "Error: Blank passwords aren't allowed.")
	case unacceptable != nil:
		_, _ = fmt.Fprintln(p.stderr, "Error:", unacceptable)
	default:
		return first, nil
	}
	return "", nil
}

// faultText says in Django's words what is wrong with a password.
func faultText(fault password.Fault) string {
	switch fault.Code {
	case password.TooSimilar:
		return fmt.Sprintf("The password is too similar to the %s.", strings.ReplaceAll(fault.Attribute, "_", " "))
	case password.TooShort:
		characters := "characters"
		if fault.MinLength == 1 {
			characters = "character"
		}
		return fmt.Sprintf("This password is too short. It must contain at least %d %s.", fault.MinLength, characters)
	case password.TooCommon:
		return "This password is too common."
	case password.EntirelyNumeric:
		return "This password is entirely numeric."
	}
	return "This password is not acceptable."
}

// attributesOf returns what a password of u must not be like.
func attributesOf(u *models.User) password.Attributes {
	return password.Attributes{
		"username": u.Username, "first_name": u.FirstName, "last_name": u.LastName, "email": u.Email,
	}
}
