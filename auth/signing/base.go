package signing

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// maxBase36 is the most base 36 digits that are read: 13 hold every int64, as in Django.
const maxBase36 = 13

// EncodeBase62 writes n with the digits 0-9, A-Z, a-z; a negative number begins with "-".
//
// Source: Django, django.core.signing.b62_encode.
func EncodeBase62(n int64) string {
	if n == 0 {
		return "0"
	}
	var digits [12]byte // 11 digits hold every int64, one more for the sign
	rest, i := uint64(n), len(digits)
	if n < 0 {
		rest = -rest
	}
	for ; rest > 0; rest /= 62 {
		i--
		digits[i] = base62Digits[rest%62]
	}
	if n < 0 {
		i--
		digits[i] = '-'
	}
	return string(digits[i:])
}

// DecodeBase62 reads what EncodeBase62 writes, and nothing else: no leading zeros, no spaces. Any other text is
// ErrMalformed.
func DecodeBase62(text string) (int64, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	var n uint64
	for _, c := range []byte(unsigned) {
		digit := strings.IndexByte(base62Digits, c)
		if digit < 0 || n > (math.MaxInt64-uint64(digit))/62 {
			return 0, fmt.Errorf("%w: base 62", ErrMalformed)
		}
		n = n*62 + uint64(digit)
	}
	value := int64(n)
	if negative {
		value = -value
	}
	if EncodeBase62(value) != text {
		return 0, fmt.Errorf("%w: base 62", ErrMalformed)
	}
	return value, nil
}

// EncodeBase36 writes n, which must not be negative, with the digits 0-9, a-z.
//
// Source: Django, django.utils.http.int_to_base36.
func EncodeBase36(n int64) string { return strconv.FormatInt(n, 36) }

// DecodeBase36 reads what EncodeBase36 writes, and nothing else: no sign, no capitals, no leading zeros. Any other text
// is ErrMalformed. (Django reads them too; but nobody writes them, and a link should have one spelling.)
func DecodeBase36(text string) (int64, error) {
	if len(text) > maxBase36 {
		return 0, fmt.Errorf("%w: base 36", ErrMalformed)
	}
	n, err := strconv.ParseInt(text, 36, 64)
	if err != nil || n < 0 || EncodeBase36(n) != text {
		return 0, fmt.Errorf("%w: base 36", ErrMalformed)
	}
	return n, nil
}

// EncodeBase64 writes data in the URL-safe alphabet, without padding.
//
// Source: RFC 4648 section 5; Django, django.core.signing.b64_encode.
func EncodeBase64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// DecodeBase64 reads what EncodeBase64 writes, and nothing else. Padding, line ends, characters outside of the alphabet
// and spare bits that are set are ErrMalformed, where Python overlooks them.
func DecodeBase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // encoding/base64 skips them even when it is strict
		return nil, fmt.Errorf("%w: base 64", ErrMalformed)
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: base 64", ErrMalformed)
	}
	return data, nil
}
