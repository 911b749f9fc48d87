package pyjson

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// documents are the seeds of the differential test and of the fuzzer.
var documents = []string{
	``, ` `, "\n\t\r ", `null`, `true`, `false`, `nul`, `"a"`, `1`, `-1`, `-0`, `0`, `01`, `-`, `-a`, `1.`,
	`.5`, `1.5`, `1e5`, `1E+5`, `1e`, `1e+`, `1.5e-7`, `1e400`, `-1e400`, `1e16`, `1e15`,
	`123456789012345678901234567890`, `0.0001`, `0.00001`, `1e22`, `5e-324`, `NaN`, `Infinity`,
	`-Infinity`, `Na`, `{`, `}`, `[`, `]`, `[1`, `[1,`, `[1,]`, `[,]`, `[1 2]`, `{}`, `{ }`, `{"a"`,
	`{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`, `{'a':1}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1}x`,
	`{"a":1} x`, `{"b":1,"a":2,"b":3}`, `"`, `"a`, `"a\`, `"\x"`, `"\u12"`, `"\u12`, `"\u123g"`,
	`"\u00e9"`, `"\ud800"`, `"\ud83d\ude00"`, `"\ud83d\u0041"`, `"\ud83d\u"`, `"\ud83d\u12`,
	`"\udc00\ud800"`, `"\"\\\/\b\f\n\r\t"`, "\"a\nb\"", "\"a\\n\nb\"", "\"\x00\"", "\"\x7f\"", `"é\é"`,
	"{\n\"é\": 1,\n x", "\ufeff{}", "{}\ufeff", "\"\xff\"", "\"\xc3\"", "\"\xe2\x82\"",
	"\"\xed\xa0\x80\"", "\"\xf0\x9f\x98\"", "\"\xf4\x90\x80\x80\"", "\"\xc0\x80\"", "\xe2\x82", "\xf0\x9f",
	"\"\u2028\"", `[[[[1]]]]`, `{"a":{"b":[1,{}]}}`, `"` + strings.Repeat("é", 50) + `" 1`,
	strings.Repeat("9", 4300), strings.Repeat("9", 4301), "-" + strings.Repeat("9", 4301), `{"x":NaN}`,
	`[-Infinity]`, `{"a":tru}`, "[1,\n2,\n\n3 4]", "\x00", "\u00a0{}", `{"a":1,"a":`, `{"":1}`, `[1]]`,
}

// mutate changes a few bytes of a document.
func mutate(r *rand.Rand, document string) string {
	const alphabet = "{}[]\",:\\u0123456789aAdDfFeE+-. \n\tntN\x00\x1f\x80\xbf\xc3\xe2\xed\xf0\xff"
	b := []byte(document)
	for range 1 + r.IntN(4) {
		at, c := r.IntN(len(b)+1), alphabet[r.IntN(len(alphabet))]
		switch {
		case r.IntN(3) == 0 && at < len(b):
			b = append(b[:at], b[at+1:]...)
		case r.IntN(2) == 0 && at < len(b):
			b[at] = c
		default:
			b = append(b[:at], append([]byte{c}, b[at:]...)...)
		}
	}
	return string(b)
}

func canonical(v any) string {
	var parts []string
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case Int:
		return "int:" + string(v)
	case float64:
		return "float:" + FormatFloat(v)
	case string:
		return "str:" + hex.EncodeToString([]byte(v))
	case []any:
		for _, x := range v {
			parts = append(parts, canonical(x))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	for _, m := range v.(*Object).Members() {
		parts = append(parts, canonical(m.Name)+"="+canonical(m.Value))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func decodeCanonical(document string) string {
	v, err := DefaultDecoder().Decode([]byte(document))
	if err != nil {
		return "error " + err.Error()
	}
	return "ok " + canonical(v)
}

// python returns an interpreter of the version whose sentences we speak.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3.11", "python3", "/usr/bin/python3"} {
		out, err := exec.Command(name, "-c", "import sys; print(sys.version_info[:2] < (3, 13))").Output()
		if err == nil && strings.TrimSpace(string(out)) == "True" {
			return name
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Python before 3.13 here, and CI has to compare with one")
	}
	t.Skip("no Python before 3.13 here to compare with")
	return ""
}

func TestDecodeAnswersAsPythonDoes(t *testing.T) {
	interpreter := python(t)
	all := append([]string{}, documents...)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		all = append(all, mutate(r, documents[r.IntN(len(documents))]))
	}
	var in strings.Builder
	for _, d := range all {
		in.WriteString(hex.EncodeToString([]byte(d)) + "\n")
	}
	cmd := exec.CommandContext(t.Context(), interpreter, "testdata/reference.py")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<20)
	for _, d := range all {
		if !lines.Scan() {
			t.Fatal("Python answered less than it was asked")
		}
		if got, want := decodeCanonical(d), lines.Text(); got != want {
			t.Errorf("%q:\n got %s\nwant %s", d, got, want)
		}
	}
}

