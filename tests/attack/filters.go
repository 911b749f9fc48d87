package attack

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
)

// filters change a value before it is sent, as in ${OPAQUE|swapcase}.
var filters = map[string]func(string) string{
	"upper":     strings.ToUpper,
	"lower":     strings.ToLower,
	"swapcase":  func(s string) string { return strings.Map(swapCase, s) },
	"stdb64":    strings.NewReplacer("-", "+", "_", "/").Replace,
	"fullwidth": func(s string) string { return strings.Map(widen, s) },
	"sha256hex": func(s string) string {
		digest := sha256.Sum256([]byte(s))
		return hex.EncodeToString(digest[:])
	},
}

// apply cuts value as slice says ("[:32]", "" for all of it) and sends it through filters ("|upper|sha256hex").
func apply(value, slice, names string) (string, bool) {
	if slice != "" {
		from, to, _ := strings.Cut(strings.Trim(slice, "[]"), ":")
		begin, end := 0, len(value)
		if from != "" {
			begin, _ = strconv.Atoi(from)
		}
		if to != "" {
			end, _ = strconv.Atoi(to)
		}
		value = value[min(begin, len(value)):min(end, len(value))]
	}
	for name := range strings.SplitSeq(strings.TrimPrefix(names, "|"), "|") {
		if name == "" {
			continue
		}
		filter, known := filters[name]
		if !known {
			return "", false
		}
		value = filter(value)
	}
	return value, true
}

func swapCase(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}

// widen is the full-width form of a letter or digit.
func widen(r rune) rune {
	if r > ' ' && r < 0x7f {
		return r + 0xFEE0
	}
	return r
}
