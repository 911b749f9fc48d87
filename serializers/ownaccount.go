package serializers

import (
	"encoding/json"
	"time"

	"watchword/models"
)

// PasswordProof is the password where that is asked for.
type PasswordProof struct {
	Password Char `json:"password" field:"allow_blank"`
}

// Deletion answers who has their account deleted.
type Deletion struct {
	Detail string `json:"detail"`
	Due    Time   `json:"due"` // when it is gone
}

// Export is what is kept of a user.
type Export struct {
	User           ExportedUser      `json:"user"`
	Addresses      []OwnAddress      `json:"addresses"`
	SocialAccounts []ExportedAccount `json:"social_accounts"`
	Logins         []ExportedLogin   `json:"logins"`
	Groups         []string          `json:"groups"`
}

// ExportedUser is the row of a user without the password.
type ExportedUser struct {
	ID          models.UserID `json:"id"`
	Username    string        `json:"username"`
	Email       string        `json:"email"`
	FirstName   string        `json:"first_name"`
	LastName    string        `json:"last_name"`
	IsActive    bool          `json:"is_active"`
	IsStaff     bool          `json:"is_staff"`
	IsSuperuser bool          `json:"is_superuser"`
	DateJoined  Time          `json:"date_joined"`
	LastLogin   *Time         `json:"last_login"`
}

// ExportedAccount is what a user is at an identity provider, with what that has told.
type ExportedAccount struct {
	Provider   string          `json:"provider"`
	UID        string          `json:"uid"`
	DateJoined Time            `json:"date_joined"`
	LastLogin  Time            `json:"last_login"`
	ExtraData  json.RawMessage `json:"extra_data"`
}

// ExportedLogin is a login of a user.
type ExportedLogin struct {
	Kind    string `json:"kind"`
	Created *Time  `json:"created"`
	Expires *Time  `json:"expires"`
}

// NewExport returns what is kept of a user as it goes on the wire.
func NewExport(u models.User, addresses []models.EmailAddress, accounts []models.SocialAccount, logins []models.OwnLogin,
	groups []string) Export {
	out := Export{
		User: ExportedUser{ID: u.ID, Username: u.Username, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName,
			IsActive: u.IsActive, IsStaff: u.IsStaff, IsSuperuser: u.IsSuperuser, DateJoined: Time(u.DateJoined),
			LastLogin: optionalTime(u.LastLogin)},
		Addresses: NewOwnAddresses(addresses), SocialAccounts: []ExportedAccount{}, Logins: []ExportedLogin{},
		Groups: append([]string{}, groups...),
	}
	for _, a := range accounts {
		extra := json.RawMessage(a.ExtraData)
		if !json.Valid(extra) {
			extra = json.RawMessage("{}")
		}
		out.SocialAccounts = append(out.SocialAccounts, ExportedAccount{a.Provider, a.UID, Time(a.DateJoined),
			Time(a.LastLogin), extra})
	}
	for _, l := range logins {
		out.Logins = append(out.Logins, ExportedLogin{l.Kind, optionalTime(l.Created), optionalTime(l.Expires)})
	}
	return out
}

// optionalTime is a time that may not be known.
func optionalTime(t *time.Time) *Time {
	if t == nil {
		return nil
	}
	return (*Time)(t)
}
