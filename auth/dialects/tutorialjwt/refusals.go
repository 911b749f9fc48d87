package tutorialjwt

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// refuse says what is wrong with a registration, field by field and in the order of the serializer: faults, which were
// found when it was read, or else what the core refused. Errors that are no refusal are returned as they are.
func (d *Dialect) refuse(wanted auth.UniqueUser, faults *serializers.Errors, err error) error {
	var refused *auth.UserRefused
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if nonField := faults.Messages(serializers.NonField); nonField != nil {
		return faults
	}
	var all serializers.Errors
	for _, field := range d.registration.Fields() {
		messages := faults.Messages(field.Name)
		if messages == nil && refused != nil {
			messages = messagesAbout(field.Name, d.cfg.Users, wanted, refused)
		}
		all.Add(field.Name, messages...)
	}
	return &all
}

// messagesAbout says what the core refused about a field.
func messagesAbout(field string, users models.UserModel, wanted auth.UniqueUser, refused *auth.UserRefused) []string {
	switch field {
	case "email":
		if errors.Is(refused, auth.ErrEmailTaken) {
			return []string{serializers.AlreadyExists(users, field)}
		}
	case "username":
		if message := usernameMessage(wanted.Username, users.UsernameMaxLength(), refused); message != "" {
			return []string{message}
		}
	case "password":
		var weak *auth.WeakPassword
		if errors.As(refused, &weak) {
			return passwordMessages(weak)
		}
	}
	return nil
}

// usernameMessage says why the user name cannot be had; "" when it can. All but the first sentence are Django's own for
// auth.User and allauth's: the tutorial takes any name.
func usernameMessage(username string, maxLength int, refused *auth.UserRefused) string {
	switch {
	case errors.Is(refused, auth.ErrUsernameTaken):
		return "user with this username already exists."
	case !errors.Is(refused, auth.ErrUsernameInvalid) && !errors.Is(refused, auth.ErrUsernameReserved):
		return ""
	case utf8.RuneCountInString(username) > maxLength:
		return fmt.Sprintf("Ensure this field has no more than %d characters.", maxLength)
	case errors.Is(refused, auth.ErrUsernameInvalid):
		return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
	}
	return "Username can not be used. Please use other username."
}

// passwordMessages says why a password is not good enough.
func passwordMessages(weak *auth.WeakPassword) []string {
	messages := make([]string, len(weak.Faults))
	for i, fault := range weak.Faults {
		messages[i] = dialects.PasswordMessage(fault.Code, fault.Attribute, fault.MinLength)
	}
	return messages
}
