package pyjson

import "testing"

func TestMarshalWritesWhatDjangoRESTFrameworkWrites(t *testing.T) {
	object := &Object{}
	object.Set("z", "<a>&é\u2028\x7f\x00\n\"\\/")
	object.Set("a", []any{nil, true, Int("12345678901234567890"), []any{}, &Object{}})
	tests := []struct {
		name   string
		value  any
		indent int
		want   string
	}{
		{"compact", object, 0, `{"z":"<a>&é\u2028` + "\x7f" + `\u0000\n\"\\/","a":[null,true,12345678901234567890,[],{}]}`},
		{"indented", object, 2, "{\n  \"z\": \"<a>&é\\u2028\x7f\\u0000\\n\\\"\\\\/\",\n  \"a\": [\n    null,\n    true,\n" +
			"    12345678901234567890,\n    [],\n    {}\n  ]\n}"},
		{"empty", struct{}{}, 4, "{}"},
		{"struct", struct {
			B int    `json:"b"`
			A string `json:"a"`
		}{1, "x"}, 0, `{"b":1,"a":"x"}`},
	}
	for _, tt := range tests {
		got, err := Marshal(tt.value, tt.indent)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestFormatFloatPrintsAsPythonsRepr(t *testing.T) {
	for want, f := range map[string]float64{
		"1.5": 1.5, "1.0": 1, "0.0": 0, "1e+16": 1e16, "1000000000000000.0": 1e15, "0.0001": 0.0001, "1e-05": 0.00001,
		"1.7976931348623157e+308": 1.7976931348623157e308, "5e-324": 5e-324, "-2.5": -2.5, "1e+100": 1e100,
	} {
		if got := FormatFloat(f); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
