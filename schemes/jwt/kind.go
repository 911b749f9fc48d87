package jwt

import (
	"strings"
	"time"
)

// kind is a sort of token.
type kind struct {
	class    string // its class in simplejwt
	name     string // its token_type; "" for any
	listed   bool   // it is an outstanding token, and can be blacklisted
	lifetime func(Config) time.Duration
}

// The kinds of token that simplejwt has. An untyped token is a token of any kind.
var (
	access = kind{
		class: "AccessToken", name: "access", lifetime: func(c Config) time.Duration { return c.AccessTokenLifetime },
	}
	refresh = kind{
		class: "RefreshToken", name: "refresh", listed: true,
		lifetime: func(c Config) time.Duration { return c.RefreshTokenLifetime },
	}
	sliding = kind{
		class: "SlidingToken", name: "sliding", listed: true,
		lifetime: func(c Config) time.Duration { return c.SlidingTokenLifetime },
	}
	untyped = kind{class: "UntypedToken"}
)

// kindOf returns the kind that may prove a request, by its class name, dotted or not.
func kindOf(class string) (kind, bool) {
	class = class[strings.LastIndexByte(class, '.')+1:]
	for _, k := range []kind{access, sliding} {
		if class == k.class {
			return k, true
		}
	}
	return kind{}, false
}
