// Package jwt is the scheme of JSON Web Tokens in pairs: a short-lived access token proves a request, a longer-lived
// refresh token buys new ones. It speaks djangorestframework-simplejwt's dialect of RFC 7519 to the byte, so tokens can
// be exchanged with a Django project in both directions, and it shares that project's blacklist tables.
//
// Access tokens are not asked for in the blacklist, as in simplejwt: they live until they expire. The user's row is
// read with every request, so a disabled or deleted user is out at once. Refresh tokens are outstanding rows, ended by
// their jti and never by their text. Those that follow each other by rotation are a family, which ends when one of them is
// used twice.
//
// Source: djangorestframework-simplejwt 5.5; RFC 7515, 7519, 8725.
package jwt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"watchword/models"
	"watchword/schemes"
	"watchword/schemes/jwt/keys"
)

// Name is the scheme's name in settings and identities.
const Name = "jwt"

// Keys are the keys of the moment; a *keys.Set or a *keys.Ring.
type Keys interface {
	// Signing returns the key that signs now; nil where tokens are only verified.
	Signing() *keys.Key
	// Verifying returns the few keys that may have signed a token with this key id; "" stands for no id.
	Verifying(id string) []*keys.Key
}

// Users finds users.
type Users interface {
	// UserBy returns the user whose field has exactly this value, or models.ErrNotFound.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
}

// Tokens keeps the outstanding and the blacklisted tokens.
type Tokens interface {
	// Atomic runs fn in a transaction that rides in ctx.
	Atomic(ctx context.Context, fn func(ctx context.Context) error) error
	// RecordOutstanding inserts a row for a token that is handed out.
	RecordOutstanding(ctx context.Context, t *models.OutstandingToken) error
	// Blacklist ends a token, making its outstanding row if there is none. One caller per jti ever is first.
	Blacklist(ctx context.Context, t *models.OutstandingToken, at time.Time) (first bool, err error)
	// Blacklisted reports whether a token was ended.
	Blacklisted(ctx context.Context, jti string) (bool, error)
	Families
}

// Scheme is simplejwt's token pair. It is safe for concurrent use.
type Scheme struct {
	cfg       Config
	keys      Keys
	users     Users
	tokens    Tokens // nil: no blacklist
	custom    []custom
	groups    Groups // nil: no claim asks for them
	kinds     []kind // that prove a request, in order
	userField models.UserField
	header    string   // the header that carries the token
	audiences []string // nil: not looked at
	audience  string   // AUDIENCE as JSON
	folded    []string // claims that must not come in another case
	longest   time.Duration
	families  bool // families of refresh tokens are kept
	verified  *verified
	newID     func(kin string) string
}

var (
	_ schemes.Scheme    = (*Scheme)(nil)
	_ schemes.Refresher = (*Scheme)(nil)
	_ schemes.Preparer  = (*Scheme)(nil)
)

// Groups looks up what a user is a member of. Users must have it where CUSTOM_CLAIMS name {groups} or {permissions}.
type Groups interface {
	// LoadMemberships fills in u.Memberships.
	LoadMemberships(ctx context.Context, u *models.User) error
}

// groupsFor returns users as Groups where claims ask for it, and else nil.
func groupsFor(claims map[string]string, users Users) (Groups, error) {
	if !asksForMemberships(claims) {
		return nil, nil
	}
	groups, ok := users.(Groups)
	if !ok {
		return nil, errors.New("CUSTOM_CLAIMS: the users here are in no groups")
	}
	return groups, nil
}

// prepareClaims looks up what CUSTOM_CLAIMS say of u and u's row does not hold.
func (s *Scheme) prepareClaims(ctx context.Context, u *models.User) error {
	if s.groups == nil {
		return nil
	}
	return s.groups.LoadMemberships(ctx, u)
}

