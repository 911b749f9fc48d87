package serializers

import (
	"encoding/json"
	"time"

	"watchword/models"
	"watchword/serializers/pyjson"
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
	User           *pyjson.Object    `json:"user"` // all columns but the password
	Addresses      []OwnAddress      `json:"addresses"`
	SocialAccounts []ExportedAccount `json:"social_accounts"`
	Logins         []ExportedLogin   `json:"logins"`
	Groups         []string          `json:"groups"`
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

// NewExport returns what is kept of u, one of such users, as it goes on the wire.
func NewExport(u *models.User, users models.UserModel, addresses []models.EmailAddress, accounts []models.SocialAccount,
	logins []models.OwnLogin, groups []string) Export {
	out := Export{
		User:      columnsOf(users).Show(u, users, false),
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
