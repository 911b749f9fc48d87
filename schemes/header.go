package schemes

import (
	"net/http"
	"strings"
)

// HeaderWords splits the named header of r at ASCII white space, which is how the schemes of Django REST framework
// take their header apart. A header that is absent or blank has no words. Of several headers of one name the first
// counts.
func HeaderWords(r *http.Request, name string) []string {
	return strings.FieldsFunc(r.Header.Get(name), isSpace)
}

// isSpace knows the bytes at which Python's bytes.split separates; U+00A0 and its like are not among them.
func isSpace(c rune) bool {
	return c == ' ' || ('\t' <= c && c <= '\r')
}
