package jwt

import (
	"context"
	"log/slog"
	"time"

	"watchword/models"
)

// Config is simplejwt's SIMPLE_JWT, with a few settings of our own at the end. The names and meanings are the
// original's; JSON_ENCODER, TOKEN_USER_CLASS, USER_AUTHENTICATION_RULE and the serializer settings name Python code
// and have no equivalent.
type Config struct {
	AccessTokenLifetime    time.Duration `setting:"ACCESS_TOKEN_LIFETIME" help:"How long an access token is good."`
	RefreshTokenLifetime   time.Duration `setting:"REFRESH_TOKEN_LIFETIME" help:"How long a refresh token is good."`
	RotateRefreshTokens    bool          `setting:"ROTATE_REFRESH_TOKENS" help:"Hand out a new refresh token with every refresh."`
	BlacklistAfterRotation bool          `setting:"BLACKLIST_AFTER_ROTATION" help:"End the old refresh token when a new one is handed out."`
	UpdateLastLogin        bool          `setting:"UPDATE_LAST_LOGIN" help:"Record the time of obtaining a token as the user's last login."`

	Algorithm    string `setting:"ALGORITHM" help:"The one signature algorithm: RS, PS, ES or HS with 256, 384 or 512, or EdDSA."`
	SigningKey   string `setting:"SIGNING_KEY" secret:"true" help:"The private key (PEM, OpenSSH or JWK) or, for HS algorithms, the secret (empty: SECRET_KEY)."`
	VerifyingKey string `setting:"VERIFYING_KEY" help:"The public key or keys (PEM, OpenSSH or JWK Set). Empty: the public half of SIGNING_KEY."`
	JWKURL       string `setting:"JWK_URL" help:"Where another server publishes the keys that sign its tokens (a JWK Set, https). Tokens are then verified with these keys alone."`
	Audience     any    `setting:"AUDIENCE" help:"A text or a list of texts: the aud of new tokens; others are refused. Empty: not looked at."`
	Issuer       string `setting:"ISSUER" help:"The iss of new tokens; others are refused. Empty: not looked at."`

	Leeway time.Duration `setting:"LEEWAY" help:"How far clocks may differ."`

	AuthHeaderTypes Words  `setting:"AUTH_HEADER_TYPES" help:"The word or words before the token in the header; the first one is in WWW-Authenticate."`
	AuthHeaderName  string `setting:"AUTH_HEADER_NAME" help:"The header with the token, in Python's form: HTTP_AUTHORIZATION, HTTP_X_AUTH."`

	UserIDField    string `setting:"USER_ID_FIELD" help:"The user's column that tokens name: id, username or email."`
	UserIDClaim    string `setting:"USER_ID_CLAIM" help:"The claim that names the user."`
	JTIClaim       string `setting:"JTI_CLAIM" help:"The claim that names the token; the blacklist goes by it."`
	TokenTypeClaim string `setting:"TOKEN_TYPE_CLAIM" help:"The claim that says what the token is for. null: none, and nobody asks for it; a refresh token is then taken wherever an access token is, and the other way round."`

	CheckUserIsActive bool   `setting:"CHECK_USER_IS_ACTIVE" help:"Refuse tokens of disabled users."`
	CheckRevokeToken  bool   `setting:"CHECK_REVOKE_TOKEN" help:"Put a digest of the user's password hash into tokens, so that they end when the password changes."`
	RevokeTokenClaim  string `setting:"REVOKE_TOKEN_CLAIM" help:"The claim with that digest."`

	SlidingTokenLifetime        time.Duration `setting:"SLIDING_TOKEN_LIFETIME" help:"How long a sliding token is good between refreshes."`
	SlidingTokenRefreshLifetime time.Duration `setting:"SLIDING_TOKEN_REFRESH_LIFETIME" help:"How long a sliding token can be refreshed."`
	SlidingTokenRefreshExpClaim string        `setting:"SLIDING_TOKEN_REFRESH_EXP_CLAIM" help:"The claim with the end of that time."`

	AuthTokenClasses []string `setting:"AUTH_TOKEN_CLASSES" help:"The kinds of token that prove a request: AccessToken, SlidingToken (dotted Python names are fine)."`

	CustomClaims     map[string]string `setting:"CUSTOM_CLAIMS" help:"More claims: name to fixed text, or to a user's field in braces such as {username}; {groups} and {permissions} are lists, looked up by one query at each login. Readable by anybody who holds the token."`
	AuthTimeClaim    string            `setting:"AUTH_TIME_CLAIM" help:"The claim that says when the user logged in, passed on from token to token. Empty: none; users of tokens then have to give their password where a fresh login would do."`
	KeyIDs           bool              `setting:"KEY_IDS" help:"Name the signing key in every token (kid), and obey such names. Off: every verifying key is tried."`
	LimitExpiry      bool              `setting:"LIMIT_EXPIRY" help:"Refuse tokens that end later than any token handed out now would."`
	StoreTokenText   bool              `setting:"STORE_TOKEN_TEXT" help:"Keep refresh tokens readable in token_blacklist_outstandingtoken, as simplejwt does. Off: only a digest."`
	CheckLoginsEnded bool              `setting:"CHECK_LOGINS_ENDED" help:"Refuse tokens from before all logins of the user were ended, as disabling the user or resetting the password does. Off: enabling a user brings their tokens back."`
	VerifiedTokens   int               `setting:"VERIFIED_TOKENS" help:"How many tokens to remember whose signature was good, so that it is checked once. Everything else about them is looked at every time. 0: none."`
	MinSecretLength  int               `setting:"MIN_SECRET_LENGTH" help:"The least number of bytes in the secret of an HS algorithm."`

	ReuseEndsFamily  bool          `setting:"REUSE_ENDS_FAMILY" help:"End a login for good when one of its refresh tokens that was exchanged before is used again: two parties hold it. Needs BLACKLIST_AFTER_ROTATION."`
	ReuseGracePeriod time.Duration `setting:"REUSE_GRACE_PERIOD" help:"How long an exchanged refresh token buys the same successor once more, for clients that refresh in parallel or lost the answer; 10 seconds suit browsers. Needs BLACKLIST_AFTER_ROTATION."`
	FamilyLifetime   time.Duration `setting:"FAMILY_LIFETIME" help:"How long after a login it can be prolonged by refreshing, however often; never less than REFRESH_TOKEN_LIFETIME. 0: for ever. Needs BLACKLIST_AFTER_ROTATION."`

	// Now is the clock. nil: time.Now.
	Now func() time.Time
	// Log hears of refresh tokens that are used twice. nil: nobody does.
	Log *slog.Logger
	// Reused is told whose refresh token was used twice, in the transaction that ends the login; of a nil user where there
	// is none any more. nil: nobody is told.
	Reused func(ctx context.Context, u *models.User) error
}

