// Package opaque makes and reads opaque tokens: 48 random bytes that mean nothing by themselves. The text of a token is
// shown once, to its owner; what is stored is a digest of the bytes, from which the text cannot be had. Random bytes need
// neither salt nor a slow hash.
//
// Source: rest_authtoken.models.AbstractToken of django-rest-authtoken 2.1.
package opaque

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strings"

	"watchword/models"
)

const (
	// randomBytes is the entropy of a token.
	randomBytes = 48
	// textLength is the length of their URL-safe base64, which needs no padding.
	textLength = randomBytes / 3 * 4
	// checksumLength is the length of a CRC-32 in base 62.
	checksumLength = 6
)

// Algorithm is a digest under which tokens are stored.
type Algorithm string

// The algorithms. SHA-512 is django-rest-authtoken's own.
const (
	SHA256 Algorithm = "sha256"
	SHA512 Algorithm = "sha512"
)

// UnmarshalText accepts the names of the algorithms.
func (a *Algorithm) UnmarshalText(text []byte) error {
	switch algorithm := Algorithm(text); algorithm {
	case SHA256, SHA512:
		*a = algorithm
		return nil
	}
	return fmt.Errorf("must be sha256 or sha512, not %q", text)
}

func (a Algorithm) sum(data []byte) models.Digest {
	if a == SHA512 {
		digest := sha512.Sum512(data)
		return digest[:]
	}
	digest := sha256.Sum256(data)
	return digest[:]
}

// Codec knows one way of writing tokens and storing their digests. It is safe for concurrent use.
type Codec struct {
	algorithms []Algorithm
	prefix     string
}

// prefixPattern is what a prefix may be: no character that a header or a link would have to escape.
var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{0,32}$`)

// NewCodec returns a codec that stores new tokens under the first algorithm and finds those stored under any.
//
// A prefix makes tokens recognisable to programs that look for secrets in the wrong places: the text is the prefix, the
// 64 characters of the token, and six digits in base 62 of the CRC-32 of all that. Without one the text is the 64
// characters.
func NewCodec(algorithms []Algorithm, prefix string) (*Codec, error) {
	seen := slices.Compact(slices.Sorted(slices.Values(algorithms)))
	switch {
	case len(algorithms) == 0:
		return nil, errors.New("at least one digest is needed")
	case len(seen) < len(algorithms):
		return nil, errors.New("a digest is named twice")
	case !prefixPattern.MatchString(prefix):
		return nil, errors.New("a prefix consists of up to 32 letters, digits, hyphens and underscores")
	}
	return &Codec{algorithms: algorithms, prefix: prefix}, nil
}

// New makes a token: its text for the owner, and its digest to be stored.
func (c *Codec) New() (text string, digest models.Digest) {
	raw := make([]byte, randomBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	text = base64.RawURLEncoding.EncodeToString(raw)
	if c.prefix != "" {
		text = c.prefix + text
		text += checksum(text)
	}
	return text, c.algorithms[0].sum(c.input(raw, c.prefix))
}

// Digests returns the digests under which the token of that text may be stored, or nil for a text that no token has. Of
// a token there is one text only: nothing is trimmed, folded or skipped, unlike in Python's base64.
//
// With a prefix, tokens from before there was one are read too. The prefix goes into the digest, so that a token without
// its prefix is not a second spelling of it.
func (c *Codec) Digests(text string) []models.Digest {
	prefix := ""
	if len(text) != textLength {
		if prefix = c.prefix; prefix == "" {
			return nil
		}
		body, ok := strings.CutSuffix(text, checksum(text[:max(0, len(text)-checksumLength)]))
		if !ok || !strings.HasPrefix(body, prefix) {
			return nil
		}
		text = body[len(prefix):]
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) != textLength || len(raw) != randomBytes { // fewer bytes: there were line ends
		return nil
	}
	data := c.input(raw, prefix)
	digests := make([]models.Digest, len(c.algorithms))
	for i, algorithm := range c.algorithms {
		digests[i] = algorithm.sum(data)
	}
	return digests
}

// input is what the digest is made of.
func (c *Codec) input(raw []byte, prefix string) []byte {
	return bytes.Join([][]byte{[]byte(prefix), raw}, nil)
}

// checksum is the CRC-32 of text in base 62.
func checksum(text string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE([]byte(text))
	var out [checksumLength]byte
	for i := range out {
		out[checksumLength-1-i] = digits[sum%uint32(len(digits))]
		sum /= uint32(len(digits))
	}
	return string(out[:])
}
