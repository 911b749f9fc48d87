package auth

import (
	"context"
	"errors"
	"fmt"

	"watchword/models"
)

// IdentityField names what users may say who they are by.
type IdentityField models.UserField

// UnmarshalText accepts username and email.
func (f *IdentityField) UnmarshalText(text []byte) error {
	field := models.UserField(text)
	if field != models.UserFieldUsername && field != models.UserFieldEmail {
		return fmt.Errorf("must be username or email, not %q", text)
	}
	*f = IdentityField(field)
	return nil
}

// IdentityConfig says what users may say who they are by, in the way of django-ai-kit-auth.
type IdentityConfig struct {
	// Fields are asked in this order. What is among them is unique among the accounts that are made by Enrolments.
	Fields []IdentityField `setting:"USER_IDENTITY_FIELDS" help:"What people log in with, in the order in which it is looked for: email (in any case), username or both. Registration refuses what somebody has already."`
	// Only lets nothing else pass.
	Only bool `setting:"IDENTITY_FIELDS_ONLY" help:"Let people log in with nothing else. Without, whoever is not found by these fields is looked for as AUTHENTICATION_BACKENDS say, so that a user name always works."`
}

// DefaultIdentityConfig takes addresses and user names, and nothing else.
func DefaultIdentityConfig() IdentityConfig {
	fields := []IdentityField{IdentityField(models.UserFieldEmail), IdentityField(models.UserFieldUsername)}
	return IdentityConfig{Fields: fields, Only: true}
}

// ExactIdentityConfig does as django-ai-kit-auth.
func ExactIdentityConfig() IdentityConfig {
	c := DefaultIdentityConfig()
	c.Only = false
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c IdentityConfig) Validate() error {
	if len(c.Fields) == 0 {
		return errors.New("USER_IDENTITY_FIELDS: must name email, username or both")
	}
	return nil
}

// IdentityStore finds users. Lookups return models.ErrNotFound for nobody.
type IdentityStore interface {
	// UserBy finds the user whose field equals value exactly.
	UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error)
	// UsersByEmailFold finds the users whose address equals email but for case; none is no error.
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
}

// Identities finds users by what they say they are. It is safe for concurrent use.
//
// Source: ai_kit_auth.serializers.LoginSerializer and views.InitiatePasswordResetView.
type Identities struct {
	cfg   IdentityConfig
	store IdentityStore
}

// NewIdentities returns Identities over store.
func NewIdentities(cfg IdentityConfig, store IdentityStore) *Identities {
	return &Identities{cfg: cfg, store: store}
}

// Find returns the user whom ident means: by the first field by which it means exactly one. An address that several
// users have means none of them. It returns models.ErrNotFound for nobody.
func (i *Identities) Find(ctx context.Context, ident string) (*models.User, error) {
	for _, field := range i.cfg.Fields {
		users, err := i.holders(ctx, field, ident)
		if err != nil {
			return nil, err
		}
		if len(users) == 1 {
			return &users[0], nil
		}
	}
	return nil, models.ErrNotFound
}

// ByID returns the user of that id, or models.ErrNotFound.
func (i *Identities) ByID(ctx context.Context, id models.UserID) (*models.User, error) {
	return i.store.UserBy(ctx, models.UserFieldID, string(id))
}

// taken returns the fault of an account whose name or address somebody has already, as far as Fields have them; of
// several the first.
func (i *Identities) taken(ctx context.Context, u *models.User) error {
	for _, field := range i.cfg.Fields {
		value, fault := u.Username, ErrUsernameTaken
		if models.UserField(field) == models.UserFieldEmail {
			value, fault = u.Email, ErrEmailTaken
		}
		users, err := i.holders(ctx, field, value)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return fault
		}
	}
	return nil
}

// holders finds the users whose field is value: addresses in any case, names to the letter. Nobody is found by nothing.
func (i *Identities) holders(ctx context.Context, field IdentityField, value string) ([]models.User, error) {
	if models.UserField(field) == models.UserFieldEmail {
		return i.store.UsersByEmailFold(ctx, value)
	}
	u, err := i.store.UserBy(ctx, models.UserField(field), value)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []models.User{*u}, nil
}

// ByIdentity returns a core like s whose Authenticate takes what ids find users by. Whoever is found so is meant, and
// nobody else; only those who are not are looked for as Config.Backends say, unless IdentityConfig.Only forbids it.
func (s *Service) ByIdentity(ids *Identities) *Service {
	others := s.find
	by := *s
	by.find = []finder{func(ctx context.Context, who identifier) ([]models.User, error) {
		u, err := ids.Find(ctx, who.username)
		switch {
		case err == nil:
			return []models.User{*u}, nil
		case !errors.Is(err, models.ErrNotFound) || ids.cfg.Only:
			return nil, ignoreNotFound(err)
		}
		return findAll(ctx, others, who)
	}}
	return &by
}

// findAll asks all finders.
func findAll(ctx context.Context, finders []finder, who identifier) ([]models.User, error) {
	var all []models.User
	for _, find := range finders {
		users, err := find(ctx, who)
		if err != nil {
			return nil, err
		}
		all = append(all, users...)
	}
	return all, nil
}
