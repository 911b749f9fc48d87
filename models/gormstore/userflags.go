package gormstore

import (
	"log/slog"

	"watchword/models"
)

// userFlags reads what users are, yes or no. Whatever is neither, which SQLite lets other programs write, is no, so that
// such a user is refused as one who is disabled, and nothing else fails.
type userFlags struct {
	user *models.User // whose id is read before
	log  *slog.Logger
}

func (f userFlags) active() flag    { return flag{f, "is_active", &f.user.IsActive} }
func (f userFlags) staff() flag     { return flag{f, "is_staff", &f.user.IsStaff} }
func (f userFlags) superuser() flag { return flag{f, "is_superuser", &f.user.IsSuperuser} }

// flag is one of them, and its column. NULL is no.
type flag struct {
	userFlags
	column string
	into   *bool
}

// Scan implements sql.Scanner.
func (f flag) Scan(src any) error {
	if (orZero[bool]{f.into}).Scan(src) != nil {
		*f.into = false
		f.log.Error("a user's row is garbled: a column holds neither true nor false, and counts as false",
			"user", f.user.ID, "column", f.column)
	}
	return nil
}
