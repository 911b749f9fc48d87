package password

import (
	"encoding/base64"
	"fmt"
	"math/bits"

	"golang.org/x/crypto/scrypt"
)

// What a stored hash may ask for: 256 MiB, and 32 times the work of a new hash.
const (
	scryptSize      = 64      // bytes
	maxScryptMemory = 1 << 21 // N*r; a block is 128 bytes
	maxScryptWork   = 1 << 22 // N*r*p
	maxScryptR      = 64
	maxScryptP      = 64
)

// scryptCost is how much work a hash is: N is a power of two, r the block size, p the parallelism.
type scryptCost struct{ n, r, p int }

func (c scryptCost) work() int { return c.n * c.r * c.p }

// scryptHasher writes "scrypt$16384$salt$8$1$base64".
//
// Source: RFC 7914; Django, ScryptPasswordHasher.
type scryptHasher struct{ cost scryptCost }

func newScrypt() *scryptHasher { return &scryptHasher{cost: scryptCost{n: 1 << 14, r: 8, p: 1}} }

func (h *scryptHasher) Algorithm() string { return "scrypt" }

func (h *scryptHasher) Encode(password string) (string, error) {
	return h.encode(password, newSalt(), h.cost)
}

func (h *scryptHasher) Verify(password, encoded string) (bool, error) {
	cost, salt, err := h.parse(encoded)
	if err != nil {
		return false, err
	}
	got, err := h.encode(password, salt, cost)
	return err == nil && equal(got, encoded), err
}

func (h *scryptHasher) Read(encoded string) error {
	_, _, err := h.parse(encoded)
	return err
}

// MustUpdate does not look at the salt, as Django does not.
func (h *scryptHasher) MustUpdate(encoded string) bool {
	cost, _, err := h.parse(encoded)
	return err != nil || cost != h.cost
}

// Harden goes beyond Django, which does nothing here.
func (h *scryptHasher) Harden(password, encoded string) {
	cost, salt, err := h.parse(encoded)
	if err != nil {
		return
	}
	for range h.cost.work()/cost.work() - 1 {
		_, _ = h.encode(password, salt, cost)
	}
}

func (h *scryptHasher) encode(password, salt string, cost scryptCost) (string, error) {
	key, err := scrypt.Key([]byte(password), []byte(salt), cost.n, cost.r, cost.p, scryptSize)
	if err != nil {
		return "", err
	}
	sum := base64.StdEncoding.EncodeToString(key)
	return fmt.Sprintf("scrypt$%d$%s$%d$%d$%s", cost.n, salt, cost.r, cost.p, sum), nil
}

func (h *scryptHasher) parse(encoded string) (cost scryptCost, salt string, err error) {
	parts, err := split(encoded, "scrypt", 5)
	if err != nil || !validSalt(parts[1]) {
		return scryptCost{}, "", errStored
	}
	n, errN := number(parts[0], 2, maxScryptMemory)
	r, errR := number(parts[2], 1, maxScryptR)
	p, errP := number(parts[3], 1, maxScryptP)
	if errN != nil || errR != nil || errP != nil || bits.OnesCount(uint(n)) != 1 ||
		n*r > maxScryptMemory || n*r*p > maxScryptWork {
		return scryptCost{}, "", errStored
	}
	return scryptCost{n: n, r: r, p: p}, parts[1], nil
}
