package tutorialjwt

import (
	"watchword/models"
	"watchword/serializers"
)

// Config is how the dialect takes bodies and new accounts.
type Config struct {
	// StrictRegistration asks more of new accounts than the original does.
	StrictRegistration bool `setting:"STRICT_REGISTRATION" help:"Ask of new accounts what is asked elsewhere: user names as Django's, unique in any case and no foreign addresses, and passwords that AUTH_PASSWORD_VALIDATORS agree to. Off: any name of up to 150 characters and any password of 8 or more."`

	// KeepPasswordSpaces takes passwords as they were sent, instead of stripping white space off both ends.
	KeepPasswordSpaces bool
	// Users says what users are like, as far as it is known.
	Users models.UserModel
	// Serializers says what bodies are taken.
	Serializers serializers.Config
}

// DefaultConfig asks for good names and passwords, and takes passwords to the letter.
func DefaultConfig() Config {
	return Config{StrictRegistration: true, KeepPasswordSpaces: true, Serializers: serializers.DefaultConfig()}
}

// ExactConfig does as the original.
func ExactConfig() Config { return Config{Serializers: serializers.ExactConfig()} }
