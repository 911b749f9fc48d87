package password

import (
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/crypto/bcrypt"
)

// Config says how passwords are hashed and judged.
type Config struct {
	// Hashers names the hashers: new hashes are made with the first, those of the others can be read, and are made anew
	// when their user logs in. A name is an algorithm ("argon2") or Django's class
	// ("django.contrib.auth.hashers.Argon2PasswordHasher").
	Hashers []string `setting:"PASSWORD_HASHERS" help:"Password hashers: the first writes, all of them read"`
	// Argon2 is the cost of new argon2id hashes.
	Argon2 Argon2Cost `setting:"PASSWORD_ARGON2" help:"Cost of an argon2id hash"`
	// PBKDF2Iterations is the cost of new PBKDF2 hashes.
	PBKDF2Iterations int `setting:"PASSWORD_PBKDF2_ITERATIONS" help:"Iterations of a PBKDF2 hash"`
	// BcryptRounds is the cost of new bcrypt hashes, as a power of two.
	BcryptRounds int `setting:"PASSWORD_BCRYPT_ROUNDS" help:"Cost of a bcrypt hash, as a power of two"`
	// Gate bounds how many hashes are made at a time.
	Gate GateConfig `setting:"PASSWORD_GATE" help:"How many passwords are hashed at a time"`
	// Validators judge new passwords; see NewValidators.
	Validators []ValidatorConfig `setting:"AUTH_PASSWORD_VALIDATORS" help:"What a new password must stand up to"`
	// Logger is told of stored hashes that are damaged or ask for absurd work; nil means slog.Default.
	Logger *slog.Logger
	// Tracer hears how long hashes took, and the wait for them; nil: nobody does.
	Tracer Tracer
	// Room makes room for hashes beside other work; nil: they take it as it comes.
	Room Room
}

// DefaultConfig returns argon2id with OWASP's parameters, all other hashers readable, and the four validators of a new
// Django project.
//
// Source: OWASP Password Storage Cheat Sheet (m=19 MiB, t=2, p=1).
func DefaultConfig() Config {
	return Config{
		Hashers: []string{
			"argon2", "pbkdf2_sha256", "pbkdf2_sha1", "bcrypt_sha256", "bcrypt", "scrypt", "md5",
		},
		Argon2:           Argon2Cost{Memory: 19 << 10, Time: 2, Parallelism: 1},
		PBKDF2Iterations: 600_000,
		BcryptRounds:     12,
		Gate:             DefaultGateConfig(),
		Validators:       DefaultValidators(),
	}
}

// ExactConfig returns the hashers and parameters of Django 4.2.
func ExactConfig() Config {
	cfg := DefaultConfig()
	cfg.Hashers = []string{"pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "scrypt"}
	cfg.Argon2 = Argon2Cost{Memory: 100 << 10, Time: 2, Parallelism: 8}
	return cfg
}

// Validate reports every fault at once, each beginning with the name of its setting.
func (c Config) Validate() error {
	faults := []error{
		within("PASSWORD_ARGON2.MEMORY", c.Argon2.Memory, 8*max(1, c.Argon2.Parallelism), maxArgon2Memory),
		within("PASSWORD_ARGON2.TIME", c.Argon2.Time, 1, maxArgon2Time),
		within("PASSWORD_ARGON2.PARALLELISM", c.Argon2.Parallelism, 1, maxArgon2Threads),
		within("PASSWORD_PBKDF2_ITERATIONS", c.PBKDF2Iterations, 1, maxIterations),
		within("PASSWORD_BCRYPT_ROUNDS", c.BcryptRounds, bcrypt.MinCost, maxBcryptRounds),
		c.Gate.Validate(),
	}
	if len(c.Hashers) == 0 {
		faults = append(faults, errors.New("PASSWORD_HASHERS must not be empty"))
	}
	for _, name := range c.Hashers {
		if _, ok := c.hasher(name); !ok {
			faults = append(faults, fmt.Errorf("PASSWORD_HASHERS: unknown hasher %q", name))
		}
	}
	_, err := NewValidators(c.Validators)
	return errors.Join(append(faults, err)...)
}

// hasher makes the hasher that a setting names.
func (c Config) hasher(name string) (Hasher, bool) {
	switch name {
	case "pbkdf2_sha256", "django.contrib.auth.hashers.PBKDF2PasswordHasher":
		return newPBKDF2SHA256(c.PBKDF2Iterations), true
	case "pbkdf2_sha1", "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher":
		return newPBKDF2SHA1(c.PBKDF2Iterations), true
	case "argon2", "django.contrib.auth.hashers.Argon2PasswordHasher":
		return &argon2Hasher{cost: c.Argon2}, true
	case "bcrypt_sha256", "django.contrib.auth.hashers.BCryptSHA256PasswordHasher":
		return newBcrypt("bcrypt_sha256", true, c.BcryptRounds), true
	case "bcrypt", "django.contrib.auth.hashers.BCryptPasswordHasher":
		return newBcrypt("bcrypt", false, c.BcryptRounds), true
	case "scrypt", "django.contrib.auth.hashers.ScryptPasswordHasher":
		return newScrypt(), true
	case "md5", "django.contrib.auth.hashers.MD5PasswordHasher":
		return md5Hasher{}, true
	default:
		return nil, false
	}
}

// within returns a fault that names the setting when n is out of bounds.
func within(setting string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%s must be between %d and %d", setting, least, most)
	}
	return nil
}
