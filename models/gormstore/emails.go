package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// UsersByVerifiedEmail finds the users who have proved that email, which is compared exactly, is theirs, ordered by id;
// none is no error. Where an address is unique once verified, that is one user at most.
func (s *Store) UsersByVerifiedEmail(ctx context.Context, email string) ([]models.User, error) {
	const condition = `id IN (SELECT user_id FROM account_emailaddress WHERE email = ? AND verified)`
	return s.usersWith(ctx, email, condition, email)
}

// UsersByEmail finds the users who claim email, which is compared exactly, whether as one of their addresses or as the
// one in auth_user, ordered by id; none is no error.
func (s *Store) UsersByEmail(ctx context.Context, email string) ([]models.User, error) {
	const condition = `email = ? OR id IN (SELECT user_id FROM account_emailaddress WHERE email = ?)`
	return s.usersWith(ctx, email, condition, email, email)
}

// UsersByEmailFold finds the users whose address in auth_user equals email but for case, ordered by id; none is no error.
// Case is folded as in UsersByUsernameFold.
func (s *Store) UsersByEmailFold(ctx context.Context, email string) ([]models.User, error) {
	return s.usersWith(ctx, email, "UPPER(email) = UPPER(?)", email)
}

// EmailAddresses returns the addresses that the user claims, as they are written, apart from the one in auth_user. None
// is no error.
func (s *Store) EmailAddresses(ctx context.Context, user models.UserID) ([]string, error) {
	const query = "SELECT email FROM account_emailaddress WHERE user_id = CAST(? AS bigint) ORDER BY id"
	var addresses []string
	err := s.read(ctx, func(db *gorm.DB) error { return db.Raw(s.sql(query), s.key(user)).Scan(&addresses).Error })
	return addresses, err
}

// ClaimEmail makes email one of the addresses that the user claims, neither proved nor primary, unless it is one. It
// returns models.ErrNotFound if the user is gone.
func (s *Store) ClaimEmail(ctx context.Context, user models.UserID, email string) error {
	const query = `INSERT INTO account_emailaddress (user_id, email, verified, "primary")
		VALUES (CAST(? AS bigint), ?, FALSE, FALSE) ON CONFLICT DO NOTHING`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(s.sql(query), s.key(user), email).Error })
}

// usersWith finds the users who fulfil a condition about email. Nobody has the empty address.
func (s *Store) usersWith(ctx context.Context, email, condition string, args ...any) ([]models.User, error) {
	if email == "" || !storable(email) {
		return nil, nil
	}
	return s.allUsers(ctx, selectUser+"WHERE "+condition+" ORDER BY id", args...)
}

// EmailVerified reports whether the user has proved that email, which is compared exactly, is theirs.
func (s *Store) EmailVerified(ctx context.Context, user models.UserID, email string) (bool, error) {
	const query = `SELECT 1 FROM account_emailaddress WHERE user_id = CAST(? AS bigint) AND email = ? AND verified`
	if email == "" || !storable(email) {
		return false, nil
	}
	return s.exists(ctx, s.sql(query), s.key(user), email)
}
