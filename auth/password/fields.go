package password

import (
	"strconv"
	"strings"
)

// split returns the n parts of a stored hash between its dollars, without the algorithm in front of them.
func split(encoded, algorithm string, n int) ([]string, error) {
	rest, ok := strings.CutPrefix(encoded, algorithm+"$")
	if !ok || len(encoded) > maxEncoded {
		return nil, errStored
	}
	parts := strings.Split(rest, "$")
	if len(parts) != n {
		return nil, errStored
	}
	return parts, nil
}

// number reads a decimal number within bounds, in its only spelling: no sign, no leading zeros.
func number(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most || strconv.Itoa(n) != text {
		return 0, errStored
	}
	return n, nil
}
