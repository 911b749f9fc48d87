package jwt

import (
	"errors"
	"fmt"
	"time"
)

// TutorialConfig is how tutorial tokens are signed, and for how long they are good. The names of the settings are our
// own: the original has its values in the code.
type TutorialConfig struct {
	SigningKey      string        `setting:"SIGNING_KEY" secret:"true" help:"The secret that signs the tutorial's tokens (HS256). Empty: SECRET_KEY, as in the original."`
	Lifetime        time.Duration `setting:"LIFETIME" help:"How long a token is good, at most the original's 60 days: nothing ends it sooner."`
	LimitExpiry     bool          `setting:"LIMIT_EXPIRY" help:"Refuse tokens that end later than any token handed out now would."`
	MinSecretLength int           `setting:"MIN_SECRET_LENGTH" help:"The least number of bytes in SIGNING_KEY."`

	Now func() time.Time
}

// maxTutorialLifetime is the original's lifetime.
const maxTutorialLifetime = 60 * 24 * time.Hour

// DefaultTutorialConfig returns the original's lifetime, and takes neither short secrets nor tokens that outlive those
// that are handed out.
func DefaultTutorialConfig() TutorialConfig {
	return TutorialConfig{Lifetime: maxTutorialLifetime, LimitExpiry: true, MinSecretLength: 32, Now: time.Now}
}

// ExactTutorialConfig returns what the original does: any secret, and tokens of any length of life.
func ExactTutorialConfig() TutorialConfig {
	return TutorialConfig{Lifetime: maxTutorialLifetime, MinSecretLength: 1, Now: time.Now}
}

// Validate reports every fault of the settings at once; each text begins with the name of the setting. The secret is
// left to NewTutorial, which knows what stands in for an empty one.
func (c TutorialConfig) Validate() error {
	var faults []error
	if c.Lifetime <= 0 || c.Lifetime > maxTutorialLifetime {
		faults = append(faults, errors.New("LIFETIME: must be more than nothing and at most 60 days"))
	}
	if c.MinSecretLength < 1 {
		faults = append(faults, fmt.Errorf("MIN_SECRET_LENGTH: %d is not a positive number", c.MinSecretLength))
	}
	return errors.Join(faults...)
}
