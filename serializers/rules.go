package serializers

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"watchword/models"
)

// The rules that every text field may have, by their names in validator's tags.
const (
	ruleMaxLength   = "max_length"
	ruleMinLength   = "min_length"
	ruleNoNull      = "no_null_characters"
	ruleNoSurrogate = "no_surrogates"
	ruleEmail       = "email_address"
	ruleUsername    = "username"
)

// InvalidUsername is what is said of a user name with characters that user names may not have.
const InvalidUsername = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."

// InvalidEmail is what is said of a text that is no e-mail address.
const InvalidEmail = "Enter a valid email address."

// rule is a validator tag and what to say when it fails.
type rule struct {
	tag     string
	message func(text string) string
}

// newRule returns the rule of that name; length is the parameter of the rules that have one. It panics on a name that
// nothing knows, as a declaration is part of the program.
func newRule(name string, length int) rule {
	always := func(message string) func(string) string { return func(string) string { return message } }
	switch name {
	case ruleMaxLength:
		return rule{name + "=" + strconv.Itoa(length),
			always(fmt.Sprintf("Ensure this field has no more than %d characters.", length))}
	case ruleMinLength:
		return rule{name + "=" + strconv.Itoa(length),
			always(fmt.Sprintf("Ensure this field has at least %d characters.", length))}
	case ruleNoNull:
		return rule{name, always("Null characters are not allowed.")}
	case ruleNoSurrogate:
		return rule{name, func(text string) string {
			return fmt.Sprintf("Surrogate characters are not allowed: U+%X.", surrogates(text)[0])
		}}
	case ruleEmail:
		return rule{name, always(InvalidEmail)}
	case ruleUsername:
		return rule{name, always(InvalidUsername)}
	}
	panic("serializers: unknown rule " + name)
}

// rules is the one validator of the process: nobody changes it, and it is too large for one per serializer.
var rules = sync.OnceValue(newValidate) //nolint:gochecknoglobals // a constant that is made when it is needed

// newValidate returns a validator that knows our rules. Lengths count code points, which validator's own rules do only
// for valid UTF-8.
func newValidate() *validator.Validate {
	v := validator.New()
	text := func(fl validator.FieldLevel) string { return fl.Field().String() }
	for name, holds := range map[string]validator.Func{
		ruleMaxLength:   func(fl validator.FieldLevel) bool { return codePoints(text(fl)) <= mustAtoi(fl.Param()) },
		ruleMinLength:   func(fl validator.FieldLevel) bool { return codePoints(text(fl)) >= mustAtoi(fl.Param()) },
		ruleNoNull:      func(fl validator.FieldLevel) bool { return !strings.Contains(text(fl), "\x00") },
		ruleNoSurrogate: func(fl validator.FieldLevel) bool { return len(surrogates(text(fl))) == 0 },
		ruleEmail:       func(fl validator.FieldLevel) bool { return ValidEmail(text(fl)) },
		ruleUsername:    func(fl validator.FieldLevel) bool { return models.ValidUsername(text(fl)) },
	} {
		if err := v.RegisterValidation(name, holds); err != nil {
			panic(err) // the names above are neither empty nor reserved
		}
	}
	return v
}
