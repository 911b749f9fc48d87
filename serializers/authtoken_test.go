package serializers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/serializers/pyjson"
)

func TestUserFields(t *testing.T) {
	login := time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)
	u := &models.User{ID: "7", Username: "ana", Email: "ana@example.com", Password: "secret", FirstName: "Ana", IsActive: true,
		DateJoined: login.Truncate(time.Second), LastLogin: &login}
	for _, tt := range []struct {
		setting any
		want    string
	}{
		{[]any{"username", "id"}, `{"username":"ana","id":7}`},
		{[]string{"pk", "email_confirmed", "is_active", "is_staff", "is_superuser"},
			`{"pk":7,"email_confirmed":true,"is_active":true,"is_staff":false,"is_superuser":false}`},
		{[]any{"date_joined", "last_login"}, `{"date_joined":"2026-01-02T03:04:05Z","last_login":"2026-01-02T03:04:05.000678Z"}`},
		{"ai_kit_auth.serializers.UserSerializer", `{"id":7,"email":"ana@example.com","username":"ana"}`},
		{"dj_rest_auth.serializers.UserDetailsSerializer",
			`{"pk":7,"username":"ana","email":"ana@example.com","first_name":"Ana","last_name":""}`},
	} {
		fields, err := ParseUserFields(tt.setting, models.UserModel{}, EmailConfirmed)
		if err != nil {
			t.Errorf("%v: %v", tt.setting, err)
			continue
		}
		got, err := pyjson.Marshal(fields.Show(u, models.UserModel{}, true), 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.setting, diff)
		}
	}
	for _, nothing := range []any{nil, "", "None", []any{}} {
		if fields, err := ParseUserFields(nothing, models.UserModel{}); err != nil || len(fields) != 0 {
			t.Errorf("%v: got %v, %v", nothing, fields, err)
		}
	}
	for _, bad := range []any{"my.Serializer", []any{"password"}, []any{"id", 1}, []any{"id", "id"}, []any{"email_confirmed"}, 1, true, map[string]any{}} {
		if fields, err := ParseUserFields(bad, models.UserModel{}); err == nil {
			t.Errorf("%v: got %v", bad, fields)
		}
	}
}
