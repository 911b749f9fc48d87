package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"watchword/email"
	"watchword/models"
)

var (
	// ErrAddressKnown says that the address is the user's already, and proved.
	ErrAddressKnown = errors.New("address known")
	// ErrAddressUnknown says that the address is none of the user's.
	ErrAddressUnknown = errors.New("address unknown")
	// ErrTooManyAddresses says that the user may have no more addresses.
	ErrTooManyAddresses = errors.New("too many addresses")
	// ErrPrimaryAddress says that the address is the primary one while there are others.
	ErrPrimaryAddress = errors.New("primary address")
	// ErrLastAddress says that the account needs an address, and has no other.
	ErrLastAddress = errors.New("last address")
)

// AddressBook keeps the addresses that users claim.
type AddressBook interface {
	SignupStore
	// LockUser makes others who lock the user wait until the transaction of ctx ends.
	LockUser(ctx context.Context, id models.UserID) error
	// OwnAddresses returns the addresses of a user, oldest first.
	OwnAddresses(ctx context.Context, user models.UserID) ([]models.EmailAddress, error)
	// ClaimEmail makes email one of the user's addresses, neither proved nor primary, unless it is one.
	ClaimEmail(ctx context.Context, user models.UserID, email string) error
	// MakePrimary makes an address of the user the primary one, which auth_user holds.
	MakePrimary(ctx context.Context, user models.UserID, address int64) error
	// DeleteEmailAddress deletes an address of the user.
	DeleteEmailAddress(ctx context.Context, user models.UserID, address int64) error
}

// Addresses lets users manage the addresses of their account. An address counts for something once it is proved; the
// primary one is in auth_user, and mails go there. It is safe for concurrent use: what users do at once happens one after
// the other.
//
// Source: allauth.account.views.EmailView and internal.flows.manage_email.
type Addresses struct {
	cfg           AddressConfig
	service       *Service
	store         AddressBook
	verifications *Verifications
	changes       *EmailChanges
}

// NewAddresses returns addresses over the core and store. cfg must be valid.
func NewAddresses(cfg AddressConfig, service *Service, store AddressBook, verifications *Verifications,
	changes *EmailChanges) *Addresses {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Addresses{cfg: cfg, service: service, store: store, verifications: verifications, changes: changes}
}

