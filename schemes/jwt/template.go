package jwt

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"watchword/models"
)

// template makes the value of a custom claim for a user, as JSON text.
type template func(u *models.User) string

// The fields that are not in the user's row, and are looked up for claims only.
const (
	claimGroups      = "groups"
	claimPermissions = "permissions"
)

// custom is a claim of CUSTOM_CLAIMS.
type custom struct {
	name  string
	value template
}

// parseTemplate reads "{field}" or a fixed text. Fields that are no text keep their type: flags are true or false.
func parseTemplate(value string) (template, error) {
	if !strings.HasPrefix(value, "{") || !strings.HasSuffix(value, "}") {
		fixed := quoted(value)
		return func(*models.User) string { return fixed }, nil
	}
	switch field := value[1 : len(value)-1]; field {
	case "id", "pk":
		return func(u *models.User) string { return userID(u.ID) }, nil
	case "username":
		return func(u *models.User) string { return quoted(u.Username) }, nil
	case "email":
		return func(u *models.User) string { return quoted(u.Email) }, nil
	case "first_name":
		return func(u *models.User) string { return quoted(u.FirstName) }, nil
	case "last_name":
		return func(u *models.User) string { return quoted(u.LastName) }, nil
	case "is_staff":
		return func(u *models.User) string { return strconv.FormatBool(u.IsStaff) }, nil
	case "is_superuser":
		return func(u *models.User) string { return strconv.FormatBool(u.IsSuperuser) }, nil
	case claimGroups:
		return func(u *models.User) string { return quotedList(u.Memberships.Groups) }, nil
	case claimPermissions:
		return func(u *models.User) string { return quotedList(u.Memberships.Permissions) }, nil
	default:
		return nil, fmt.Errorf("users have no field %q that may be shown", field)
	}
}

// quotedList is a JSON list of texts.
func quotedList(list []string) string {
	b := []byte{'['}
	for i, one := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, one)
	}
	return string(append(b, ']'))
}

// asksForMemberships reports whether CUSTOM_CLAIMS name groups or permissions.
func asksForMemberships(m map[string]string) bool {
	for _, value := range m {
		if value == "{"+claimGroups+"}" || value == "{"+claimPermissions+"}" {
			return true
		}
	}
	return false
}

// userID is an id as simplejwt writes it: integer keys as numbers, all others as text.
func userID(id models.UserID) string {
	if _, ok := id.Int(); ok {
		return string(id)
	}
	return quoted(string(id))
}

// sortedNames fixes an order for a map of settings, so that equal settings make equal tokens.
func sortedNames(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// parseCustom reads checked CUSTOM_CLAIMS.
func parseCustom(m map[string]string) ([]custom, error) {
	list := make([]custom, 0, len(m))
	for _, name := range sortedNames(m) {
		value, err := parseTemplate(m[name])
		if err != nil {
			return nil, fmt.Errorf("CUSTOM_CLAIMS: %s: %w", name, err)
		}
		list = append(list, custom{name, value})
	}
	return list, nil
}
