package attack

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Values are what ${NAME} stands for in cases.
type Values map[string]string

var (
	now     = regexp.MustCompile(`\$\{NOW(_MS)?([+-]\d+)?\}`)
	name    = regexp.MustCompile(`\$\{([\w.]+)(\[\d*:\d*\])?((?:\|\w+)*)\}`)
	repeats = regexp.MustCompile(`%(A|KID)(\d+)([KM]?)%`)
)

// Expand replaces ${NAME}, ${NOW+n} and ${UUID} in s, and %A64K% and its like by so many letters. Unknown names stay.
func (v Values) Expand(s string) string {
	s = now.ReplaceAllStringFunc(s, func(found string) string {
		m := now.FindStringSubmatch(found)
		offset, _ := strconv.ParseInt(m[2], 10, 64) // "" is 0
		if m[1] != "" {
			return strconv.FormatInt(time.Now().UnixMilli()+offset, 10)
		}
		return strconv.FormatInt(time.Now().Unix()+offset, 10)
	})
	s = name.ReplaceAllStringFunc(s, func(found string) string {
		m := name.FindStringSubmatch(found)
		value, ok := v[m[1]]
		switch {
		case m[1] == "UUID":
			return uuid()
		case !ok:
			return found
		}
		if filtered, known := apply(value, m[2], m[3]); known {
			return filtered
		}
		return found
	})
	return repeats.ReplaceAllStringFunc(s, repeat)
}

// repeat renders %A64K% as 65536 letters "a", and %KID64K% as so many "k".
func repeat(found string) string {
	m := repeats.FindStringSubmatch(found)
	n, _ := strconv.Atoi(m[2])
	n <<= map[string]int{"": 0, "K": 10, "M": 20}[m[3]]
	return strings.Repeat(map[string]string{"A": "a", "KID": "k"}[m[1]], n)
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Unresolved is the first variable in s without a value, or "".
func (v Values) Unresolved(s string) string {
	for _, m := range name.FindAllStringSubmatch(s, -1) {
		if _, ok := v[m[1]]; !ok && m[1] != "UUID" && m[1] != "NOW" {
			return m[0]
		}
	}
	return ""
}
