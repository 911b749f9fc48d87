package jwt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchword/models"
	"watchword/schemes/jwt/keys"
)

// Validate reports every fault of the settings at once; each text begins with the name of the setting.
func (c Config) Validate() error {
	return errors.Join(
		c.validateLifetimes(), c.validateAlgorithm(), c.validateJWKURL(), c.validateHeader(), c.validateNames(),
		c.validateClasses(), c.validateCustomClaims(),
	)
}

// maxLifetime keeps every expiry inside the years that four digits can write.
const maxLifetime = 100 * 365 * 24 * time.Hour

// maxGrace bounds how long a stolen refresh token that was exchanged already can be used unnoticed.
const maxGrace = time.Minute

func (c Config) validateLifetimes() error {
	var faults []error
	for _, one := range []struct {
		name  string
		value time.Duration
	}{
		{"ACCESS_TOKEN_LIFETIME", c.AccessTokenLifetime},
		{"REFRESH_TOKEN_LIFETIME", c.RefreshTokenLifetime},
		{"SLIDING_TOKEN_LIFETIME", c.SlidingTokenLifetime},
		{"SLIDING_TOKEN_REFRESH_LIFETIME", c.SlidingTokenRefreshLifetime},
	} {
		if one.value <= 0 || one.value > maxLifetime {
			faults = append(faults, fmt.Errorf("%s: must be more than nothing and less than 100 years", one.name))
		}
	}
	if c.Leeway < 0 || c.Leeway > time.Hour {
		faults = append(faults, errors.New("LEEWAY: must be between nothing and one hour"))
	}
	if c.ReuseGracePeriod < 0 || c.ReuseGracePeriod > maxGrace {
		faults = append(faults, errors.New("REUSE_GRACE_PERIOD: must be between nothing and one minute"))
	}
	if c.FamilyLifetime < 0 || c.FamilyLifetime > maxLifetime {
		faults = append(faults, errors.New("FAMILY_LIFETIME: must not be negative, and less than 100 years"))
	}
	return errors.Join(faults...)
}

// algorithms are the signature algorithms of RFC 7518 section 3 and RFC 8037, without "none".
var algorithms = []string{
	"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

func (c Config) validateAlgorithm() error {
	var faults []error
	if !slices.Contains(algorithms, c.Algorithm) {
		faults = append(faults, fmt.Errorf("ALGORITHM: must be one of %s", strings.Join(algorithms, ", ")))
	}
	if _, err := c.audiences(); err != nil {
		faults = append(faults, err)
	}
	if c.VerifiedTokens < 0 {
		faults = append(faults, errors.New("VERIFIED_TOKENS: must not be negative"))
	}
	return errors.Join(faults...)
}

func (c Config) validateJWKURL() error {
	if c.JWKURL == "" {
		return nil
	}
	if strings.HasPrefix(c.Algorithm, "HS") {
		return fmt.Errorf("JWK_URL: keys that are published go with RS256 and the like, not with %s", c.Algorithm)
	}
	if err := keys.CheckURL(c.JWKURL); err != nil {
		return fmt.Errorf("JWK_URL: %w", err)
	}
	return nil
}

// audiences returns AUDIENCE as a list; nil when it is not set.
func (c Config) audiences() ([]string, error) {
	fault := errors.New("AUDIENCE: must be a text or a list of texts, none of them empty")
	var list []string
	switch v := c.Audience.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		return []string{v}, nil
	case []string:
		list = v
	case []any:
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, fault
			}
			list = append(list, text)
		}
	default:
		return nil, fault
	}
	if len(list) == 0 || slices.Contains(list, "") {
		return nil, fault
	}
	return list, nil
}

