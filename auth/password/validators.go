package password

import (
	"errors"
	"fmt"
	"strings"
)

// The codes of Fault, which are Django's.
const (
	TooSimilar       = "password_too_similar"
	TooShort         = "password_too_short"
	TooCommon        = "password_too_common"
	EntirelyNumeric  = "password_entirely_numeric"
	djangoValidation = "django.contrib.auth.password_validation."
)

// Fault says why a new password is not good enough. The words for it are the dialects' business.
type Fault struct {
	Code      string // TooSimilar, TooShort, TooCommon or EntirelyNumeric
	Attribute string // TooSimilar: the attribute that the password is like, such as "username" or "first_name"
	MinLength int    // TooShort: the length that is asked for
}

// Attributes are the texts that belong to a user, by Django's field names: username, first_name, last_name, email. Nil
// means that the user is not known yet.
type Attributes map[string]string

// Validator judges a new password. Implementations are safe for concurrent use.
type Validator interface {
	// Validate returns what is wrong with password, or nil.
	Validate(password string, user Attributes) *Fault
}

// Validators judge together.
type Validators []Validator

// Validate returns what each validator finds wrong, in their order; nothing means that password is good.
//
// Source: Django, validate_password.
func (vs Validators) Validate(password string, user Attributes) []Fault {
	var faults []Fault
	for _, v := range vs {
		if fault := v.Validate(password, user); fault != nil {
			faults = append(faults, *fault)
		}
	}
	return faults
}

// ValidatorConfig is an entry of AUTH_PASSWORD_VALIDATORS.
type ValidatorConfig struct {
	// Name is Django's class, with its module or without: "MinimumLengthValidator".
	Name string `setting:"NAME" json:"NAME" yaml:"NAME"`
	// Options are the arguments of the class: min_length; user_attributes and max_similarity; password_list_path.
	Options map[string]any `setting:"OPTIONS" json:"OPTIONS" yaml:"OPTIONS"`
}

// DefaultValidators returns the four validators of a new Django project.
func DefaultValidators() []ValidatorConfig {
	return []ValidatorConfig{
		{Name: djangoValidation + "UserAttributeSimilarityValidator"},
		{Name: djangoValidation + "MinimumLengthValidator"},
		{Name: djangoValidation + "CommonPasswordValidator"},
		{Name: djangoValidation + "NumericPasswordValidator"},
	}
}

// NewValidators makes the validators of cfg, or returns all faults of cfg: unknown names, unknown options and values
// that the option cannot have. No entries make validators that accept everything.
func NewValidators(cfg []ValidatorConfig) (Validators, error) {
	validators := make(Validators, 0, len(cfg))
	var faults []error
	for i, entry := range cfg {
		validator, err := newValidator(entry)
		if err != nil {
			faults = append(faults, fmt.Errorf("AUTH_PASSWORD_VALIDATORS[%d]: %w", i, err))
			continue
		}
		validators = append(validators, validator)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return validators, nil
}

func newValidator(cfg ValidatorConfig) (validator Validator, err error) {
	opts := newOptions(cfg.Options)
	switch strings.TrimPrefix(cfg.Name, djangoValidation) {
	case "UserAttributeSimilarityValidator":
		validator = newSimilarity(opts)
	case "MinimumLengthValidator":
		validator = newMinimumLength(opts)
	case "CommonPasswordValidator":
		validator = newCommon(opts)
	case "NumericPasswordValidator":
		validator = numeric{}
	default:
		return nil, fmt.Errorf("unknown validator %q", cfg.Name)
	}
	return validator, opts.faults()
}
