package jwt

import (
	"encoding/base64"
	"strings"

	"watchword/schemes/jwt/keys"
)

// headerNames are the header parameters of RFC 7515, 7516 and 7797; none may come in another case.
var headerNames = []string{
	"alg", "kid", "typ", "cty", "crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256",
}

// forbidden are parameters that change what a token means. Nothing of that is understood here, and a token must not be
// read in a way that its maker did not mean (RFC 7515 section 4.1.11, RFC 7797 section 7, RFC 8725 section 3.6).
var forbidden = []string{"crit", "b64", "zip", "enc", "cty"}

// checkHeader returns the key id of a token's header, "" where it has none. Keys and addresses in a header (jwk, jku,
// x5c, x5u) are never looked at: keys come from the settings alone (RFC 8725 section 3.10).
func checkHeader(header claims, algorithm string) (keyID string, err error) {
	for _, name := range forbidden {
		if _, there := header.get(name); there {
			return "", malformed("header parameter " + name)
		}
	}
	if value, _ := header.get("alg"); value != `"`+algorithm+`"` {
		return "", malformed("another algorithm")
	}
	if value, there := header.get("typ"); there {
		if typ, ok := text(value); !ok || !strings.EqualFold(typ, "JWT") {
			return "", malformed("not of type JWT")
		}
	}
	if value, there := header.get("kid"); there {
		var ok bool
		if keyID, ok = text(value); !ok {
			return "", malformed("a key id that is no text")
		}
	}
	return keyID, nil
}

// encodeHeader writes the first segment of a token that key signs. With named it says which key that is.
//
// Source: PyJWT, whose header is sorted by name and has no spaces.
func encodeHeader(key *keys.Key, named bool) string {
	header := claims{{"alg", quoted(key.Algorithm())}}
	if named && key.ID() != "" {
		header = append(header, member{"kid", quoted(key.ID())})
	}
	header = append(header, member{"typ", `"JWT"`})
	return base64.RawURLEncoding.EncodeToString(header.appendTo(nil))
}
