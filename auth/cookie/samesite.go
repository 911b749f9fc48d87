package cookie

import (
	"fmt"
	"net/http"
	"strings"
)

// SameSite is the cookie attribute of that name. "" leaves it out, and browsers then take it for Lax.
type SameSite string

// The values of the attribute.
const (
	Lax    SameSite = "Lax"
	Strict SameSite = "Strict"
	None   SameSite = "None"
)

// UnmarshalText reads a value as Django's settings have it: "Lax", "Strict", "None" in any case, or false for none.
func (s *SameSite) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "lax":
		*s = Lax
	case "strict":
		*s = Strict
	case "none":
		*s = None
	case "", "false":
		*s = ""
	default:
		return fmt.Errorf("must be Lax, Strict, None or false, not %q", text)
	}
	return nil
}

// attribute is what net/http calls it.
func (s SameSite) attribute() http.SameSite {
	switch s {
	case Lax:
		return http.SameSiteLaxMode
	case Strict:
		return http.SameSiteStrictMode
	case None:
		return http.SameSiteNoneMode
	default:
		return http.SameSiteDefaultMode
	}
}
