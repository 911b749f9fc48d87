package jwt

import (
	"context"
	"time"

	"watchword/models"
)

// brokenStore is a store that cannot be reached.
type brokenStore struct{ *store }

func (brokenStore) UserBy(context.Context, models.UserField, string) (*models.User, error) {
	return nil, models.ErrUnavailable
}

func (brokenStore) RecordOutstanding(context.Context, *models.OutstandingToken) error {
	return models.ErrUnavailable
}

func (brokenStore) Blacklist(context.Context, *models.OutstandingToken, time.Time) (bool, error) {
	return false, models.ErrUnavailable
}

func (brokenStore) Blacklisted(context.Context, string) (bool, error) {
	return false, models.ErrUnavailable
}

func (brokenStore) RefreshState(context.Context, string) (models.RefreshState, error) {
	return models.RefreshState{}, models.ErrUnavailable
}

func (brokenStore) FamilyOfRetired(context.Context, string) (*models.RefreshFamily, error) {
	return nil, models.ErrUnavailable
}