// Words are words of which the settings may name one alone.
type Words []string

// TakesOne says so to whoever reads the settings.
func (Words) TakesOne() {}

// DefaultConfig returns the safe settings: RS256 with named keys, rotation with blacklisting and an end, logins that end
// when a token is used twice, no readable token at rest, and no token that outlives what is handed out.
func DefaultConfig() Config {
	c := ExactConfig()
	c.Algorithm = "RS256"
	c.RotateRefreshTokens = true
	c.BlacklistAfterRotation = true
	c.KeyIDs = true
	c.AuthTimeClaim = "auth_time"
	c.LimitExpiry = true
	c.StoreTokenText = false
	c.CheckLoginsEnded = true
	c.MinSecretLength = 32
	c.ReuseEndsFamily = true
	c.FamilyLifetime = 30 * 24 * time.Hour
	return c
}

// ExactConfig returns simplejwt's own defaults.
//
// Source: rest_framework_simplejwt.settings.DEFAULTS of 5.5.
func ExactConfig() Config {
	return Config{
		AccessTokenLifetime:         5 * time.Minute,
		RefreshTokenLifetime:        24 * time.Hour,
		Algorithm:                   "HS256",
		AuthHeaderTypes:             Words{"Bearer"},
		AuthHeaderName:              "HTTP_AUTHORIZATION",
		UserIDField:                 "id",
		UserIDClaim:                 "user_id",
		JTIClaim:                    "jti",
		TokenTypeClaim:              "token_type",
		CheckUserIsActive:           true,
		RevokeTokenClaim:            "hash_password",
		SlidingTokenLifetime:        5 * time.Minute,
		SlidingTokenRefreshLifetime: 24 * time.Hour,
		SlidingTokenRefreshExpClaim: "refresh_exp",
		AuthTokenClasses:            []string{"AccessToken"},
		StoreTokenText:              true,
		VerifiedTokens:              10_000,
		MinSecretLength:             1,
		Now:                         time.Now,
	}
}
