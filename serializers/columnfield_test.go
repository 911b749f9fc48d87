package serializers

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// ownUsers have one column of each type.
var ownUsers = models.UserModel{Label: "members.Member", Username: "email", Known: []models.Column{{Name: "email", MaxLength: 100}},
	Extra: []models.Column{
		{Name: "nickname", Type: models.ColumnText, MaxLength: 5},
		{Name: "phone", Type: models.ColumnText, MaxLength: 5, Null: true, Unique: true},
		{Name: "level", Type: models.ColumnInteger, Max: math.MaxInt16},
		{Name: "happy", Type: models.ColumnBoolean},
		{Name: "ratio", Type: models.ColumnFloat, Null: true},
		{Name: "credit", Type: models.ColumnDecimal, Digits: 5, Places: 2, Null: true},
		{Name: "born", Type: models.ColumnDate, Null: true},
		{Name: "alarm", Type: models.ColumnTime, Null: true},
		{Name: "seen", Type: models.ColumnDateTime, Null: true},
		{Name: "friend", Type: models.ColumnUUID, Null: true},
		{Name: "likes", Type: models.ColumnJSON},
		{Name: "shape", Type: models.ColumnOther, Null: true},
	}}

func ownDetails(t *testing.T) *Serializer[UserDetails] {
	t.Helper()
	fields := UserFields{"pk", "email"}
	for _, c := range ownUsers.Extra {
		fields = append(fields, c.Name)
	}
	return NewUserDetails(DefaultConfig(), fields, ownUsers)
}

func TestColumnsTakeWhatTheirTypesAllow(t *testing.T) {
	s := ownDetails(t)
	for body, want := range map[string]any{
		`{"nickname": " Bo "}`: "Bo", `{"nickname": ""}`: "", `{"nickname": 12}`: "12", `{"phone": null}`: nil,
		`{"level": 0}`: int64(0), `{"level": "32767"}`: int64(32767), `{"level": 7.0}`: int64(7),
		`{"happy": true}`: true, `{"happy": "no"}`: false, `{"happy": 1}`: true,
		`{"ratio": "1.5"}`: 1.5, `{"ratio": 2}`: 2.0, `{"ratio": null}`: nil,
		`{"credit": "1.5"}`: "1.50", `{"credit": 999.99}`: "999.99", `{"credit": "-0.10"}`: "-0.10", `{"credit": 1e2}`: "100.00",
		`{"born": "2024-02-29"}`: "2024-02-29", `{"alarm": "7:30"}`: "07:30:00",
		`{"seen": "2024-01-02T03:04:05+02:00"}`:            time.Date(2024, 1, 2, 1, 4, 5, 0, time.UTC),
		`{"seen": "2024-01-02 03:04"}`:                     time.Date(2024, 1, 2, 3, 4, 0, 0, time.UTC),
		`{"friend": "{0F3C1D7E3B5A4C499D3E0A1B2C3D4E5F}"}`: "0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f",
		`{"likes": {"a": [1, null]}}`:                      `{"a":[1,null]}`,
	} {
		var in UserDetails
		if err := s.ReadPartial(request("application/json", body), &in); err != nil || len(in.Columns) != 1 {
			t.Errorf("%s: %v, %v", body, err, in.Columns)
			continue
		}
		for _, got := range in.Columns {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", body, diff)
			}
		}
	}
}

func TestColumnsRefuseInTheWordsOfRESTFramework(t *testing.T) {
	s := ownDetails(t)
	for body, want := range map[string]string{
		`{"nickname": "longer"}`: "Ensure this field has no more than 5 characters.",
		`{"nickname": null}`:     "This field may not be null.", `{"nickname": true}`: "Not a valid string.",
		`{"phone": ""}`:    "This field may not be blank.",
		`{"level": -1}`:    "Ensure this value is greater than or equal to 0.",
		`{"level": 32768}`: "Ensure this value is less than or equal to 32767.",
		`{"level": 1.5}`:   "A valid integer is required.", `{"level": ""}`: "A valid integer is required.",
		`{"level": true}`: "A valid integer is required.", `{"happy": "x"}`: "Must be a valid boolean.",
		`{"happy": null}`: "This field may not be null.", `{"happy": []}`: "Must be a valid boolean.",
		`{"ratio": "x"}`: "A valid number is required.", `{"ratio": "nan"}`: "A valid number is required.",
		`{"credit": "x"}`:        "A valid number is required.",
		`{"credit": "1234.56"}`:  "Ensure that there are no more than 5 digits in total.",
		`{"credit": "1.234"}`:    "Ensure that there are no more than 2 decimal places.",
		`{"credit": "1234"}`:     "Ensure that there are no more than 3 digits before the decimal point.",
		`{"born": "2023-02-29"}`: "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
		`{"alarm": "25:00"}`:     "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].",
		`{"seen": 5}`:            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
		`{"friend": "0f3c1d7e"}`: "Must be a valid UUID.",
		`{"likes": "nul\u0000"}`: "Value must be valid JSON.",
	} {
		var in UserDetails
		err := s.ReadPartial(request("application/json", body), &in)
		var faults *Errors
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v", body, err)
			continue
		}
		for _, m := range faults.fields.Members() {
			if diff := cmp.Diff([]string{want}, m.Value); diff != "" {
				t.Errorf("%s (-want +got):\n%s", body, diff)
			}
		}
	}
}

func TestWhatNobodyCanGuessIsRequired(t *testing.T) {
	var in UserDetails
	err := ownDetails(t).Read(request("application/json", `{}`), &in)
	var faults *Errors
	if !errors.As(err, &faults) || len(faults.fields.Members()) != 1 || faults.Messages("level") == nil {
		t.Errorf("got %v, want a fault of level alone", err)
	}
}

func TestColumnsAreShownAndReadOnlyOnesAreNotTaken(t *testing.T) {
	u := &models.User{ID: "0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f", Email: "a@example.com", Extra: map[string]any{
		"level": int64(3), "seen": time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), "likes": `{"a": [1]}`, "credit": "1.50"}}
	fields, err := ParseUserFields([]string{"pk", "level", "seen", "likes", "credit", "born"}, ownUsers)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fields.Show(u, ownUsers, false).MarshalJSON()
	const want = `{"pk":"0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f","level":3,"seen":"2024-01-02T03:04:05Z","likes":{"a":[1]},` +
		`"credit":"1.50","born":null}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	var in UserDetails
	if err := ownDetails(t).ReadPartial(request("application/json", `{"shape": 1, "email": "b@example.com", "pk": 1}`), &in); err != nil || in.Columns != nil {
		t.Errorf("read-only fields were read: %v, %v", in.Columns, err)
	}
	if _, err := ParseUserFields([]string{"username"}, ownUsers); err == nil {
		t.Error("users without names show one")
	}
}
