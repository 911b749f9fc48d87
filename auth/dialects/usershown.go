package dialects

import (
	"context"
	"slices"

	"watchword/models"
	"watchword/serializers"
	"watchword/serializers/pyjson"
)

// UserFacts looks up what can be shown of users and is not in their rows.
type UserFacts interface {
	// EmailConfirmed reports whether the user has confirmed the address that they have now.
	EmailConfirmed(ctx context.Context, user models.UserID) (bool, error)
	// LoadMemberships fills in u.Memberships.
	LoadMemberships(ctx context.Context, u *models.User) error
}

// ShowUser returns these fields of u, one of such users, as they go on the wire; nil for nobody and for no fields. What u's
// row does not hold is looked up where it is among them.
func ShowUser(ctx context.Context, fields serializers.UserFields, u *models.User, users models.UserModel,
	facts UserFacts) (*pyjson.Object, error) {
	if u == nil || fields == nil {
		return nil, nil
	}
	shown, confirmed := *u, false
	if slices.Contains(fields, serializers.EmailConfirmed) {
		var err error
		if confirmed, err = facts.EmailConfirmed(ctx, u.ID); err != nil {
			return nil, err
		}
	}
	if fields.HaveMemberships() {
		if err := facts.LoadMemberships(ctx, &shown); err != nil {
			return nil, err
		}
	}
	return fields.Show(&shown, users, confirmed), nil
}
