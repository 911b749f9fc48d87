package gormstore

import "context"

// ReserveUser makes others who reserve or change to the user name, in whatever case, and others who reserve the address
// wait until the transaction that ctx carries ends. On SQLite there is nothing to do: from its start, a transaction is
// the only one that writes. On PostgreSQL, where two transactions would not see each other's new rows and addresses are
// not unique in auth_user, these are advisory locks; always in this order, so that no two wait for each other.
func (s *Store) ReserveUser(ctx context.Context, username, email string) error {
	if err := s.lockUsername(ctx, &username); err != nil {
		return err
	}
	return s.lockEmail(ctx, email)
}