func TestDecodeSaysWhatIsWrongAndWhere(t *testing.T) {
	tests := []struct{ document, want string }{
		{`{"username": "alice"`, "Expecting ',' delimiter: line 1 column 21 (char 20)"},
		{`username=alice`, "Expecting value: line 1 column 1 (char 0)"},
		{`{'username': 'alice'}`, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
		{`{"username": "alice",}`, "Expecting property name enclosed in double quotes: line 1 column 22 (char 21)"},
		{`{"username": "alice"} x`, "Extra data: line 1 column 23 (char 22)"},
		{"{\"username\":\"a\nb\"}", "Invalid control character at: line 1 column 15 (char 14)"},
		{`{"username": NaN}`, "Out of range float values are not JSON compliant: 'NaN'"},
		{"\ufeff{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"},
		{"{\"username\":\"\xff\"}", "'utf-8' codec can't decode byte 0xff in position 13: invalid start byte"},
		{"\"\xe2\x82x\"", "'utf-8' codec can't decode bytes in position 1-2: invalid continuation byte"},
		{"{\n \"ä\": ä}", "Expecting value: line 2 column 7 (char 8)"},
	}
	for _, tt := range tests {
		_, err := DefaultDecoder().Decode([]byte(tt.document))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.document, err, tt.want)
		}
	}
}

func TestDecodeStopsAtItsDepth(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := DefaultDecoder().Decode(nested(500)); err != nil {
		t.Errorf("500 levels: %v", err)
	}
	_, err := DefaultDecoder().Decode(nested(501))
	if got, want := fmt.Sprint(err), "Too many nested values: line 1 column 501 (char 500)"; got != want {
		t.Errorf("501 levels: got %q, want %q", got, want)
	}
	if _, err := DefaultDecoder().Decode([]byte(strings.Repeat(`{"a":`, 100000))); err == nil {
		t.Error("100000 levels were taken")
	}
}

func TestDecodeRefusesNamesThatAreEqualButForCaseWhenAsked(t *testing.T) {
	strict := Decoder{MaxDepth: 3, UniqueNames: true}
	var many strings.Builder
	for i := range 50 {
		fmt.Fprintf(&many, `"n%d":1,`, i)
	}
	for _, document := range []string{`{"a":1,"a":2}`, `{"a":1,"A":2}`, `[{"b":{"a":1,"a":1}}]`,
		`{` + many.String() + `"n7":1}`} {
		var syntax *SyntaxError
		if _, err := strict.Decode([]byte(document)); !errors.As(err, &syntax) ||
			syntax.Message != "Duplicate property name" {
			t.Errorf("%s: got %v", document, err)
		}
	}
	if _, err := strict.Decode([]byte(`{"a":{"a":1},"b":[{"a":1},{"a":1}]}`)); err != nil {
		t.Errorf("the same name in different objects: %v", err)
	}
}

func TestObjectKeepsTheFirstPlaceAndTheLastValue(t *testing.T) {
	o := &Object{}
	for i := range 30 {
		o.Set(fmt.Sprint("n", i%20), i)
	}
	if got, want := len(o.Members()), 20; got != want {
		t.Fatalf("got %d members, want %d", got, want)
	}
	if v, ok := o.Get("n3"); !ok || v != 23 || o.Members()[3].Name != "n3" {
		t.Errorf("got %v %v at %s", v, ok, o.Members()[3].Name)
	}
	if _, ok := o.Get("n20"); ok {
		t.Error("found a name that was never set")
	}
}

func FuzzDecode(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := DefaultDecoder().Decode(data)
		if err != nil {
			return
		}
		if _, isFloat := v.(float64); isFloat {
			return // may be infinite, which JSON cannot say
		}
		again, err := Marshal(v, 0)
		if err != nil {
			if strings.Contains(err.Error(), "unsupported value") {
				return
			}
			t.Fatal(err)
		}
		if _, err := DefaultDecoder().Decode(again); err != nil {
			t.Fatalf("%q became %q: %v", data, again, err)
		}
	})
}
