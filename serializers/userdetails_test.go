package serializers

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/serializers/pyjson"
)

func TestAProfileHasWhatTheRequestNamed(t *testing.T) {
	s := NewUserDetails(DefaultConfig(), UserFields{"pk", "username", "email", "first_name"}, models.UserModel{})
	var in UserDetails
	body := `{"first_name": "", "email": "x", "pk": 9, "last_name": "not shown, not taken"}`
	if err := s.ReadPartial(request("application/json", body), &in); err != nil {
		t.Fatal(err)
	}
	p := in.Profile()
	if p.FirstName == nil || *p.FirstName != "" || p.Username != nil || p.LastName != nil {
		t.Errorf("got %+v, want an empty first name and nothing else", p)
	}
	if in.Email.Given || in.PK != "" {
		t.Errorf("read-only fields were read: %+v", in)
	}
}

func TestEverythingThatCanBeShownOfAUserIsDescribedAndLittleCanBeChanged(t *testing.T) {
	all := UserFields(append(slices.Sorted(maps.Keys(columns(&models.User{}))), "pk"))
	fields := NewUserDetails(DefaultConfig(), all, models.UserModel{}).Fields()
	var described UserFields
	var writable []string
	for _, f := range fields {
		described = append(described, f.Name)
		if !f.ReadOnly {
			writable = append(writable, f.Name)
		}
	}
	if diff := cmp.Diff(all, described); diff != "" {
		t.Errorf("described (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"first_name", "last_name", "username"}, writable); diff != "" {
		t.Errorf("writable (-want +got):\n%s", diff)
	}
}

func TestUserDetailsAreDescribedInTheOrderOfTheSetting(t *testing.T) {
	got, err := pyjson.Marshal(NewUserDetails(DefaultConfig(), UserFields{"last_login", "is_staff", "id"}, models.UserModel{}).Fields(), 0)
	const want = `{"last_login":{"type":"datetime","required":false,"read_only":true,"label":"Last login"},` +
		`"is_staff":{"type":"boolean","required":false,"read_only":true,"label":"Staff status",` +
		`"help_text":"Designates whether the user can log into this admin site."},` +
		`"id":{"type":"integer","required":false,"read_only":true,"label":"ID"}}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}
