package serializers

import (
	"slices"
	"time"

	"watchword/models"
)

// RESTUserFields are the fields of a user that dj-rest-auth shows unless the settings say otherwise.
const RESTUserFields = "dj_rest_auth.serializers.UserDetailsSerializer"

// UserDetails is what there is of a user that they may see, and what they may say of themselves: their names, unless
// the settings fix them. All else is read-only, whatever the settings show; what is shown is written by UserFields.Show.
//
// Source: dj_rest_auth.serializers.UserDetailsSerializer, and django.contrib.auth.models.User for the words.
type UserDetails struct {
	PK          models.UserID `json:"pk" label:"ID"`
	ID          models.UserID `json:"id" label:"ID"`
	Username    Char          `json:"username" field:"required,username,max_length=150" help:"Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."`
	Email       Char          `json:"email" field:"read_only,email" label:"Email address"`
	FirstName   Char          `json:"first_name" field:"allow_blank,max_length=150"`
	LastName    Char          `json:"last_name" field:"allow_blank,max_length=150"`
	IsActive    bool          `json:"is_active" label:"Active" help:"Designates whether this user should be treated as active. Unselect this instead of deleting accounts."`
	IsStaff     bool          `json:"is_staff" label:"Staff status" help:"Designates whether the user can log into this admin site."`
	IsSuperuser bool          `json:"is_superuser" label:"Superuser status" help:"Designates that this user has all permissions without explicitly assigning them."`
	DateJoined  time.Time     `json:"date_joined"`
	LastLogin   time.Time     `json:"last_login"`
	Groups      []string      `json:"groups"`
	Permissions []string      `json:"permissions"`

	Columns // those of a project's own users
}

// NewUserDetails returns a serializer of these fields of such users, in their order, of which those named in fixed are
// read-only too. So are addresses that people log in with.
func NewUserDetails(cfg Config, fields UserFields, users models.UserModel, fixed ...string) *Serializer[UserDetails] {
	key := func(f *Field) {
		if users.Key.Type == models.ColumnUUID && (f.Name == "pk" || f.Name == "id") {
			f.Type = TypeOther
		}
	}
	s := New[UserDetails](cfg, key, WithinColumns(users))
	s.with(users.Extra).only(fields)
	for i := range s.fields {
		if slices.Contains(fixed, s.fields[i].Name) {
			s.fields[i].ReadOnly, s.fields[i].Required = true, false
		}
	}
	return s
}

// Profile returns what the request gave.
func (u *UserDetails) Profile() models.Profile {
	return models.Profile{Username: u.Username.given(), FirstName: u.FirstName.given(), LastName: u.LastName.given(),
		Extra: u.Columns}
}

// given returns the text, or nil when the request did not name the field.
func (c Char) given() *string {
	if !c.Given {
		return nil
	}
	return &c.Text
}
