package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"watchword/auth/password"
	"watchword/auth/social"
	"watchword/models"
)

var (
	// ErrUserInactive says that the account is disabled. Only who has proved that it is theirs is told.
	ErrUserInactive = errors.New("user inactive")
	// ErrSignupClosed says that nobody gets an account in this way.
	ErrSignupClosed = errors.New("signup closed")
	// ErrEmailMissing says that there is no account without an address.
	ErrEmailMissing = errors.New("email missing")
	// ErrSocialAccountTaken says that the account at the provider is another user's.
	ErrSocialAccountTaken = errors.New("social account taken")
	// ErrLastLogin says that a user could not log in any more.
	ErrLastLogin = errors.New("last way to log in")
	// ErrNoVerifiedEmail says that a user could not get a new password any more.
	ErrNoVerifiedEmail = errors.New("no verified email")
)

// socialAttempts bounds how often a login is begun anew when somebody was faster with the same account or name.
const socialAttempts = 5

// SocialStore keeps what users are at identity providers.
type SocialStore interface {
	// SocialAccount finds the account that provider knows as uid, or returns models.ErrNotFound.
	SocialAccount(ctx context.Context, provider, uid string) (*models.SocialAccount, error)
	// SocialAccounts returns all accounts of the user, by id.
	SocialAccounts(ctx context.Context, user models.UserID) ([]models.SocialAccount, error)
	// AddSocialAccount adds a and sets its ID: of many callers one does, and the others get models.ErrConflict.
	AddSocialAccount(ctx context.Context, a *models.SocialAccount) error
	// UpdateSocialAccount sets LastLogin and ExtraData.
	UpdateSocialAccount(ctx context.Context, a *models.SocialAccount) error
	// DeleteSocialAccount deletes an account of the user, or returns models.ErrNotFound.
	DeleteSocialAccount(ctx context.Context, user models.UserID, id int64) error
	// KeepSocialToken replaces the account's token.
	KeepSocialToken(ctx context.Context, t models.SocialToken) error
}

// SocialUsers keeps the accounts here.
type SocialUsers interface {
	SignupStore
	// UsersByEmail finds the users who claim email, proved or not.
	UsersByEmail(ctx context.Context, email string) ([]models.User, error)
	// UsersByEmailFold finds the users who have email in any case in auth_user.
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
	// EmailVerified reports whether the user has proved that email is theirs.
	EmailVerified(ctx context.Context, user models.UserID, email string) (bool, error)
	// LockUser makes others who lock the user wait until the transaction of ctx ends.
	LockUser(ctx context.Context, id models.UserID) error
}

// Socials logs in whom identity providers know. It is safe for concurrent use.
//
// An account at a provider is known by the provider and the provider's own id, and by nothing else that may change hands.
// An address links two accounts only when the provider has proved it, the user here has proved it, and the settings let
// the provider do so. What a provider merely says opens nothing.
//
// Source: allauth.socialaccount and dj_rest_auth.registration.
type Socials struct {
	cfg           SocialConfig
	service       *Service
	users         SocialUsers
	store         SocialStore
	verifications *Verifications
}

// NewSocials returns socials over the core and the stores. cfg must be valid.
func NewSocials(cfg SocialConfig, service *Service, users SocialUsers, store SocialStore,
	verifications *Verifications) *Socials {
	return &Socials{cfg: cfg, service: service, users: users, store: store, verifications: verifications}
}