// List returns the addresses of u: at most one is the primary one. One that is in auth_user only has no ID.
func (a *Addresses) List(ctx context.Context, u *models.User) ([]models.EmailAddress, error) {
	list, err := a.store.OwnAddresses(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if u.Email != "" && find(list, u.Email) < 0 {
		list = append(list, models.EmailAddress{UserID: u.ID, Email: u.Email})
	}
	if i := current(list, u.Email); i >= 0 {
		list[i].Primary = true
	}
	return list, nil
}

// Add makes address one more of u's, and mails a link that proves it, to which link leads; for one that is u's and not
// proved, the link once more. It returns ErrMailRefused for what is no address, ErrAddressKnown, ErrTooManyAddresses, and
// a *throttle.Exceeded when u was here too often.
//
// Where it is not told that somebody else has proved the address, u gets the claim all the same, and the owner a mail
// about that: neither the answer nor what u sees afterwards tells more. Else it returns ErrEmailTaken.
func (a *Addresses) Add(ctx context.Context, u *models.User, address string, link LinkTo) error {
	address, err := cleanAddress(address)
	if err != nil {
		return err
	}
	return a.change(ctx, u, func(ctx context.Context, list []models.EmailAddress) error {
		claim := &models.EmailAddress{UserID: u.ID, Email: address}
		switch i := find(list, address); {
		case i >= 0 && list[i].Verified:
			return ErrAddressKnown
		case i >= 0:
			claim = &list[i]
		case a.cfg.Max > 0 && len(list) >= a.cfg.Max:
			return ErrTooManyAddresses
		}
		return a.claim(ctx, u, claim, link)
	})
}

// claim stores the claim of an address unless it is stored, and mails whom it is about.
func (a *Addresses) claim(ctx context.Context, u *models.User, claim *models.EmailAddress, link LinkTo) error {
	owner, err := a.ownerOf(ctx, claim.Email)
	if err != nil {
		return err
	}
	if owner != nil && !bool(a.cfg.Signup.PreventEnumeration) {
		return ErrEmailTaken
	}
	if claim.ID == 0 {
		if err := a.store.CreateEmailAddress(ctx, claim); err != nil {
			return err
		}
	}
	if owner != nil {
		return a.verifications.Warn(ctx, owner, claim.Email, link)
	}
	return a.verifications.Welcome(ctx, u, claim, link)
}

// ownerOf returns the user who has proved that the address is theirs, if that keeps others from having it, or nil.
func (a *Addresses) ownerOf(ctx context.Context, address string) (*models.User, error) {
	if !a.cfg.Signup.UniqueEmail {
		return nil, nil
	}
	owners, err := a.store.UsersByVerifiedEmail(ctx, address)
	if err != nil || len(owners) == 0 {
		return nil, err
	}
	return &owners[0], nil
}

// MakePrimary makes address the primary one of u, and tells u so at the one that was: there with a link that undo makes,
// and that takes all of it back. It returns ErrAddressUnknown, and ErrEmailNotVerified for one that is not proved while
// another is. It calls the hook EmailChanged.
func (a *Addresses) MakePrimary(ctx context.Context, u *models.User, address string, undo LinkTo) error {
	return a.change(ctx, u, func(ctx context.Context, list []models.EmailAddress) error {
		i := find(list, address)
		switch {
		case i < 0:
			return ErrAddressUnknown
		case !list[i].Verified && anyVerified(list):
			return ErrEmailNotVerified
		}
		old := current(list, u.Email)
		if err := a.store.MakePrimary(ctx, u.ID, list[i].ID); err != nil || old == i {
			return err
		}
		return a.replaced(ctx, u, list, old, list[i].Email, undo)
	})
}

// Remove takes address away from u, and tells u so there. It returns ErrAddressUnknown, ErrPrimaryAddress for the primary
// one unless it is the only one, and ErrLastAddress where an account needs one. It calls the hook EmailChanged if u has no
// address any more.
//
// Source: allauth.account.adapter.DefaultAccountAdapter.can_delete_email, which knows logins by address only.
func (a *Addresses) Remove(ctx context.Context, u *models.User, address string, undo LinkTo) error {
	return a.change(ctx, u, func(ctx context.Context, list []models.EmailAddress) error {
		i := find(list, address)
		switch {
		case i < 0:
			return ErrAddressUnknown
		case i == current(list, u.Email) && len(list) > 1:
			return ErrPrimaryAddress
		case len(list) == 1 && a.needed():
			return ErrLastAddress
		}
		if err := a.store.DeleteEmailAddress(ctx, u.ID, list[i].ID); err != nil {
			return err
		}
		if len(list) == 1 {
			return a.replaced(ctx, u, list, i, "", undo)
		}
		if !a.trusted(list[i]) {
			return nil
		}
		return ignoreRefused(a.verifications.mail(ctx, list[i].Email,
			email.AddressRemoved{Site: undo.site(), Username: u.Username, Address: list[i].Email}))
	})
}

// change calls fn with the addresses of u as they are stored, among which the one in auth_user is. Nobody else changes
// them meanwhile.
func (a *Addresses) change(ctx context.Context, u *models.User, fn func(context.Context, []models.EmailAddress) error) error {
	if err := a.service.attempts.exceededBy(ctx, a.cfg.Rate, "manage email", u.ID); err != nil {
		return err
	}
	return a.store.Atomic(ctx, func(ctx context.Context) error {
		if err := a.store.LockUser(ctx, u.ID); err != nil {
			return err
		}
		stored, err := a.store.UserBy(ctx, models.UserFieldID, string(u.ID))
		if err != nil {
			return err
		}
		*u = *stored
		list, err := a.settle(ctx, u)
		if err != nil {
			return err
		}
		return fn(ctx, list)
	})
}

// settle returns the addresses of u after it has made the one in auth_user one of them, and the primary one if none is: or
// the first that is proved would become it.
func (a *Addresses) settle(ctx context.Context, u *models.User) ([]models.EmailAddress, error) {
	list, err := a.store.OwnAddresses(ctx, u.ID)
	if err != nil || u.Email == "" {
		return list, err
	}
	if find(list, u.Email) < 0 {
		if err := a.store.ClaimEmail(ctx, u.ID, strings.ToLower(u.Email)); err != nil {
			return nil, err
		}
		if list, err = a.store.OwnAddresses(ctx, u.ID); err != nil {
			return nil, err
		}
	}
	i := current(list, u.Email)
	if i < 0 || list[i].Primary {
		return list, nil
	}
	u.Email, list[i].Primary = list[i].Email, true
	return list, a.store.MakePrimary(ctx, u.ID, list[i].ID)
}

// replaced tells that next is the primary address of u instead of the one in list at old, which is none if old is
// negative.
func (a *Addresses) replaced(ctx context.Context, u *models.User, list []models.EmailAddress, old int, next string, undo LinkTo) error {
	u.Email = next
	if old >= 0 {
		if err := a.changes.tell(ctx, u, list[old].Email, a.trusted(list[old]), undo); err != nil {
			return err
		}
	}
	return a.service.signals.After(ctx, models.EventEmailChanged, u)
}

// trusted reports whether whoever reads mails to the address may be believed to be its user. Where nobody has to prove
// addresses all are believed.
func (a *Addresses) trusted(address models.EmailAddress) bool {
	return address.Verified || a.service.cfg.EmailVerification == VerificationNone
}

// needed reports whether an account without an address would be of no use.
func (a *Addresses) needed() bool {
	return a.cfg.Signup.EmailRequired || a.service.cfg.Method == ByEmail ||
		a.service.cfg.EmailVerification == VerificationMandatory
}

// find returns where address, in any case, is in list, or -1.
func find(list []models.EmailAddress, address string) int {
	for i := range list {
		if strings.EqualFold(list[i].Email, address) {
			return i
		}
	}
	return -1
}

// current returns where the primary address is in list, or else the one in auth_user, or -1.
func current(list []models.EmailAddress, inUser string) int {
	for i := range list {
		if list[i].Primary {
			return i
		}
	}
	if inUser == "" {
		return -1
	}
	return find(list, inUser)
}

func anyVerified(list []models.EmailAddress) bool {
	for i := range list {
		if list[i].Verified {
			return true
		}
	}
	return false
}

// ignoreRefused is for mails that nobody waits for: an address that cannot be written to is none of the caller's faults.
func ignoreRefused(err error) error {
	if errors.Is(err, ErrMailRefused) {
		return nil
	}
	return err
}
