package signing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPythonsNumbersBeyondJSONAreKept(t *testing.T) {
	// As Python's json.dumps writes it with separators=(",", ":").
	const text = `{"a":NaN,"b":{"c":[-Infinity,Infinity,1,"NaN \" NaN"],"d":-1},"\u00fc":"Infinity"}`
	var m Members
	if err := m.unmarshal([]byte(text)); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, value := range m {
		got[name] = string(value)
	}
	want := map[string]string{
		"a": "NaN", "b": `{"c":[-Infinity,Infinity,1,"NaN \" NaN"],"d":-1}`, "ü": `"Infinity"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if again, err := marshalPython(m); err != nil || string(again) != text {
		t.Errorf("written again: %s, %v; want %s", again, err, text)
	}
}

func TestMembersAreReadAsJSONOtherwise(t *testing.T) {
	for _, text := range []string{
		"", "{", "NaN", "[NaN]", `{NaN:1}`, `{"a":1NaN}`, `{"a":NaN1}`, `{"a":NaNNaN}`, `{"a":+Infinity}`, `{"a":--Infinity}`,
		`{"a":NaN,}`, `{"a":NaN}{}`, `{"a":nan}`, `{"a":NaN "b":1}`, `{"a":Inf}`, "{\"a\":\"\n\",\"b\":NaN}",
	} {
		var m Members
		if err := m.unmarshal([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, m)
		}
	}
	got, err := marshalPython(Members{"b": []byte(` [1, "ü"] `), "a": []byte("null")})
	if want := `{"a":null,"b":[1,"\u00fc"]}`; err != nil || string(got) != want {
		t.Errorf("= %s, %v; want %s", got, err, want)
	}
	if _, err := marshalPython(Members{"a": []byte("NaN,")}); err == nil {
		t.Error("what is no JSON is written")
	}
}
