package jwt

import (
	"context"
	"testing"

	"watchword/models"
)

// oldRows is a store in which users are disabled for whoever allows old rows.
type oldRows struct{ *store }

func (o oldRows) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	u, err := o.store.UserBy(ctx, field, value)
	if err == nil && models.MayBeOld(ctx) {
		u.IsActive = false
	}
	return u, err
}

func TestOldRowsRefuseNobody(t *testing.T) {
	f := exact(t, nil)
	g := f.issue(t)
	f.users = oldRows{f.store}
	r := bearerRequest("Bearer " + g.Access)
	id, err := f.Authenticate(r.WithContext(models.AllowOld(r.Context())))
	if err != nil || !id.User.IsActive {
		t.Errorf("%+v, %v", id, err)
	}
}
