package serializers

import (
	"testing"
	"time"

	"watchword/models"
	"watchword/serializers/pyjson"
)

func TestReadLogout(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		text                    string
		given                   bool
		status                  int
		answer                  string
	}{
		{"a token", "application/json", `{"refresh": "a.b.c"}`, "a.b.c", true, 200, ""},
		{"white space is kept", "application/json", `{"refresh": " x "}`, " x ", true, 200, ""},
		{"blank", "application/json", `{"refresh": ""}`, "", true, 200, ""},
		{"null is nothing", "application/json", `{"refresh": null}`, "", false, 200, ""},
		{"missing", "application/json", `{}`, "", false, 200, ""},
		{"no body", "", "", "", false, 200, ""},
		{"a number is no token", "application/json", `{"refresh": 1}`, "", true, 200, ""},
		{"a list is no token", "application/json", `{"refresh": []}`, "", true, 200, ""},
		{"false is no token", "application/json", `{"refresh": false}`, "", true, 200, ""},
		{"a form", "application/x-www-form-urlencoded", "refresh=x", "x", true, 200, ""},
		{"a list for a body", "application/json", `[]`, "", false, 400,
			`{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{"null for a body", "application/json", `null`, "", false, 400, `{"non_field_errors":["No data provided"]}`},
		{"malformed", "application/json", `{`, "", false, 400,
			`{"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, given, err := ReadLogout(DefaultConfig(), request(tt.contentType, tt.body))
			status, body := answer(t, err)
			if text != tt.text || given != tt.given || status != tt.status || body != tt.answer {
				t.Errorf("got %q, %v, %d %s\nwant %q, %v, %d %s", text, given, status, body,
					tt.text, tt.given, tt.status, tt.answer)
			}
		})
	}
}

func TestTimesAreWrittenInUTCWithMicrosecondsUnlessThereAreNone(t *testing.T) {
	cet := time.FixedZone("CET", 3600)
	for at, want := range map[time.Time]string{
		time.Date(2024, 1, 2, 3, 4, 5, 678901234, time.UTC): `"2024-01-02T03:04:05.678901Z"`,
		time.Date(2024, 1, 2, 4, 4, 5, 100000000, cet):      `"2024-01-02T03:04:05.100000Z"`,
		time.Date(2024, 1, 2, 3, 4, 5, 999, time.UTC):       `"2024-01-02T03:04:05Z"`,
	} {
		got, err := pyjson.Marshal(Time(at), 0)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}

func TestLoginPairKeepsItsOrderAndLeavesOutEndsThatNobodyAskedFor(t *testing.T) {
	fields, err := ParseUserFields(RESTUserFields, models.UserModel{})
	if err != nil {
		t.Fatal(err)
	}
	u := fields.Show(&models.User{ID: "7", Username: "alice", Email: "alice@example.com", FirstName: "Ä"}, models.UserModel{}, false)
	end := Time(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC))
	const user = `{"pk":7,"username":"alice","email":"alice@example.com","first_name":"Ä","last_name":""}`
	for want, pair := range map[string]LoginPair{
		`{"access":"a","refresh":"","user":` + user + `}`: {Access: "a", User: u},
		`{"access":"a","refresh":"r","user":` + user + `,"access_expiration":"2024-01-02T03:04:05Z",` +
			`"refresh_expiration":"2024-01-02T03:04:05Z"}`: {Access: "a", Refresh: "r", User: u, AccessUntil: &end, RefreshUntil: &end},
	} {
		got, err := pyjson.Marshal(pair, 0)
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestPrependPutsAFieldBeforeTheOthers(t *testing.T) {
	var faults Errors
	faults.Add("b", "2")
	faults.Add("c", "3")
	faults.Prepend("a", "1")
	faults.Add("b", "2 too")
	got, err := pyjson.Marshal(&faults, 0)
	if want := `{"a":["1"],"b":["2","2 too"],"c":["3"]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestArrangeFollowsTheFields(t *testing.T) {
	var faults Errors
	for _, name := range []string{NonField, "c", "a", "b"} {
		faults.Add(name, name)
	}
	faults.Arrange(Fields{{Name: "b"}, {Name: "a"}, {Name: "c"}})
	got, err := pyjson.Marshal(&faults, 0)
	if want := `{"b":["b"],"a":["a"],"c":["c"],"non_field_errors":["non_field_errors"]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
