package password

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What a stored hash may ask for.
const (
	maxArgon2Memory  = 256 << 10 // KiB
	maxArgon2Time    = 10
	maxArgon2Threads = 16
	minArgon2Salt    = 8 // bytes
	minArgon2Size    = 16
	maxArgon2Size    = 64
	argon2Size       = 32 // of new hashes, as argon2-cffi has it since 21.2
	oldArgon2Size    = 16 // as argon2-cffi had it before
)

// Argon2Cost is how much work an argon2id hash is.
type Argon2Cost struct {
	Memory      int `setting:"MEMORY" help:"Memory of one hash, in KiB"`
	Time        int `setting:"TIME" help:"Passes over that memory"`
	Parallelism int `setting:"PARALLELISM" help:"Lanes, each with a thread of its own"`
}

// work is proportional to the time that a hash takes.
func (c Argon2Cost) work() int { return c.Memory * c.Time }

// argon2Hasher writes "argon2$argon2id$v=19$m=19456,t=2,p=1$salt$hash" and reads argon2i too. Version 16 and argon2d,
// which nothing writes any more, never match.
//
// Source: RFC 9106; Django, Argon2PasswordHasher.
type argon2Hasher struct{ cost Argon2Cost }

// argon2Hash is a stored hash, taken apart.
type argon2Hash struct {
	variety string
	cost    Argon2Cost
	salt    []byte
	sum     []byte
}

func (h *argon2Hasher) Algorithm() string { return "argon2" }

func (h *argon2Hasher) Encode(password string) (string, error) {
	return h.encode(password, newSalt(), argon2Size), nil
}

func (h *argon2Hasher) Verify(password, encoded string) (bool, error) {
	stored, err := parseArgon2(encoded)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(stored.compute(password), stored.sum) == 1, nil
}

func (*argon2Hasher) Read(encoded string) error {
	_, err := parseArgon2(encoded)
	return err
}

// MustUpdate takes hashes of 16 and of 32 bytes for current: which of them Django writes depends on its argon2-cffi,
// and servers that share a database should not write each row anew in turns.
func (h *argon2Hasher) MustUpdate(encoded string) bool {
	stored, err := parseArgon2(encoded)
	return err != nil || stored.variety != "argon2id" || stored.cost != h.cost || shortSalt(string(stored.salt)) ||
		len(stored.sum) != argon2Size && len(stored.sum) != oldArgon2Size
}

// Harden goes beyond Django, which does nothing here: it fills as much memory as is left to do, at most as much as a
// new hash would.
func (h *argon2Hasher) Harden(password, encoded string) {
	stored, err := parseArgon2(encoded)
	if err != nil || h.cost.work() <= stored.cost.work() {
		return
	}
	rest := h.cost
	rest.Memory = (h.cost.work() - stored.cost.work()) / h.cost.Time
	stored.variety, stored.cost = "argon2id", rest
	stored.compute(password)
}

func (h *argon2Hasher) encode(password, salt string, size int) string {
	hash := argon2Hash{variety: "argon2id", cost: h.cost, salt: []byte(salt), sum: make([]byte, size)}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("argon2$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time,
		h.cost.Parallelism, b64.EncodeToString(hash.salt), b64.EncodeToString(hash.compute(password)))
}

// compute hashes password with the parameters, the salt and the size of h.
func (h argon2Hash) compute(password string) []byte {
	key := argon2.IDKey
	if h.variety == "argon2i" {
		key = argon2.Key
	}
	return key([]byte(password), h.salt, uint32(h.cost.Time), uint32(h.cost.Memory), uint8(h.cost.Parallelism),
		uint32(len(h.sum)))
}

func parseArgon2(encoded string) (argon2Hash, error) {
	parts, err := split(encoded, "argon2", 5)
	if err != nil || parts[0] != "argon2id" && parts[0] != "argon2i" ||
		parts[1] != fmt.Sprintf("v=%d", argon2.Version) {
		return argon2Hash{}, errStored
	}
	cost, err := parseArgon2Cost(parts[2])
	if err != nil {
		return argon2Hash{}, err
	}
	salt, saltErr := decodeArgon2(parts[3], minArgon2Salt, maxSalt)
	sum, sumErr := decodeArgon2(parts[4], minArgon2Size, maxArgon2Size)
	if saltErr != nil || sumErr != nil {
		return argon2Hash{}, errStored
	}
	return argon2Hash{variety: parts[0], cost: cost, salt: salt, sum: sum}, nil
}

// parseArgon2Cost reads "m=19456,t=2,p=1" within bounds.
func parseArgon2Cost(text string) (Argon2Cost, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 3 {
		return Argon2Cost{}, errStored
	}
	var n [3]int
	for i, bound := range [...]struct {
		name string
		most int
	}{{"m=", maxArgon2Memory}, {"t=", maxArgon2Time}, {"p=", maxArgon2Threads}} {
		value, ok := strings.CutPrefix(parts[i], bound.name)
		if !ok {
			return Argon2Cost{}, errStored
		}
		var err error
		if n[i], err = number(value, 1, bound.most); err != nil {
			return Argon2Cost{}, err
		}
	}
	cost := Argon2Cost{Memory: n[0], Time: n[1], Parallelism: n[2]}
	if cost.Memory < 8*cost.Parallelism { // RFC 9106 section 3.1
		return Argon2Cost{}, errStored
	}
	return cost, nil
}

// decodeArgon2 reads canonical base64 without padding, of least to most bytes.
func decodeArgon2(text string, least, most int) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // encoding/base64 skips them even when it is strict
		return nil, errStored
	}
	data, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) < least || len(data) > most {
		return nil, errStored
	}
	return data, nil
}
