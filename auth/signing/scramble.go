package signing

import (
	"math"
	"strconv"
	"strings"
)

// Scramble writes a primary key of up to 32 bits as the links of django-ai-kit-auth carry it, so that they do not show
// how many users there are: "2" is "436885871". It reads one just as well, for it is its own inverse. It keeps no secret:
// everybody can compute it. Other keys, such as UUIDs, and other texts are returned unchanged.
//
// Of the spellings that Python reads as a number, those with blanks around it, a plus, zeros before it or underscores
// within are read; digits of other scripts are not.
//
// Source: django-ai-kit-auth, ai_kit_auth.services.scramble_id.
func Scramble(text string) string {
	n, ok := number32(text)
	if !ok {
		return text
	}
	left, right := n>>16, n&0xFFFF
	for range 3 {
		left, right = right, left^scrambleRound(right)
	}
	return strconv.FormatUint(uint64(right<<16+left), 10)
}

// scrambleRound is the round function of the Feistel network: a pseudo-random number of 15 bits.
func scrambleRound(r uint32) uint32 {
	return uint32(math.RoundToEven(float64((1366*r+150889)%714025) / 714025.0 * 32767))
}

// number32 reads a number of up to 32 bits as Python's int does.
func number32(text string) (n uint32, ok bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "+")
	for part := range strings.SplitSeq(text, "_") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return 0, false
		}
	}
	wide, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 32)
	return uint32(wide), err == nil
}