func (c Config) validateHeader() error {
	var faults []error
	if len(c.AuthHeaderTypes) == 0 {
		faults = append(faults, errors.New("AUTH_HEADER_TYPES: must have at least one word"))
	}
	for _, word := range c.AuthHeaderTypes {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' }) {
			faults = append(faults, fmt.Errorf("AUTH_HEADER_TYPES: %q is not one word", word))
		}
	}
	if name := strings.TrimPrefix(c.AuthHeaderName, "HTTP_"); name == "" || name == c.AuthHeaderName {
		faults = append(faults, errors.New("AUTH_HEADER_NAME: must be in the form HTTP_AUTHORIZATION"))
	}
	return errors.Join(faults...)
}

// userFields are the columns that can name a user in a token.
var userFields = map[string]models.UserField{
	"id": models.UserFieldID, "pk": models.UserFieldID, "username": models.UserFieldUsername, "email": models.UserFieldEmail,
}

func (c Config) validateNames() error {
	var faults []error
	if _, ok := userFields[c.UserIDField]; !ok {
		faults = append(faults, errors.New("USER_ID_FIELD: must be id, username or email"))
	}
	seen := map[string]bool{"exp": true, "nbf": true, "iat": true, "aud": true, "iss": true}
	type named struct{ setting, claim string }
	list := []named{
		{"USER_ID_CLAIM", c.UserIDClaim},
		{"JTI_CLAIM", c.JTIClaim},
		{"REVOKE_TOKEN_CLAIM", c.RevokeTokenClaim},
		{"SLIDING_TOKEN_REFRESH_EXP_CLAIM", c.SlidingTokenRefreshExpClaim},
	}
	for _, one := range []named{{"TOKEN_TYPE_CLAIM", c.TokenTypeClaim}, {"AUTH_TIME_CLAIM", c.AuthTimeClaim}} {
		if one.claim != "" {
			list = append(list, one)
		}
	}
	for _, one := range list {
		switch name := strings.ToLower(one.claim); {
		case name == "":
			faults = append(faults, fmt.Errorf("%s: must be the name of a claim; tokens without it are not safe", one.setting))
		case seen[name]:
			faults = append(faults, fmt.Errorf("%s: the claim %q has another meaning already", one.setting, one.claim))
		default:
			seen[name] = true
		}
	}
	return errors.Join(faults...)
}

func (c Config) validateClasses() error {
	if len(c.AuthTokenClasses) == 0 {
		return errors.New("AUTH_TOKEN_CLASSES: must have at least one kind of token")
	}
	var faults []error
	for _, name := range c.AuthTokenClasses {
		if _, ok := kindOf(name); !ok {
			faults = append(faults, fmt.Errorf("AUTH_TOKEN_CLASSES: %q is not AccessToken or SlidingToken", name))
		}
	}
	return errors.Join(faults...)
}

func (c Config) validateCustomClaims() error {
	var faults []error
	for _, name := range sortedNames(c.CustomClaims) {
		if err := c.customClaim(name, c.CustomClaims[name]); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// customClaim refuses names that have a meaning of their own, and fields that users do not have.
func (c Config) customClaim(name, value string) error {
	for _, taken := range c.reserved() {
		if strings.EqualFold(name, taken) {
			return fmt.Errorf("CUSTOM_CLAIMS: %q is a claim of the scheme itself", name)
		}
	}
	if name == "" {
		return errors.New("CUSTOM_CLAIMS: a claim needs a name")
	}
	if _, err := parseTemplate(value); err != nil {
		return fmt.Errorf("CUSTOM_CLAIMS: %s: %w", name, err)
	}
	return nil
}

// reserved are the claims that the scheme writes or reads itself.
func (c Config) reserved() []string {
	names := []string{
		"exp", "nbf", "iat", "aud", "iss", "jti", c.UserIDClaim, c.JTIClaim, c.TokenTypeClaim, c.RevokeTokenClaim,
		c.SlidingTokenRefreshExpClaim,
	}
	if c.AuthTimeClaim != "" {
		names = append(names, c.AuthTimeClaim)
	}
	return names
}
