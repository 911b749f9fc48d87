package auth

import (
	"context"

	"watchword/models"
)

// ExportStore keeps what belongs to users.
type ExportStore interface {
	// OwnAddresses returns the addresses of a user.
	OwnAddresses(ctx context.Context, user models.UserID) ([]models.EmailAddress, error)
	// SocialAccounts returns what a user is at identity providers.
	SocialAccounts(ctx context.Context, user models.UserID) ([]models.SocialAccount, error)
	// OwnLogins returns the logins of a user, without what proves them.
	OwnLogins(ctx context.Context, user models.UserID) ([]models.OwnLogin, error)
	// OwnGroups names the groups of a user.
	OwnGroups(ctx context.Context, user models.UserID) ([]string, error)
}

// Export is everything that is kept of a user, but for what proves who they are.
type Export struct {
	User           models.User // without the password
	Addresses      []models.EmailAddress
	SocialAccounts []models.SocialAccount
	Logins         []models.OwnLogin
	Groups         []string
}

// Exports tells users what is kept of them. It is safe for concurrent use.
type Exports struct{ store ExportStore }

// NewExports returns exports over store.
func NewExports(store ExportStore) *Exports { return &Exports{store: store} }

// Of returns what is kept of u.
func (e *Exports) Of(ctx context.Context, u *models.User) (out Export, err error) {
	out.User = withoutPassword(u)
	if out.Addresses, err = e.store.OwnAddresses(ctx, u.ID); err != nil {
		return out, err
	}
	if out.SocialAccounts, err = e.store.SocialAccounts(ctx, u.ID); err != nil {
		return out, err
	}
	if out.Logins, err = e.store.OwnLogins(ctx, u.ID); err != nil {
		return out, err
	}
	out.Groups, err = e.store.OwnGroups(ctx, u.ID)
	return out, err
}
