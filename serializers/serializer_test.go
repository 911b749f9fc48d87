package serializers

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/serializers/pyjson"
)

// login has the fields that the recorded answers in testdata/login.json are about.
type login struct {
	Username Char `json:"username" field:"allow_blank"`
	Email    Char `json:"email" field:"email,allow_blank"`
	Password Char `json:"password" field:"required"`
}

// profile has every rule.
type profile struct {
	PK       int64  `json:"pk" label:"ID"`
	Username Char   `json:"username" field:"required,username,max_length=5,min_length=2" help:"Some help."`
	Email    Char   `json:"email" field:"email,read_only" label:"Email address"`
	Mail     Char   `json:"mail" field:"email,max_length=10"`
	Nick     Char   `json:"nick_name" field:"allow_blank,max_length=3"`
	Hidden   string // not on the wire
}

func request(contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/?password=fromquery&username=fromquery", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// answer is the status and body that err would be answered with; 200 for none.
func answer(t *testing.T, err error) (status int, body string) {
	t.Helper()
	if err == nil {
		return http.StatusOK, ""
	}
	var problem *Problem
	var faults *Errors
	if errors.As(err, &faults) {
		problem = faults.Problem()
	} else if !errors.As(err, &problem) {
		t.Fatalf("not an answer: %v", err)
	}
	text, marshalErr := pyjson.Marshal(problem.Body, 0)
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	return problem.Status, string(text)
}

func TestReadAnswersAsRecorded(t *testing.T) {
	var recorded []struct {
		Name    string
		Type    *string `json:"content_type"`
		Body    string
		BodyB64 string `json:"body_b64"`
		Status  int
		JSON    json.RawMessage
	}
	readTestdata(t, "testdata/login.json", &recorded)
	s := New[login](ExactConfig())
	for _, step := range recorded {
		t.Run(step.Name, func(t *testing.T) {
			if step.BodyB64 != "" {
				raw, err := base64.StdEncoding.DecodeString(step.BodyB64)
				if err != nil {
					t.Fatal(err)
				}
				step.Body = string(raw)
			}
			r := request("", step.Body)
			if step.Type != nil {
				r.Header["Content-Type"] = []string{*step.Type}
			}
			status, body := answer(t, s.Read(r, new(login)))
			if status != step.Status {
				t.Errorf("status: got %d, want %d", status, step.Status)
			}
			var got, want any
			_ = json.Unmarshal([]byte(body), &got)
			_ = json.Unmarshal(step.JSON, &want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func readTestdata(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func TestReadListsEveryMessageInOrder(t *testing.T) {
	const username = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
	tests := []struct{ name, body, want string }{
		{"all fields", `{"mail":1,"nick_name":[]}`, `{"username":["This field is required."],` +
			`"mail":["Enter a valid email address."],"nick_name":["Not a valid string."]}`},
		{"all rules of a field", `{"username":"!!!!!\u0000\ud800"}`, `{"username":["` + username + `",` +
			`"Ensure this field has no more than 5 characters.","Null characters are not allowed.",` +
			`"Surrogate characters are not allowed: U+D800."]}`},
		{"too short", `{"username":"é"}`, `{"username":["Ensure this field has at least 2 characters."]}`},
		{"lengths count code points", `{"username":"ab","nick_name":"éé\ud800"}`,
			`{"nick_name":["Surrogate characters are not allowed: U+D800."]}`},
		{"lengths before the type", `{"username":"ab","mail":"12345678901"}`,
			`{"mail":["Ensure this field has no more than 10 characters.","Enter a valid email address."]}`},
		{"null", `{"username":null,"mail":null,"nick_name":null}`, `{"username":["This field may not be null."],` +
			`"mail":["This field may not be null."],"nick_name":["This field may not be null."]}`},
		{"blank", `{"username":" \u00a0\u001f","mail":"","nick_name":""}`,
			`{"username":["This field may not be blank."],"mail":["This field may not be blank."]}`},
	}
	s := New[profile](DefaultConfig())
	for _, tt := range tests {
		_, got := answer(t, s.Read(request("application/json", tt.body), new(profile)))
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestReadLeavesAbsentAndReadOnlyFieldsAlone(t *testing.T) {
	s := New[profile](DefaultConfig())
	got := profile{PK: 7, Username: Text("old"), Email: Text("a@b.cd"), Nick: Text("x")}
	if err := s.ReadPartial(request("application/json", `{"pk":9,"email":5,"nick_name":" y "}`), &got); err != nil {
		t.Fatal(err)
	}
	want := profile{PK: 7, Username: Text("old"), Email: Text("a@b.cd"), Nick: Char{Text: "y", Given: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadTakesNumbersAsPythonPrintsThem(t *testing.T) {
	s := New[login](DefaultConfig())
	for number, want := range map[string]string{"12345": "12345", "1.5": "1.5", "1E3": "1000.0", "1e400": "inf", "-0": "0",
		"123456789012345678901234567890": "123456789012345678901234567890"} {
		var in login
		if err := s.Read(request("application/json", `{"password":`+number+`}`), &in); err != nil {
			t.Fatal(err)
		}
		if in.Password.Text != want {
			t.Errorf("%s: got %q, want %q", number, in.Password.Text, want)
		}
	}
}

func TestReadStripsUnlessToldNotTo(t *testing.T) {
	for keep, want := range map[bool]string{true: " x\u00a0", false: "x"} {
		s := NewTokenObtain(DefaultConfig(), "username", keep)
		var in TokenObtain
		if err := s.Read(request("application/json", `{"username":" u ","password":" x\u00a0"}`), &in); err != nil {
			t.Fatal(err)
		}
		if in.Username.Text != "u" || in.Password.Text != want {
			t.Errorf("got %q and %q, want %q", in.Username.Text, in.Password.Text, want)
		}
	}
	kept := NewTokenObtain(DefaultConfig(), "username", true)
	if err := kept.Read(request("application/json", `{"username":"u","password":"  "}`), new(TokenObtain)); err != nil {
		t.Errorf("a password of blanks: %v", err)
	}
}

func TestReadRefusesTwoNamesThatAreEqualButForCaseUnderDefaultConfig(t *testing.T) {
	for _, body := range []string{`{"password":"a","password":"b"}`, `{"password":"a","PASSWORD":"b"}`} {
		status, got := answer(t, New[login](DefaultConfig()).Read(request("application/json", body), new(login)))
		want := `{"detail":"JSON parse error - Duplicate property name: line 1 column 17 (char 16)"}`
		if status != 400 || got != want {
			t.Errorf("%s: got %d %s", body, status, got)
		}
	}
	var in login
	err := New[login](ExactConfig()).Read(request("application/json", `{"password":"a","password":"b"}`), &in)
	if err != nil || in.Password.Text != "b" {
		t.Errorf("exact: got %q, %v; want the last one", in.Password.Text, err)
	}
}

func TestFieldsDescribeThemselves(t *testing.T) {
	got, err := pyjson.Marshal(New[profile](DefaultConfig()).Fields(), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"pk":{"type":"integer","required":false,"read_only":true,"label":"ID"},` +
		`"username":{"type":"string","required":true,"read_only":false,"label":"Username","help_text":"Some help.",` +
		`"min_length":2,"max_length":5},` +
		`"email":{"type":"email","required":false,"read_only":true,"label":"Email address"},` +
		`"mail":{"type":"email","required":false,"read_only":false,"label":"Mail","max_length":10},` +
		`"nick_name":{"type":"string","required":false,"read_only":false,"label":"Nick name","max_length":3}}`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestStudentGoesOverTheWireAndBack(t *testing.T) {
	body := `{"pk":3,"first_name":"A<b>","last_name":"É","email":"a@b.cd","classroom":"1"}`
	s := New[Student](DefaultConfig())
	in := Student{PK: 3}
	if err := s.Read(request("application/json", body), &in); err != nil {
		t.Fatal(err)
	}
	got, err := pyjson.Marshal(NewStudent(in.Model()), 0)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != body {
		t.Errorf("got %s, want %s", got, body)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("application/json", `{"username":"a","password":"b"}`)
	f.Add("application/json; charset=utf-8", `[{"a":1}]`)
	f.Add("application/x-www-form-urlencoded", `username=%ff&password=a+b&%zz=%`)
	f.Add("multipart/form-data; boundary=BB", "--BB\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--BB--\r\n")
	f.Add("multipart/form-data; boundary=\"", "")
	f.Add("*/*", "\xff")
	obtain := New[login](DefaultConfig())
	all := New[profile](ExactConfig())
	f.Fuzz(func(t *testing.T, contentType, body string) {
		for _, err := range []error{
			obtain.Read(request(contentType, body), new(login)),
			all.ReadPartial(request(contentType, body), new(profile)),
		} {
			if status, _ := answer(t, err); status >= 500 {
				t.Errorf("status %d", status)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	s := NewTokenObtain(DefaultConfig(), "username", true)
	for b.Loop() {
		if err := s.Read(request("application/json", `{"username":"alice","password":"correct-horse-9"}`),
			new(TokenObtain)); err != nil {
			b.Fatal(err)
		}
	}
}
