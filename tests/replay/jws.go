package replay

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

const claimSlip = 30 // seconds that _exp_in and _iat_in may be off

// diffJWS compares the payload of a compact JWS with expected claims. The names _alg, _hdr and _keys stand for the
// algorithm and the sorted names in header and payload; _exp_in and _iat_in for seconds from now.
func diffJWS(expected string, got any, where string) []string {
	claims, err := decodeJSON([]byte(expected))
	if err != nil {
		return []string{where + ": a matcher that cannot be read: " + err.Error()}
	}
	header, payload, ok := readJWS(got)
	if !ok {
		return []string{where + ": expected a JWT, got " + short(got)}
	}
	special := map[string]any{"_alg": header["alg"], "_hdr": names(header), "_keys": names(payload)}
	var out []string
	want, _ := claims.(map[string]any)
	for _, name := range sortedKeys(want) {
		have, isSpecial := special[name]
		if !isSpecial {
			have = payload[name]
		}
		if name == "_exp_in" || name == "_iat_in" {
			have = near(want[name], payload[name[1:4]])
		}
		out = append(out, diff(want[name], have, where+" claim "+name)...)
	}
	return out
}

// readJWS decodes the first two segments, without any check of the signature.
func readJWS(token any) (header, payload map[string]any, ok bool) {
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) < 2 {
		return nil, nil, false
	}
	for i, target := range []*map[string]any{&header, &payload} {
		data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err != nil {
			return nil, nil, false
		}
		x, err := decodeJSON(data)
		if err != nil {
			return nil, nil, false
		}
		if *target, ok = x.(map[string]any); !ok {
			return nil, nil, false
		}
	}
	return header, payload, true
}

// near is want itself when the time claim is close to want seconds from now, else how far from now it is.
func near(want, claim any) any {
	w, _ := want.(json.Number)
	seconds, err := w.Float64()
	c, _ := claim.(json.Number)
	at, errAt := c.Float64()
	if err != nil || errAt != nil {
		return claim
	}
	have := at - float64(time.Now().UnixMicro())/1e6
	if math.Abs(have-seconds) <= claimSlip {
		return want
	}
	return json.Number(strconv.FormatFloat(math.Round(have), 'f', -1, 64))
}

func names(object map[string]any) any {
	out := make([]any, 0, len(object))
	for _, name := range sortedKeys(object) {
		out = append(out, name)
	}
	return out
}
