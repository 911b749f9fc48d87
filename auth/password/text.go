package password

import (
	"slices"
	"strings"
	"unicode"
)

// What follows is Python's view of text where Go's differs from it.

// isDigit reports whether r has a digit's value: the decimal digits of all scripts, and those that stand alone, such as
// superscripts and circled ones.
//
// Source: Python, str.isdigit; Unicode, Numeric_Type=Decimal and Digit.
func isDigit(r rune) bool {
	if unicode.Is(unicode.Nd, r) {
		return true
	}
	digits := [...][2]rune{ // Numeric_Type=Digit
		{0xb2, 0xb3}, {0xb9, 0xb9}, {0x1369, 0x1371}, {0x19da, 0x19da}, {0x2070, 0x2070}, {0x2074, 0x2079},
		{0x2080, 0x2089}, {0x2460, 0x2468}, {0x2474, 0x247c}, {0x2488, 0x2490}, {0x24ea, 0x24ea}, {0x24f5, 0x24fd},
		{0x24ff, 0x24ff}, {0x2776, 0x277e}, {0x2780, 0x2788}, {0x278a, 0x2792}, {0x10a40, 0x10a43},
		{0x10e60, 0x10e68}, {0x11052, 0x1105a}, {0x1f100, 0x1f10a},
	}
	return slices.ContainsFunc(digits[:], func(span [2]rune) bool { return span[0] <= r && r <= span[1] })
}

// isWord reports whether r is matched by \w.
//
// Source: Python, re: str.isalnum or "_".
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// strip takes white space off both ends: Unicode's, and the separators U+001C to U+001F.
//
// Source: Python, str.strip.
func strip(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f })
}

// lower is strings.ToLower with the two rules that need more than one character: a capital sigma at the end of a word,
// and the capital I with a dot.
//
// Source: Python, str.lower; Unicode, section 3.13 and SpecialCasing.txt.
func lower(text string) string {
	if !strings.ContainsAny(text, "Σİ") {
		return strings.ToLower(text)
	}
	runes := []rune(text)
	var out strings.Builder
	for i, r := range runes {
		switch {
		case r == 'İ':
			out.WriteString("i\u0307")
		case r == 'Σ' && finalSigma(runes, i):
			out.WriteRune('ς')
		default:
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return out.String()
}

// finalSigma reports whether the letter at i follows a cased letter and precedes none, when what has no case of its own
// (accents, apostrophes) is passed over.
func finalSigma(runes []rune, i int) bool {
	before, after := i-1, i+1
	for before >= 0 && caseIgnorable(runes[before]) {
		before--
	}
	for after < len(runes) && caseIgnorable(runes[after]) {
		after++
	}
	return before >= 0 && cased(runes[before]) && (after == len(runes) || !cased(runes[after]))
}

// cased is Unicode's property Cased.
func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is Unicode's property Case_Ignorable: marks, formats, modifiers, and the punctuation within words.
func caseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("'.:·\u0387\u055f\u05f4‘’․‧︓﹒﹕＇．：", r)
}
