package signing

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// EncodeUID64 writes a primary key as Django's links carry it: "1" is "MQ".
//
// Source: Django, django.utils.http.urlsafe_base64_encode(force_bytes(pk)).
func EncodeUID64(pk string) string { return EncodeBase64([]byte(pk)) }

// DecodeUID64 reads what EncodeUID64 writes for a decimal key or a UUID. Anything else is ErrMalformed.
func DecodeUID64(text string) (pk string, err error) {
	if len(text) > 64 { // 48 bytes: more than any key has
		return "", fmt.Errorf("%w: uid", ErrMalformed)
	}
	data, err := DecodeBase64(text)
	if err != nil {
		return "", err
	}
	if pk = string(data); !isDecimal(pk) && !isUUID(pk) {
		return "", fmt.Errorf("%w: uid", ErrMalformed)
	}
	return pk, nil
}

// EncodeUID36 writes a primary key as allauth's links carry it: a decimal key in base 36, a UUID as its 32 hexadecimal
// digits. Other keys are ErrMalformed.
//
// Source: django-allauth, allauth.account.utils.user_pk_to_url_str.
func EncodeUID36(pk string) (string, error) {
	switch {
	case isDecimal(pk):
		n, err := strconv.ParseInt(pk, 10, 64)
		if err != nil {
			return "", fmt.Errorf("%w: uid", ErrMalformed)
		}
		return EncodeBase36(n), nil
	case isUUID(pk):
		return strings.ReplaceAll(pk, "-", ""), nil
	default:
		return "", fmt.Errorf("%w: uid", ErrMalformed)
	}
}

// DecodeUID36 reads what EncodeUID36 writes, and nothing else; any other text is ErrMalformed.
//
// Source: django-allauth, allauth.account.utils.url_str_to_user_pk.
func DecodeUID36(text string) (pk string, err error) {
	if len(text) == 32 {
		pk = text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
		if !isUUID(pk) {
			return "", fmt.Errorf("%w: uid", ErrMalformed)
		}
		return pk, nil
	}
	n, err := DecodeBase36(text)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(n, 10), nil
}

// DecodeUID36Lax is DecodeUID36 for a decimal key that may be written with capitals and leading zeros, as Python reads it.
func DecodeUID36Lax(text string) (pk string, err error) {
	if len(text) == 32 {
		return DecodeUID36(text)
	}
	digits := strings.TrimLeft(strings.ToLower(text), "0")
	if digits == "" && text != "" {
		digits = "0"
	}
	if len(text) > maxBase36 {
		return "", fmt.Errorf("%w: base 36", ErrMalformed)
	}
	return DecodeUID36(digits)
}

// isDecimal reports whether pk is a number in its only spelling: no sign, no leading zeros, within int64.
func isDecimal(pk string) bool {
	n, err := strconv.ParseInt(pk, 10, 64)
	return err == nil && n >= 0 && strconv.FormatInt(n, 10) == pk
}

// isUUID reports whether pk is a UUID as Python writes it: lower case, with its four hyphens.
func isUUID(pk string) bool {
	if len(pk) != 36 || pk[8] != '-' || pk[13] != '-' || pk[18] != '-' || pk[23] != '-' {
		return false
	}
	digits := strings.ReplaceAll(pk, "-", "")
	data, err := hex.DecodeString(digits)
	return err == nil && hex.EncodeToString(data) == digits
}
