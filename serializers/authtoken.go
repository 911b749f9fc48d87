package serializers

import (
	"fmt"
	"slices"
	"strings"

	"watchword/models"
	"watchword/serializers/pyjson"
)

// Credentials are a name and a password that are taken to the letter; either may be missing.
//
// Source: rest_authtoken.views.LoginViewSet, which has no serializer.
type Credentials struct {
	Username Char `json:"username" field:"allow_blank"`
	Password Char `json:"password" field:"allow_blank"`
}

// NewCredentials returns a serializer that strips nothing.
func NewCredentials(cfg Config) *Serializer[Credentials] {
	return New[Credentials](cfg, func(f *Field) { f.KeepSpaces = true })
}

// LoginToken answers Credentials. User is there where a settings says what of a user is shown.
type LoginToken struct {
	Token string         `json:"token"`
	User  *pyjson.Object `json:"user,omitempty"`
}

// Registration is what a new account needs.
//
// Source: rest_authtoken.serializers.UserRegistrationSerializer.
type Registration struct {
	Username Char `json:"username" field:"required,username,max_length=150" help:"Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."`
	Password Char `json:"password" field:"required,max_length=128"`
	Email    Char `json:"email" field:"required,email,max_length=254" label:"Email address"`
}

// NewRegistration returns a serializer of such users, who have an address where confirmed says that it will be confirmed,
// and where nothing else names them. adjust is that of New.
func NewRegistration(cfg Config, users models.UserModel, confirmed bool, adjust ...func(*Field)) *Serializer[Registration] {
	s := New[Registration](cfg, append(adjust, WithinColumns(users))...)
	switch {
	case users.ByEmail():
		return s.Without("username")
	case !confirmed:
		return s.Without("email")
	}
	return s
}

// Registered answers a Registration.
type Registered struct {
	Success bool `json:"success"`
}

// The names of the fields that are no columns of the user.
const (
	EmailConfirmed   = "email_confirmed"
	GroupsField      = "groups"
	PermissionsField = "permissions"
)

// UserFields are the names of what of a user is shown, in order.
type UserFields []string

// ParseUserFields reads a setting: a list of names, or the dotted Python name of a serializer that is known here. The
// names are those of columns of such users, and further ones; users who are in no groups have none to show. nil and ""
// are nothing.
func ParseUserFields(setting any, users models.UserModel, further ...string) (UserFields, error) {
	switch v := setting.(type) {
	case nil:
		return nil, nil
	case string:
		return fieldsByName(v, users)
	}
	names, err := parseNames(setting)
	if err != nil {
		return nil, err
	}
	return names, UserFields(names).validate(users, further)
}

// parseNames reads a setting that is a list of names.
func parseNames(setting any) ([]string, error) {
	switch v := setting.(type) {
	case []string:
		return v, nil
	case []any:
		var names []string
		for _, item := range v {
			name, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("must be a list of names, and %v is none", item)
			}
			names = append(names, name)
		}
		return names, nil
	}
	return nil, fmt.Errorf("must be a list of fields or the name of a serializer, not a %T", setting)
}

// fieldsByName returns the fields of a well-known serializer.
func fieldsByName(name string, users models.UserModel) (UserFields, error) {
	switch name {
	case "", "None":
		return nil, nil
	case KitUserFields:
		return had(users, "id", "email", "username"), nil
	case RESTUserFields:
		return append(UserFields{"pk"}, had(users, "username", "email", "first_name", "last_name")...), nil
	}
	return nil, fmt.Errorf("no serializer %q is known here; name the fields instead, as in [id, username]", name)
}

// HaveMemberships reports whether groups or permissions are among them.
func (fs UserFields) HaveMemberships() bool {
	return slices.Contains(fs, GroupsField) || slices.Contains(fs, PermissionsField)
}

// had returns those of the fields that such users have.
func had(users models.UserModel, fields ...string) UserFields {
	return slices.DeleteFunc(UserFields(fields), func(name string) bool { return !users.HasField(name) })
}

// validate refuses names that are no fields, and names that are given twice.
func (fs UserFields) validate(users models.UserModel, further []string) error {
	known := append([]string{"pk"}, further...)
	if users.Alone {
		known = slices.DeleteFunc(known, func(name string) bool { return name == GroupsField || name == PermissionsField })
	}
	for name := range columns(&models.User{}) {
		if users.HasField(name) {
			known = append(known, name)
		}
	}
	for _, c := range users.Extra {
		known = append(known, c.Name)
	}
	slices.Sort(known)
	for i, name := range fs {
		if !users.Unread() && !slices.Contains(known, name) {
			return fmt.Errorf("a user has no field %q that can be shown; there are %s", name, strings.Join(known, ", "))
		}
		if slices.Contains(fs[:i], name) {
			return fmt.Errorf("names %s twice", name)
		}
	}
	return nil
}

// columnsOf returns all columns of such users that may be shown, those of their own last.
func columnsOf(users models.UserModel) UserFields {
	all := had(users, "id", "username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser",
		"date_joined", "last_login")
	for _, c := range users.Extra {
		all = append(all, c.Name)
	}
	return all
}

// Show returns u, one of such users, as it goes on the wire. confirmed is what the field email_confirmed says.
func (fs UserFields) Show(u *models.User, users models.UserModel, confirmed bool) *pyjson.Object {
	values := columns(u)
	values["pk"], values[EmailConfirmed] = u.ID, confirmed
	if m := u.Memberships; m != nil {
		values[GroupsField], values[PermissionsField] = m.Groups, m.Permissions
	}
	for _, c := range users.Extra {
		values[c.Name] = showColumn(c, u.Extra[c.Name])
	}
	shown := &pyjson.Object{}
	for _, name := range fs {
		shown.Set(name, values[name])
	}
	return shown
}

// columns are the columns of u that may be shown: all but the password.
func columns(u *models.User) map[string]any {
	var lastLogin any
	if u.LastLogin != nil {
		lastLogin = Time(*u.LastLogin)
	}
	return map[string]any{
		"id": u.ID, "username": u.Username, "email": u.Email, "first_name": u.FirstName, "last_name": u.LastName,
		"is_active": u.IsActive, "is_staff": u.IsStaff, "is_superuser": u.IsSuperuser,
		"date_joined": Time(u.DateJoined), "last_login": lastLogin,
	}
}