// New returns the scheme. tokens may be nil: then no token is recorded, and none can be ended before its time
// (simplejwt without its token_blacklist app). The error is cfg's faults.
func New(cfg Config, ks Keys, users Users, tokens Tokens) (*Scheme, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if tokens == nil && cfg.BlacklistAfterRotation {
		return nil, errors.New("BLACKLIST_AFTER_ROTATION: needs the token blacklist, which is not installed")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Scheme{
		cfg: cfg, keys: ks, users: users, tokens: tokens,
		userField: userFields[cfg.UserIDField],
		header:    headerName(cfg.AuthHeaderName),
		folded:    append(cfg.reserved(), "sub"),
		longest: max(cfg.AccessTokenLifetime, cfg.RefreshTokenLifetime, cfg.SlidingTokenLifetime,
			cfg.SlidingTokenRefreshLifetime),
		families: tokens != nil && cfg.keepsFamilies(),
		verified: newVerified(cfg.VerifiedTokens),
		newID:    newID,
	}
	var err error
	if s.audiences, err = cfg.audiences(); err != nil {
		return nil, err
	}
	s.audience = encodeAudience(cfg.Audience, s.audiences)
	for _, class := range cfg.AuthTokenClasses {
		k, _ := kindOf(class)
		s.kinds = append(s.kinds, k)
	}
	if s.custom, err = parseCustom(cfg.CustomClaims); err != nil {
		return nil, err
	}
	s.groups, err = groupsFor(cfg.CustomClaims, users)
	return s, err
}

// WithClaims returns a copy of s whose tokens carry more claims, given as CUSTOM_CLAIMS gives them. It serves endpoints
// that say more about the user than others. The error is a fault in the claims.
func (s *Scheme) WithClaims(more map[string]string) (*Scheme, error) {
	cfg := s.cfg
	cfg.CustomClaims = more
	if err := cfg.validateCustomClaims(); err != nil {
		return nil, err
	}
	extra, err := parseCustom(more)
	if err != nil {
		return nil, err
	}
	wider := *s
	if groups, err := groupsFor(more, s.users); err != nil || groups != nil {
		if wider.groups = groups; err != nil {
			return nil, err
		}
	}
	wider.custom = append(append([]custom(nil), s.custom...), extra...)
	return &wider, nil
}

// Name is "jwt".
func (s *Scheme) Name() string { return Name }

// Challenge names the first of AUTH_HEADER_TYPES.
func (s *Scheme) Challenge() string { return s.cfg.AuthHeaderTypes[0] + ` realm="api"` }

// Authenticate reads the token in the header and the row of the user it names.
//
// Source: rest_framework_simplejwt.authentication.JWTAuthentication.
func (s *Scheme) Authenticate(r *http.Request) (schemes.Identity, error) {
	raw, err := s.bearer(r)
	if raw == "" {
		return schemes.Identity{}, err
	}
	return s.recognise(r.Context(), raw)
}

// recognise says whose token it is, and refuses one that is no good.
func (s *Scheme) recognise(ctx context.Context, raw string) (schemes.Identity, error) {
	t, err := s.proof(ctx, raw)
	if err != nil {
		return schemes.Identity{}, err
	}
	u, err := s.entitled(ctx, t)
	if err != nil {
		return schemes.Identity{}, err
	}
	return schemes.Identity{User: u, Scheme: Name, Key: t.id, Claims: t.claims.decode()}, nil
}

// bearer returns the token of the header; "" and no error when there is none of ours.
func (s *Scheme) bearer(r *http.Request) (string, error) {
	words := headerWords(r, s.header)
	if len(words) == 0 || !slices.Contains(s.cfg.AuthHeaderTypes, words[0]) {
		return "", nil
	}
	if len(words) != 2 {
		return "", s.refuse(schemes.HeaderParts, nil)
	}
	return words[1], nil
}

// headerWords returns the words of the named header. They are set apart by spaces alone (RFC 6750 section 2.1), where
// Python takes any white space: a tab belongs to the token and spoils it. A header that comes twice is read as one,
// joined by a comma, as WSGI joins it; it then has too many words.
func headerWords(r *http.Request, name string) (words []string) {
	for word := range strings.SplitSeq(strings.Join(r.Header.Values(name), ","), " ") {
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

// headerName turns HTTP_X_AUTH into X-Auth.
func headerName(python string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(python, "HTTP_"), "_", "-")
	return http.CanonicalHeaderKey(name)
}

// Issue makes a token pair for u and records the refresh token in the transaction that r's context carries.
//
// Source: RefreshToken.for_user and RefreshToken.access_token.
func (s *Scheme) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	return issue(s, r, u)
}

// Prepare signs a token pair for u, and returns what records the refresh token.
func (s *Scheme) Prepare(r *http.Request, u *models.User) (schemes.Grant, func(context.Context) error, error) {
	if err := s.prepareClaims(r.Context(), u); err != nil {
		return schemes.Grant{}, nil, err
	}
	now := s.cfg.Now()
	long := s.personal(refresh, u, now)
	pair, err := s.pair(long, now)
	return pair, func(ctx context.Context) error { return s.record(ctx, long, pair.Refresh, u, now) }, err
}

// issue does both parts at once.
func issue(p schemes.Preparer, r *http.Request, u *models.User) (schemes.Grant, error) {
	grant, record, err := p.Prepare(r, u)
	if err == nil {
		err = record(r.Context())
	}
	if err != nil {
		return schemes.Grant{}, err
	}
	return grant, nil
}

// pair signs a refresh token and the access token that goes with it.
func (s *Scheme) pair(long claims, now time.Time) (schemes.Grant, error) {
	grant, err := s.accessFrom(long, now)
	if err != nil {
		return schemes.Grant{}, err
	}
	if grant.Refresh, err = s.sign(long); err != nil {
		return schemes.Grant{}, err
	}
	grant.RefreshUntil = now.Add(s.cfg.RefreshTokenLifetime).UTC()
	return grant, nil
}

// record notes a token that is handed out.
func (s *Scheme) record(ctx context.Context, c claims, raw string, u *models.User, now time.Time) error {
	if s.tokens == nil {
		return nil
	}
	row, err := s.row(c, raw, u)
	if err != nil {
		return err
	}
	row.CreatedAt = &now
	if err := s.tokens.RecordOutstanding(ctx, row); err != nil {
		return fmt.Errorf("jwt: recording a token: %w", err)
	}
	return nil
}

// Revoke ends the sliding token that id came from. An access token cannot be ended before its time; its refresh token
// is what Blacklist ends.
func (s *Scheme) Revoke(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	if s.tokens == nil || id.Anonymous() || id.Claims[s.cfg.TokenTypeClaim] != sliding.name {
		return schemes.Grant{}, nil
	}
	end, _ := id.Claims["exp"].(int64)
	row := &models.OutstandingToken{JTI: id.Key, UserID: id.User.ID, ExpiresAt: time.Unix(end, 0).UTC()}
	_, err := s.tokens.Blacklist(r.Context(), row, s.cfg.Now())
	return schemes.Grant{}, err
}

// refuse returns the failure with this reason.
func (s *Scheme) refuse(reason schemes.Reason, cause error) *schemes.Failure {
	return schemes.Fail(Name, reason, cause)
}
