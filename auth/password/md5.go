package password

import (
	"crypto/md5"
	"encoding/hex"
)

// md5Hasher writes "md5$salt$hex", the MD5 of the salt and the password. It protects nothing: it is there to read what
// old projects have stored, and to make tests fast.
//
// Source: Django, MD5PasswordHasher.
type md5Hasher struct{}

func (md5Hasher) Algorithm() string { return "md5" }

func (h md5Hasher) Encode(password string) (string, error) { return h.encode(password, newSalt()), nil }

func (h md5Hasher) Verify(password, encoded string) (bool, error) {
	salt, err := h.parse(encoded)
	if err != nil {
		return false, err
	}
	return equal(h.encode(password, salt), encoded), nil
}

func (h md5Hasher) Read(encoded string) error {
	_, err := h.parse(encoded)
	return err
}

func (h md5Hasher) MustUpdate(encoded string) bool {
	salt, err := h.parse(encoded)
	return err != nil || shortSalt(salt)
}

// Harden has nothing to do: every MD5 costs the same.
func (md5Hasher) Harden(string, string) {}

func (md5Hasher) encode(password, salt string) string {
	sum := md5.Sum([]byte(salt + password))
	return "md5$" + salt + "$" + hex.EncodeToString(sum[:])
}

func (md5Hasher) parse(encoded string) (salt string, err error) {
	parts, err := split(encoded, "md5", 2)
	if err != nil || !validSalt(parts[0]) {
		return "", errStored
	}
	return parts[0], nil
}
