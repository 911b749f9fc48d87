package password

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const (
	maxBcryptRounds = 16 // of a stored hash; the work is 2 to the power of it
	maxBcryptBytes  = 72 // of a password: bcrypt looks at no more
)

// bcryptHasher writes "bcrypt_sha256$$2b$12$…", the bcrypt hash of hex(SHA-256(password)), or "bcrypt$$2b$12$…", that
// of the password itself.
//
// bcrypt looks at the first 72 bytes only. The plain variant therefore refuses to hash longer passwords, where Django
// cuts them silently; rows that Django has written so can still be checked, and are then re-hashed whole if another
// hasher is preferred.
//
// Source: Provos and Mazières, A Future-Adaptable Password Scheme; Django, BCryptSHA256PasswordHasher and
// BCryptPasswordHasher.
type bcryptHasher struct {
	algorithm string
	digest    bool // hash with SHA-256 first
	rounds    int
	format    *regexp.Regexp
}

func newBcrypt(algorithm string, digest bool, rounds int) *bcryptHasher {
	format := regexp.MustCompile(`^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$`)
	return &bcryptHasher{algorithm: algorithm, digest: digest, rounds: rounds, format: format}
}

func (h *bcryptHasher) Algorithm() string { return h.algorithm }

func (h *bcryptHasher) Encode(password string) (string, error) {
	key := h.key(password)
	if len(key) > maxBcryptBytes {
		return "", ErrTooLong
	}
	hash, err := bcrypt.GenerateFromPassword(key, h.rounds)
	if err != nil {
		return "", err
	}
	// The library signs as 2a and works as 2b: the two differ for passwords over 255 bytes only.
	return h.algorithm + "$$2b" + strings.TrimPrefix(string(hash), "$2a"), nil
}

func (h *bcryptHasher) Verify(password, encoded string) (bool, error) {
	hash, _, err := h.parse(encoded)
	if err != nil {
		return false, err
	}
	return bcrypt.CompareHashAndPassword([]byte(hash), h.key(password)) == nil, nil
}

func (h *bcryptHasher) Read(encoded string) error {
	_, _, err := h.parse(encoded)
	return err
}

func (h *bcryptHasher) MustUpdate(encoded string) bool {
	_, rounds, err := h.parse(encoded)
	return err != nil || rounds != h.rounds
}

func (h *bcryptHasher) Harden(password, encoded string) {
	hash, rounds, err := h.parse(encoded)
	if err != nil || rounds >= h.rounds {
		return
	}
	for range 1<<(h.rounds-rounds) - 1 { // each round more doubles the work
		_ = bcrypt.CompareHashAndPassword([]byte(hash), h.key(password))
	}
}

func (h *bcryptHasher) key(password string) []byte {
	if !h.digest {
		return []byte(password)
	}
	sum := sha256.Sum256([]byte(password))
	return []byte(hex.EncodeToString(sum[:]))
}

func (h *bcryptHasher) parse(encoded string) (hash string, rounds int, err error) {
	hash, ok := strings.CutPrefix(encoded, h.algorithm+"$")
	if !ok || !h.format.MatchString(hash) {
		return "", 0, errStored
	}
	rounds, err = bcrypt.Cost([]byte(hash))
	if err != nil || rounds > maxBcryptRounds {
		return "", 0, errStored
	}
	return hash, rounds, nil
}
