package email

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The lengths of RFC 5321 section 4.5.3.1. The whole is two bytes less than a path, whose brackets count.
const (
	maxLocal   = 64
	maxAddress = 254
	maxSender  = 500 // an address with a name
)

// Why an address is refused.
var (
	errTooLong  = errors.New("the address is too long")
	errNotOne   = errors.New("this is not one plain address")
	errBadLocal = errors.New("the part before the @ has characters that are not allowed there")
	errBadHost  = errors.New("the part after the @ is no domain name")
	errBadName  = errors.New("the name before the address has a line break or another control character")
)

// Address is an address that can be given to a mail server as it is.
type Address struct {
	Name string // the person's or team's; may be ""
	Spec string // the bare address, its domain in ASCII
}

// domain is what is after the @.
func (a Address) domain() string { return a.Spec[strings.LastIndexByte(a.Spec, '@')+1:] }

// ParseAddress reads one bare address and returns it with its domain in ASCII (RFC 5891). Less is accepted than RFC 5322
// allows: no comments, no quoted local part, no address literal, no route, nothing invisible. Nobody has such an
// address, and software disagrees about what they mean.
func ParseAddress(text string) (Address, error) {
	if len(text) > maxAddress {
		return Address{}, errTooLong
	}
	local, host, ok := strings.Cut(text, "@")
	if !ok || strings.Contains(host, "@") || !utf8.ValidString(text) {
		return Address{}, errNotOne
	}
	if !isLocal(local) {
		return Address{}, errBadLocal
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || !isHost(ascii) {
		return Address{}, errBadHost
	}
	if strings.EqualFold(ascii, host) {
		ascii = host // as it was written: case does not matter, and people know their own address
	}
	spec := local + "@" + ascii
	if len(spec) > maxAddress {
		return Address{}, errTooLong
	}
	return Address{Spec: spec}, nil
}

// ParseSender reads an address with or without a name before it: "team@example.com" or "Team <team@example.com>".
func ParseSender(text string) (Address, error) {
	if len(text) > maxSender {
		return Address{}, errTooLong
	}
	if !strings.Contains(text, "<") {
		return ParseAddress(text)
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return Address{}, errNotOne
	}
	if strings.ContainsFunc(parsed.Name, endsLine) {
		return Address{}, errBadName
	}
	address, err := ParseAddress(parsed.Address)
	address.Name = parsed.Name
	return address, err
}

// isLocal reports whether local is a dot-atom (RFC 5322 section 3.2.3), which may have letters and digits of any script
// (RFC 6531), and does not begin with a hyphen, which a program might take for an option.
func isLocal(local string) bool {
	if local == "" || len(local) > maxLocal || local[0] == '-' {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !isAtomRune(r) }) {
			return false
		}
	}
	return true
}

// isAtomRune reports whether r may be in an atom. A combining mark may, for some scripts need it; what cannot be seen or
// turns the reading direction may not.
func isAtomRune(r rune) bool {
	if r < 0x80 {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
			strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// isHost reports whether host is a domain name in ASCII and no address: letters, digits and hyphens in labels.
func isHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !isHostRune(r) }) {
			return false
		}
		last = label
	}
	return strings.ContainsFunc(last, unicode.IsLetter)
}

func isHostRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-'
}
