package serializers

// TokenObtain is a name and a password, to be traded for tokens.
type TokenObtain struct {
	Username Char `json:"username" field:"required"`
	Password Char `json:"password" field:"required"`
}

// NewTokenObtain returns a serializer that looks for the user name under the name usernameField, Django's
// USERNAME_FIELD. keepSpaces takes passwords as they were sent instead of stripping white space off both ends.
//
// Source: rest_framework_simplejwt.serializers.TokenObtainSerializer.
func NewTokenObtain(cfg Config, usernameField string, keepSpaces bool) *Serializer[TokenObtain] {
	return New[TokenObtain](cfg, func(f *Field) {
		switch f.Name {
		case "username":
			f.Name = usernameField
		case "password":
			f.KeepSpaces = keepSpaces
		}
	})
}

// TokenPair answers a TokenObtain.
type TokenPair struct {
	Refresh string `json:"refresh"`
	Access  string `json:"access"`
}

// TokenRefresh is a refresh token, to be traded for an access token.
type TokenRefresh struct {
	Refresh Char `json:"refresh" field:"required"`
	Access  Char `json:"access" field:"read_only"`
}

// TokenRefreshed answers a TokenRefresh. Refresh is there when tokens rotate.
type TokenRefreshed struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh,omitempty"`
}

// TokenBlacklist is a refresh token that shall no longer be accepted.
type TokenBlacklist struct {
	Refresh Char `json:"refresh" field:"required"`
}

// Token is a token of any kind. It asks whether it is valid, or for a sliding token to be renewed, and it answers both
// ways of getting a sliding token.
type Token struct {
	Token Char `json:"token" field:"required"`
}
