package serializers

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/serializers/pyjson"
)

// fieldsOf reads a form and returns its fields as name=value.
func fieldsOf(t *testing.T, contentType, body string) []string {
	t.Helper()
	b, err := parse(request(contentType, body), pyjson.DefaultDecoder())
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	var got []string
	for _, m := range b.data.(*pyjson.Object).Members() {
		value, ok := m.Value.(string)
		if !ok {
			value = "(file)"
		}
		got = append(got, m.Name+"="+value)
	}
	return got
}

func TestFormsAreReadAsPythonReadsThem(t *testing.T) {
	tests := []struct {
		body string
		want []string
	}{
		{"a=1&b=2&a=3", []string{"a=3", "b=2"}},
		{"a", []string{"a="}},
		{"=x&&a=b=c", []string{"=x", "a=b=c"}},
		{"a+b=c%20d%2B", []string{"a b=c d+"}},
		{"%%%=&&&==", []string{"%%%=", "=="}},
		{"a=%zz%4", []string{"a=%zz%4"}},
		{"a=%C3%A9%c3", []string{"a=é\ufffd"}},
		{"a=%ff%fe", []string{"a=\ufffd\ufffd"}},
		{"a=%e2%82é%ac", []string{"a=\ufffdé\ufffd"}},
		{"a=\xe9", []string{"a=é"}},
		{"a=1;b=2", []string{"a=1;b=2"}},
		{"a=\u2028%00", []string{"a=\u2028\x00"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, fieldsOf(t, "application/x-www-form-urlencoded", tt.body)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.body, diff)
		}
	}
}

