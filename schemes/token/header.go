package token

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"watchword/schemes"
)

// Keyword stands before the token in the Authorization header, in any case.
const Keyword = "Token"

// fromHeader returns the token of r's Authorization header, or "" where the header is absent or of another scheme. A
// header of the wrong shape is a *schemes.Failure of the named scheme.
func fromHeader(r *http.Request, scheme string) (string, error) {
	words := schemes.HeaderWords(r, "Authorization")
	switch {
	case len(words) == 0 || !strings.EqualFold(words[0], Keyword):
		return "", nil
	case len(words) == 1:
		return "", schemes.Fail(scheme, schemes.HeaderEmpty, nil)
	case len(words) > 2:
		return "", schemes.Fail(scheme, schemes.HeaderParts, nil)
	case !utf8.ValidString(words[1]):
		return "", schemes.Fail(scheme, schemes.HeaderCharacters, nil)
	}
	return words[1], nil
}
