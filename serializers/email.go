package serializers

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// emailMaxLength is the longest address in code points.
const emailMaxLength = 320

// atom is what stands between the dots of a local part (RFC 5322, atext).
const atom = "[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+"

var (
	localPattern = regexp.MustCompile("^" + atom + `(\.` + atom + ")*$")
	// quotedPattern leaves out blanks, the quotation mark and the backslash unless escaped.
	quotedPattern = regexp.MustCompile(`^"([\x01-\x08\x0b\x0c\x0e-\x1f!#-\[\]-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*"$`)
	// domainPattern wants labels of up to 63 characters, and a last one of at least two that does not end in a hyphen.
	domainPattern = regexp.MustCompile(
		`^([0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+[0-9A-Za-z-]{1,62}[0-9A-Za-z]$`)
)

// ValidEmail reports whether address has the syntax of an e-mail address. The work is bounded by the length, which is
// looked at first.
//
// Source: django.core.validators.EmailValidator. Where Python's case-insensitive patterns take the Kelvin sign and the
// long s for letters of ASCII, we do not.
func ValidEmail(address string) bool {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || len(address) > utf8.UTFMax*emailMaxLength || utf8.RuneCountInString(address) > emailMaxLength {
		return false
	}
	local, domain := address[:at], address[at+1:]
	if !localPattern.MatchString(local) && !quotedPattern.MatchString(local) {
		return false
	}
	if domain == "localhost" || validDomain(domain) {
		return true
	}
	ascii, err := idna.New(idna.MapForLookup(), idna.Transitional(true), idna.CheckHyphens(false)).ToASCII(domain)
	return err == nil && validDomain(ascii)
}

func validDomain(domain string) bool {
	if domainPattern.MatchString(domain) {
		return true
	}
	literal, ok := strings.CutPrefix(domain, "[")
	if !ok || !strings.HasSuffix(literal, "]") {
		return false
	}
	address, err := netip.ParseAddr(literal[:len(literal)-1])
	return err == nil && address.Zone() == ""
}
