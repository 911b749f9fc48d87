package serializers

import (
	"fmt"
	"slices"
	"strings"

	"watchword/models"
)

// WithinColumns returns an adjust for New that bounds names and addresses by what the columns of such users hold.
func WithinColumns(users models.UserModel) func(*Field) {
	return func(f *Field) {
		longest := 0
		switch column := f.Name; column {
		case "username":
			c, _ := users.KnownColumn(users.UsernameField())
			longest = c.MaxLength
		case "email", "first_name", "last_name":
			c, _ := users.KnownColumn(column)
			longest = c.MaxLength
		}
		if longest > 0 {
			f.MaxLength = longest
		}
	}
}

// Without drops the fields with these names and returns s.
func (s *Serializer[T]) Without(names ...string) *Serializer[T] {
	s.fields = slices.DeleteFunc(s.fields, func(f Field) bool { return slices.Contains(names, f.Name) })
	return s
}

// AlreadyExists says that another of such users has a value that is unique.
//
// Source: django.db.models.fields.Field, the message of unique.
func AlreadyExists(users models.UserModel, column string) string {
	_, model, _ := strings.Cut(strings.ToLower(users.Label), ".")
	if model == "" {
		model = "user"
	}
	return fmt.Sprintf("%s with this %s already exists.", model, strings.ReplaceAll(column, "_", " "))
}
