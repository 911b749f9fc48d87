package gormstore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

const members = `[
{"model": "contenttypes.contenttype", "pk": 900, "fields": {"app_label": "shop", "model": "order"}},
{"model": "auth.permission", "pk": 900, "fields": {"name": "x", "content_type": 900, "codename": "own"}},
{"model": "auth.permission", "pk": 901, "fields": {"name": "x", "content_type": 900, "codename": "by_group"}},
{"model": "auth.permission", "pk": 902, "fields": {"name": "x", "content_type": 900, "codename": "nobodys"}},
{"model": "auth.group", "pk": 1, "fields": {"name": "editors", "permissions": [901]}},
{"model": "auth.group", "pk": 2, "fields": {"name": "authors", "permissions": [901]}},
{"model": "auth.user", "pk": 1, "fields": {"username": "a", "password": "!", "groups": [1, 2], "user_permissions": [900]}},
{"model": "auth.user", "pk": 2, "fields": {"username": "b", "password": "!", "groups": [1], "is_active": false}},
{"model": "auth.user", "pk": 3, "fields": {"username": "c", "password": "!", "is_superuser": true}}]`

func TestMembershipsAreDjangos(t *testing.T) {
	for database, url := range eachURL() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := openMigrated(t, url(t))
			load(t, s, members)
			of := func(id string) *models.Memberships {
				t.Helper()
				u, err := s.UserBy(t.Context(), models.UserFieldID, id)
				if err == nil {
					err = s.LoadMemberships(t.Context(), u)
				}
				if err != nil {
					t.Fatal(err)
				}
				return u.Memberships
			}
			groups, err := s.OwnGroups(t.Context(), "1")
			if diff := cmp.Diff([]string{"authors", "editors"}, groups); diff != "" || err != nil {
				t.Errorf("groups of a member: %v (-want +got):\n%s", err, diff)
			}
			want := &models.Memberships{Groups: []string{"authors", "editors"}, Permissions: []string{"shop.by_group", "shop.own"}}
			if diff := cmp.Diff(want, of("1")); diff != "" {
				t.Errorf("of a member (-want +got):\n%s", diff)
			}
			want = &models.Memberships{Groups: []string{"editors"}, Permissions: []string{}}
			if diff := cmp.Diff(want, of("2")); diff != "" {
				t.Errorf("of a disabled member (-want +got):\n%s", diff)
			}
			if got := of("3"); len(got.Groups) != 0 || len(got.Permissions) < 60 {
				t.Errorf("a superuser has %d groups and %d permissions, want none and all", len(got.Groups), len(got.Permissions))
			}
		})
	}
}
