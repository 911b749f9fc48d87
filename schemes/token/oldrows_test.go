package token_test

import (
	"context"
	"testing"
	"time"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/token"
)

// oldRows is a store in which, for whoever allows old rows, users are disabled and tokens were not used for long.
type oldRows struct{ *gormstore.Store }

func (o oldRows) LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	t, u, err := o.Store.LoginToken(ctx, digests)
	if err == nil && models.MayBeOld(ctx) {
		t.Refreshed, u.IsActive = nil, false
	}
	return t, u, err
}

func (o oldRows) UserByPlainToken(ctx context.Context, key string) (*models.User, error) {
	u, err := o.Store.UserByPlainToken(ctx, key)
	if err == nil && models.MayBeOld(ctx) {
		u.IsActive = false
	}
	return u, err
}

func TestOldRowsRefuseNobody(t *testing.T) {
	clock, store := newClock(), gormtest.SQLite(t)
	cfg := clock.of(token.DefaultConfig())
	cfg.AutoRefresh, cfg.Validity = true, time.Hour
	alice := newUser(t, store, "alice", true)
	opaque, plain := newScheme(t, cfg, oldRows{store}), token.NewPlain(oldRows{store}, clock.now)
	text := issue(t, opaque, alice).Access
	clock.forward(50 * time.Minute)
	wantWho(t, opaque, "Token "+text, "alice") // by which its use is noted
	clock.forward(50 * time.Minute)
	grant, err := plain.Issue(request(t, ""), alice)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, "Token "+text)
	id, err := opaque.Authenticate(r.WithContext(models.AllowOld(r.Context())))
	if err != nil || id.Anonymous() {
		t.Errorf("opaque token: %+v, %v", id, err)
	}
	r = request(t, "Token "+grant.Access)
	id, err = plain.Authenticate(r.WithContext(models.AllowOld(r.Context())))
	if err != nil || id.Anonymous() || !id.User.IsActive {
		t.Errorf("plain token: %+v, %v", id, err)
	}
}
