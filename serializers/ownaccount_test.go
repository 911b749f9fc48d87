package serializers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/serializers/pyjson"
)

func TestAnExportHasEveryColumnButThePassword(t *testing.T) {
	joined := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	mike := &models.User{ID: "7", Username: "mike", Email: "m@example.org", Password: "argon2$secret", IsActive: true, DateJoined: joined}
	member := &models.User{ID: "0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f", Username: "m@example.org", Email: "m@example.org",
		Password: "argon2$secret", Extra: map[string]any{"nickname": "Bo", "level": int64(3)}}
	some := models.UserModel{Label: "members.Member", Username: "email", Known: ownUsers.Known, Extra: []models.Column{
		{Name: "nickname", Type: models.ColumnText}, {Name: "level", Type: models.ColumnInteger}}}
	for _, test := range []struct {
		user  *models.User
		users models.UserModel
		want  string
	}{
		{mike, models.UserModel{}, `{"user":{"id":7,"username":"mike","email":"m@example.org","first_name":"","last_name":"",` +
			`"is_active":true,"is_staff":false,"is_superuser":false,"date_joined":"2026-01-02T03:04:05Z","last_login":null},` +
			`"addresses":[],"social_accounts":[],"logins":[],"groups":["editors"]}`},
		{member, some, `{"user":{"id":"0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f","email":"m@example.org","nickname":"Bo","level":3},` +
			`"addresses":[],"social_accounts":[],"logins":[],"groups":["editors"]}`},
	} {
		got, err := pyjson.Marshal(NewExport(test.user, test.users, nil, nil, nil, []string{"editors"}), 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}
