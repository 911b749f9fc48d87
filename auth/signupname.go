package auth

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxNameSuffix is how many random characters are put after a name that somebody has.
const maxNameSuffix = 6

var (
	notInNames = regexp.MustCompile(`[^\w\s@+.-]`)
	spaces     = regexp.MustCompile(`\s+`)
)

// usernameCandidates makes names from an address: what is before its @, and the same with up to six random characters
// after it, digits before letters, the shortest first; none of them is longer than maxLength. Without an address it makes
// them from "user".
//
// Source: allauth.utils.generate_unique_username.
func usernameCandidates(address string, minLength, maxLength int) []string {
	base := usernameBase(address)
	var candidates []string
	if len(base) >= minLength {
		candidates = append(candidates, base[:min(len(base), maxLength)])
	}
	longest := min(max(maxNameSuffix, minLength-len(base)), maxLength)
	for n := max(1, minLength-len(base)); n <= longest; n++ {
		suffix := randomText(digits, min(n, 4)) + randomText(letters, max(0, n-4))
		candidates = append(candidates, base[:min(len(base), maxLength-len(suffix))]+suffix)
	}
	return candidates
}

// usernameBase is the part of an address before its @ in small letters of ASCII, or "user".
func usernameBase(address string) string {
	local, _, _ := strings.Cut(asciiOnly(norm.NFKD.String(address)), "@")
	local = strings.ToLower(notInNames.ReplaceAllString(local, ""))
	local = spaces.ReplaceAllString(strings.TrimSpace(local), "_")
	if local == "" {
		return "user"
	}
	return local
}

// asciiOnly drops all characters beyond ASCII.
func asciiOnly(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return -1
		}
		return r
	}, text)
}
