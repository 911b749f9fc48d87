package serializers_test

import (
	"testing"

	"watchword/models"
	"watchword/serializers"
)

func TestNamesAndAddressesFitTheirColumns(t *testing.T) {
	users := models.UserModel{Label: "crm.Person", Username: "login", Known: []models.Column{
		{Name: "login", Type: models.ColumnText, MaxLength: 255}, {Name: "email", Type: models.ColumnText, MaxLength: 100},
		{Name: "password", Type: models.ColumnText, MaxLength: 64}, {Name: "first_name", Type: models.ColumnText},
	}}
	fields := serializers.New[serializers.Registration](serializers.DefaultConfig(), serializers.WithinColumns(users)).Fields()
	for i, want := range []int{255, 128, 100} {
		if fields[i].MaxLength != want {
			t.Errorf("%s holds %d characters, want %d", fields[i].Name, fields[i].MaxLength, want)
		}
	}
	if got, want := serializers.AlreadyExists(users, "phone_number"), "person with this phone number already exists."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := serializers.AlreadyExists(models.UserModel{}, "email"), "user with this email already exists."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRegistrationsAskForWhatNamesUsers(t *testing.T) {
	byEmail := models.UserModel{Label: "crm.Person", Username: "email"}
	for name, test := range map[string]struct {
		users     models.UserModel
		confirmed bool
		want      []string
	}{
		"by name":               {models.UserModel{}, false, []string{"username", "password"}},
		"by name, confirmed":    {models.UserModel{}, true, []string{"username", "password", "email"}},
		"by address":            {byEmail, false, []string{"password", "email"}},
		"by address, confirmed": {byEmail, true, []string{"password", "email"}},
	} {
		fields := serializers.NewRegistration(serializers.DefaultConfig(), test.users, test.confirmed).Fields()
		for i := range max(len(fields), len(test.want)) {
			if len(fields) != len(test.want) || fields[i].Name != test.want[i] {
				t.Errorf("%s: got %+v, want %q", name, fields, test.want)
				break
			}
		}
	}
}
