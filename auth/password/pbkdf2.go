package password

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
)

// maxIterations bounds what a stored hash may ask for; Django 5.2 uses 1,000,000.
const maxIterations = 10_000_000

// pbkdf2Hasher writes "pbkdf2_sha256$600000$salt$base64".
//
// Source: RFC 8018 section 5.2; Django, PBKDF2PasswordHasher and PBKDF2SHA1PasswordHasher.
type pbkdf2Hasher struct {
	algorithm  string
	digest     func() hash.Hash
	size       int // bytes
	iterations int
}

func newPBKDF2SHA256(iterations int) *pbkdf2Hasher {
	return &pbkdf2Hasher{algorithm: "pbkdf2_sha256", digest: sha256.New, size: sha256.Size, iterations: iterations}
}

func newPBKDF2SHA1(iterations int) *pbkdf2Hasher {
	return &pbkdf2Hasher{algorithm: "pbkdf2_sha1", digest: sha1.New, size: sha1.Size, iterations: iterations}
}

func (h *pbkdf2Hasher) Algorithm() string { return h.algorithm }

func (h *pbkdf2Hasher) Encode(password string) (string, error) {
	return h.encode(password, newSalt(), h.iterations)
}

func (h *pbkdf2Hasher) Verify(password, encoded string) (bool, error) {
	iterations, salt, err := h.parse(encoded)
	if err != nil {
		return false, err
	}
	got, err := h.encode(password, salt, iterations)
	return err == nil && equal(got, encoded), err
}

func (h *pbkdf2Hasher) Read(encoded string) error {
	_, _, err := h.parse(encoded)
	return err
}

func (h *pbkdf2Hasher) MustUpdate(encoded string) bool {
	iterations, salt, err := h.parse(encoded)
	return err != nil || iterations != h.iterations || shortSalt(salt)
}

func (h *pbkdf2Hasher) Harden(password, encoded string) {
	iterations, salt, err := h.parse(encoded)
	if err == nil && iterations < h.iterations {
		_, _ = h.encode(password, salt, h.iterations-iterations)
	}
}

func (h *pbkdf2Hasher) encode(password, salt string, iterations int) (string, error) {
	key, err := pbkdf2.Key(h.digest, password, []byte(salt), iterations, h.size)
	if err != nil {
		return "", err
	}
	sum := base64.StdEncoding.EncodeToString(key)
	return h.algorithm + "$" + strconv.Itoa(iterations) + "$" + salt + "$" + sum, nil
}

func (h *pbkdf2Hasher) parse(encoded string) (iterations int, salt string, err error) {
	parts, err := split(encoded, h.algorithm, 3)
	if err != nil || !validSalt(parts[1]) {
		return 0, "", errStored
	}
	iterations, err = number(parts[0], 1, maxIterations)
	return iterations, parts[1], err
}