// LogIn returns the user of id, who has an account from then on. Of several first logins at once one makes the account
// and the others find it. link makes the addresses that mails show.
//
// It returns ErrUserInactive, ErrEmailNotVerified where that has to be proved first (the account is there then, and the
// link mailed), and for those who have no account ErrSignupClosed, ErrEmailMissing or ErrEmailTaken. It calls the hooks
// PreRegistered, which may refuse, and PostRegistered.
func (s *Socials) LogIn(ctx context.Context, id social.Identity, link LinkTo) (u *models.User, err error) {
	for range socialAttempts {
		if u, err = s.find(ctx, id, link); !errors.Is(err, models.ErrConflict) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if !u.IsActive {
		return nil, ErrUserInactive
	}
	return u, s.requireVerified(ctx, u)
}

// find returns the user of id, or makes one. The error models.ErrConflict says that somebody was faster.
func (s *Socials) find(ctx context.Context, id social.Identity, link LinkTo) (*models.User, error) {
	a, err := s.store.SocialAccount(ctx, id.Provider, id.UID)
	if err == nil {
		return s.known(ctx, a, id)
	}
	if !errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	u, err := s.byEmail(ctx, id)
	if err != nil || u != nil {
		return u, err
	}
	return s.signUp(ctx, id, link)
}

// known returns the user of a, and notes that they were here. Who is disabled leaves no trace.
func (s *Socials) known(ctx context.Context, a *models.SocialAccount, id social.Identity) (*models.User, error) {
	u, err := s.users.UserBy(ctx, models.UserFieldID, string(a.UserID))
	if err != nil || !u.IsActive {
		return u, err
	}
	return u, s.users.Atomic(ctx, func(ctx context.Context) error { return s.update(ctx, a, id) })
}

// byEmail returns the user who has proved the address that the provider has proved, or nil.
//
// Source: allauth.socialaccount.models.SocialLogin._lookup_by_email, where the user here need not have proved it.
func (s *Socials) byEmail(ctx context.Context, id social.Identity) (*models.User, error) {
	if !id.EmailVerified || !s.cfg.EmailAuthentication && !id.LogsInByEmail {
		return nil, nil
	}
	owners, err := s.users.UsersByVerifiedEmail(ctx, strings.ToLower(id.Email))
	if err != nil || len(owners) != 1 {
		return nil, err
	}
	u := &owners[0]
	if !s.cfg.AutoConnect || !u.IsActive {
		return u, nil
	}
	return u, s.users.Atomic(ctx, func(ctx context.Context) error { return s.add(ctx, u, id) })
}

// requireVerified returns ErrEmailNotVerified where u has to prove an address first.
func (s *Socials) requireVerified(ctx context.Context, u *models.User) error {
	if s.verification() != VerificationMandatory {
		return nil
	}
	verified, err := s.users.EmailVerified(ctx, u.ID, u.Email)
	if err == nil && !verified {
		return ErrEmailNotVerified
	}
	return err
}

// verification is whether users have to prove their address.
func (s *Socials) verification() EmailVerification {
	if s.cfg.EmailVerification != nil {
		return *s.cfg.EmailVerification
	}
	return s.service.cfg.EmailVerification
}

// Connect gives u another way to log in. It returns ErrSocialAccountTaken when the account at the provider is somebody
// else's: of several users at once one gets it.
func (s *Socials) Connect(ctx context.Context, u *models.User, id social.Identity) error {
	err := s.connect(ctx, u, id)
	if errors.Is(err, models.ErrConflict) { // somebody was faster: perhaps u
		err = s.connect(ctx, u, id)
	}
	return err
}

func (s *Socials) connect(ctx context.Context, u *models.User, id social.Identity) error {
	return s.users.Atomic(ctx, func(ctx context.Context) error {
		a, err := s.store.SocialAccount(ctx, id.Provider, id.UID)
		switch {
		case errors.Is(err, models.ErrNotFound):
			return s.add(ctx, u, id)
		case err != nil:
			return err
		case a.UserID != u.ID:
			return ErrSocialAccountTaken
		}
		return s.update(ctx, a, id)
	})
}

// List returns what u is at providers.
func (s *Socials) List(ctx context.Context, u *models.User) ([]models.SocialAccount, error) {
	return s.store.SocialAccounts(ctx, u.ID)
}

// Disconnect takes an account at a provider away from u. It returns models.ErrNotFound if u has no such account,
// ErrLastLogin if u could not log in any more, and ErrNoVerifiedEmail if u could not get a new password where an address
// must be proved. Of several at once that would leave nothing together, the last is refused.
//
// Source: allauth.socialaccount.adapter.DefaultSocialAccountAdapter.validate_disconnect.
func (s *Socials) Disconnect(ctx context.Context, u *models.User, id int64) error {
	return s.users.Atomic(ctx, func(ctx context.Context) error {
		if err := s.users.LockUser(ctx, u.ID); err != nil {
			return err
		}
		list, err := s.store.SocialAccounts(ctx, u.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(a models.SocialAccount) bool { return a.ID == id }) {
			return models.ErrNotFound
		}
		if err := s.dispensable(ctx, u.ID, list, id); err != nil {
			return err
		}
		return s.store.DeleteSocialAccount(ctx, u.ID, id)
	})
}

// dispensable returns nil if the user can log in without the account with that id.
func (s *Socials) dispensable(ctx context.Context, user models.UserID, list []models.SocialAccount, id int64) error {
	if slices.ContainsFunc(list, func(a models.SocialAccount) bool {
		return a.ID != id && slices.Contains(s.cfg.Offered, a.Provider)
	}) {
		return nil
	}
	u, err := s.users.UserBy(ctx, models.UserFieldID, string(user))
	if err != nil {
		return err
	}
	if !password.Usable(u.Password) {
		return ErrLastLogin
	}
	if err := s.requireVerified(ctx, u); errors.Is(err, ErrEmailNotVerified) {
		return ErrNoVerifiedEmail
	} else if err != nil {
		return err
	}
	return nil
}

// add stores what u is at a provider, in the transaction of ctx.
func (s *Socials) add(ctx context.Context, u *models.User, id social.Identity) error {
	now := s.now()
	a := &models.SocialAccount{UserID: u.ID, Provider: id.Provider, UID: id.UID, DateJoined: now, LastLogin: now}
	var err error
	if a.ExtraData, err = profileText(id); err != nil {
		return err
	}
	if err := s.store.AddSocialAccount(ctx, a); err != nil {
		return err
	}
	return s.keepToken(ctx, a, id)
}

// update notes a login with a, in the transaction of ctx.
func (s *Socials) update(ctx context.Context, a *models.SocialAccount, id social.Identity) (err error) {
	a.LastLogin = s.now()
	if a.ExtraData, err = profileText(id); err != nil {
		return err
	}
	if err := s.store.UpdateSocialAccount(ctx, a); err != nil {
		return err
	}
	return s.keepToken(ctx, a, id)
}

// keepToken stores the token of a login, if tokens are kept and there is one.
func (s *Socials) keepToken(ctx context.Context, a *models.SocialAccount, id social.Identity) error {
	if !s.cfg.StoreTokens || id.Token.Access == "" {
		return nil
	}
	t := models.SocialToken{AccountID: a.ID, Token: id.Token.Access, TokenSecret: id.Token.Secret}
	if !id.Token.Expires.IsZero() {
		t.ExpiresAt = new(id.Token.Expires.UTC().Truncate(time.Microsecond))
	}
	return s.store.KeepSocialToken(ctx, t)
}

// profileText is what the provider sent, as it is stored: PostgreSQL keeps no NUL characters.
func profileText(id social.Identity) (string, error) {
	if id.Profile == nil {
		return "{}", nil
	}
	text, err := json.Marshal(id.Profile)
	if err != nil || bytes.Contains(text, []byte(`\u0000`)) {
		return "{}", err
	}
	return string(text), nil
}

// now is the time, as exactly as databases keep it.
func (s *Socials) now() time.Time { return s.service.cfg.Now().UTC().Truncate(time.Microsecond) }
