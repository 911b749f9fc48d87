package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"watchword/models"
)

// reservationStore is what a store does so that names and addresses are not taken twice.
type reservationStore interface {
	ReserveUser(ctx context.Context, username, email string) error
}

// rounds is how often the race is run: where nobody waits, it still has one winner more often than not.
const rounds = 10

func reservations(t *testing.T, s Store) {
	t.Run("of many who claim one address under many names, one gets it", func(t *testing.T) {
		for round := range rounds {
			email := fmt.Sprintf("wanted%d@example.com", round)
			wantOneWinner(t, func(i int) (bool, error) {
				return reserve(t.Context(), s, models.UserFieldEmail, fmt.Sprintf("claimant%dof%d", i, round), email)
			})
		}
	})
	t.Run("of many who claim one name under many addresses, one gets it", func(t *testing.T) {
		wantOneWinner(t, func(i int) (bool, error) {
			return reserve(t.Context(), s, models.UserFieldUsername, "claimed", fmt.Sprintf("claimed%d@example.com", i))
		})
	})
	t.Run("who claims other names and addresses is not kept waiting for ever", func(t *testing.T) {
		err := s.Atomic(t.Context(), func(ctx context.Context) error {
			for i := range 3 {
				if err := s.ReserveUser(ctx, fmt.Sprint("mine", i), fmt.Sprintf("mine%d@example.com", i)); err != nil {
					return err
				}
			}
			return s.ReserveUser(ctx, "MINE0", "mine0@example.com") // again: it is ours
		})
		must(t, err)
	})
}

// reserve makes a user unless somebody has what field says.
func reserve(ctx context.Context, s Store, field models.UserField, username, email string) (won bool, err error) {
	value := map[models.UserField]string{models.UserFieldEmail: email, models.UserFieldUsername: username}[field]
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.ReserveUser(ctx, username, email); err != nil {
			return err
		}
		_, err := s.UserBy(ctx, field, value)
		if !errors.Is(err, models.ErrNotFound) {
			return err
		}
		won = true
		return s.CreateUser(ctx, &models.User{Username: username, Email: email, Password: "!", DateJoined: moment})
	})
	return won && err == nil, err
}