func TestMultipartForms(t *testing.T) {
	part := func(disposition, value string) string {
		return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n"
	}
	tests := []struct {
		name, body string
		want       []string
	}{
		{"fields", part(`name="a"`, "1") + part(`name="b"`, "é\xff") + "--B--\r\n", []string{"a=1", "b=é\ufffd"}},
		{"the last counts", part(`name="a"`, "1") + part(`name="a"`, "2") + "--B--\r\n", []string{"a=2"}},
		{"a file is no text", part(`name="a"; filename="x"`, "1") + "--B--\r\n", []string{"a=(file)"}},
		{"no file was chosen", part(`name="a"; filename=""`, "") + "--B--\r\n", []string{"a="}},
		{"no end", part(`name="a"`, "1") + "--B\r\nContent-Disposition: form-data; name=b\r\n\r\n2", []string{"a=1", "b=2"}},
		{"text around", "x\r\n" + part(`name="a"`, "1\n2") + "--B--\r\ny", []string{"a=1\n2"}},
		{"base64", part("name=\"a\"\r\nContent-Transfer-Encoding: BASE64", "Y W=Q=") + part("name=\"b\"\r\nContent-Transfer-Encoding: base64", "YWQ") +
			"--B--\r\n", []string{"a=ad", "b=YWQ"}},
		{"lines that are no headers", part("name=\"a\"\r\nx\r\n\xff: y", "1") + "--B--\r\n", []string{"a=1"}},
		{"as many as Django takes", strings.Repeat(part(`name="a"`, "1"), 1000) + "--B--\r\n", []string{"a=1"}},
		{"no name", part(`x="a"`, "1") + "--B--\r\n", nil},
		{"no part", "garbage", nil},
		{"empty", "--B--\r\n", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, fieldsOf(t, "multipart/form-data; boundary=B", tt.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	manyParts := strings.Repeat("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", 1001) + "--B--\r\n"
	tests := []struct {
		name, contentType, body string
		status                  int
		detail                  string
	}{
		{"no type", "", "x", 415, `Unsupported media type "" in request.`},
		{"no such type", "a/b/c;;;", "x", 415, `Unsupported media type "a/b/c;;;" in request.`},
		{"utf-16", "application/json; charset=utf-16", "{}", 415,
			`Unsupported media type "application/json; charset=utf-16" in request.`},
		{"boundary left out", "multipart/form-data", "x", 400,
			"Multipart form parse error - Invalid boundary in multipart: None"},
		{"boundary too long", "multipart/form-data; boundary=" + strings.Repeat("b", 202), "x", 400,
			"Multipart form parse error - Invalid boundary in multipart: " + strings.Repeat("b", 202)},
		{"too many parts", "multipart/form-data; boundary=B", manyParts, 400, "Multipart form parse error - Too many fields"},
		{"too many fields", "application/x-www-form-urlencoded", strings.Repeat("a&", 1000), 400,
			"Form parse error - Too many fields"},
	}
	for _, tt := range tests {
		_, err := parse(request(tt.contentType, tt.body), pyjson.DefaultDecoder())
		status, got := answer(t, err)
		want, marshalErr := pyjson.Marshal(Detail{Detail: tt.detail}, 0)
		if marshalErr != nil {
			t.Fatal(marshalErr)
		}
		if status != tt.status || got != string(want) {
			t.Errorf("%s:\n got %d %s\nwant %d %s", tt.name, status, got, tt.status, want)
		}
	}
}

func TestMediaTypesThatAreTaken(t *testing.T) {
	for _, contentType := range []string{"application/json", "APPLICATION/JSON", "application/json;charset=UTF-8",
		`application/json; charset="utf-8"`, "application/json; x=y"} {
		if _, err := parse(request(contentType, "{}"), pyjson.DefaultDecoder()); err != nil {
			t.Errorf("%s: %v", contentType, err)
		}
	}
}

func TestBodiesInLatin1(t *testing.T) {
	part := "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\xe9\r\n--B--"
	for contentType, body := range map[string]string{
		"application/json; charset=ISO-8859-1":               "{\"a\":\"\xe9\"}",
		"application/x-www-form-urlencoded; charset=latin-1": "a=%E9",
		"multipart/form-data; boundary=B; charset=latin1":    part,
	} {
		got, err := parse(request(contentType, body), pyjson.DefaultDecoder())
		if err != nil {
			t.Errorf("%s: %v", contentType, err)
			continue
		}
		if value, _ := got.data.(*pyjson.Object).Get("a"); value != "é" {
			t.Errorf("%s: got %q, want é", contentType, value)
		}
	}
}

// brokenBody fails as connections do.
type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }
func (b brokenBody) Close() error             { return nil }

func TestReadingStopsWhereTheBodyDoes(t *testing.T) {
	for err, want := range map[error]int{
		&http.MaxBytesError{Limit: 1}: 413,
		os.ErrDeadlineExceeded:        408,
		io.ErrUnexpectedEOF:           400,
		io.ErrClosedPipe:              400,
	} {
		r := request("application/json", "{}")
		r.Body = brokenBody{err}
		_, got := parse(r, pyjson.DefaultDecoder())
		if status, _ := answer(t, got); status != want {
			t.Errorf("%v: got %d, want %d", err, status, want)
		}
	}
}

func TestParseMediaType(t *testing.T) {
	tests := []struct {
		header     string
		want       MediaType
		precedence int
	}{
		{"application/json", MediaType{Type: "application", Subtype: "json"}, 2},
		{" Text/HTML ; Q=0.5", MediaType{Type: "text", Subtype: "html", Params: []Param{{"q", "0.5"}}}, 2},
		{"a/b; x=\"1;\\\"2\"; y = 3 ;z", MediaType{Type: "a", Subtype: "b", Params: []Param{{"x", `1;"2`}, {"y", "3"}}}, 3},
		{"a/b; n*=utf-8''%c3%a9", MediaType{Type: "a", Subtype: "b", Params: []Param{{"n", "é"}}}, 3},
		{"a/b; x=1; x=2", MediaType{Type: "a", Subtype: "b", Params: []Param{{"x", "2"}}}, 3},
		{"*/*", MediaType{Type: "*", Subtype: "*"}, 0},
		{"text/*; x=1", MediaType{Type: "text", Subtype: "*", Params: []Param{{"x", "1"}}}, 1},
		{"garbage", MediaType{Type: "garbage"}, 2},
		{"", MediaType{}, 2},
	}
	for _, tt := range tests {
		got := ParseMediaType(tt.header)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.header, diff)
		}
		if got.Precedence() != tt.precedence {
			t.Errorf("%q: got precedence %d, want %d", tt.header, got.Precedence(), tt.precedence)
		}
	}
}
