package jwt

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPayloadsHaveOneReading(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	var many strings.Builder
	for i := range maxMembers + 1 {
		many.WriteString(`,"n` + number(int64(i)) + `":1`)
	}
	for _, c := range []struct {
		name, json string
		ok         bool
	}{
		{"empty object", `{}`, true},
		{"members of all kinds", `{"a":[1,{"b":null}],"c":-1.5e3,"d":true,"e":"\"}{][,:","f":[],"g":{}}`, true},
		{"white space everywhere", " {\n\"a\" : [ 1 , { } , [ ] ] ,\t\"b\" : false }\r\n", true},
		{"depth of eight", deep(maxDepth), true},
		{"depth of nine", deep(maxDepth + 1), false},
		{"nine lists", `{"a":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`, false},
		{"too many names", `{` + many.String()[1:] + `}`, false},
		{"a name twice", `{"a":1,"a":1}`, false},
		{"a name twice, escaped", `{"a":1,"\u0061":1}`, false},
		{"a name twice deep inside", `{"x":[{"a":1,"a":1}]}`, false},
		{"exp in another case", `{"EXP":1}`, false},
		{"a free name in two cases", `{"foo":1,"FOO":2}`, true},
		{"list", `[1]`, false},
		{"text", `"a"`, false},
		{"null", `null`, false},
		{"nothing", ``, false},
		{"two objects", `{}{}`, false},
		{"not UTF-8", "{\"a\":\"\xff\"}", false},
		{"byte order mark", "\ufeff{}", false},
		{"NaN", `{"a":NaN}`, false},
		{"trailing comma", `{"a":1,}`, false},
		{"leading zero", `{"a":01}`, false},
		{"control character in a text", "{\"a\":\"\n\"}", false},
	} {
		if _, err := object(encodeText(c.json), []string{"exp"}); (err == nil) != c.ok {
			t.Errorf("%s: got %v, want taken %v", c.name, err, c.ok)
		}
	}
}

func TestMembersKeepTheirText(t *testing.T) {
	got, err := object(encodeText(`{ "a" : 1.50 , "\u00e9": [ 1,2 ] ,"b":{"c":"\u0041"},"d":"x" }`), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := claims{{"a", "1.50"}, {"é", "[ 1,2 ]"}, {"b", `{"c":"\u0041"}`}, {"d", `"x"`}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(member{})); diff != "" {
		t.Error(diff)
	}
}

func TestTokensHaveOneSpelling(t *testing.T) {
	const good = "e30.e30.AA"
	for raw, ok := range map[string]bool{
		good: true, "": false, ".": false, "..": false, "e30.e30": false, "e30.e30.": true, good + ".AA": false,
		"." + good: false, good + "=": false, good + "\n": false, "e30.e30.A\nA": false, " " + good: false,
		"e30.e30.AB": false, "e30.e30.A": false, "e30.e30.+/": false, "e31.e30.AA": false,
		"e30.e30." + strings.Repeat("A", maxToken-8): true, "e30.e30." + strings.Repeat("A", maxToken): false,
	} {
		if _, err := parse(raw, nil); (err == nil) != ok {
			t.Errorf("%.20q: got %v, want taken %v", raw, err, ok)
		}
	}
}

// FuzzVerify looks for tokens that crash the reader, that have a second spelling, or that pass without our signature.
func FuzzVerify(f *testing.F) {
	fix := exact(f, nil)
	g := fix.issue(f)
	for _, seed := range []string{
		g.Access, g.Refresh, "", "..", "e30.e30.AA", g.Access + "=", strings.ToUpper(g.Access),
		fix.forge(f, `{"exp":1e300}`), fix.forge(f, `{"a":[{}],"exp":"x"}`), fix.forge(f, ` {"exp" : 4102444800,"jti":"\u0041"}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parse(raw, fix.folded)
		if err != nil {
			return
		}
		for i, segment := range strings.Split(raw, ".") {
			decoded, err := base64.RawURLEncoding.DecodeString(segment)
			if err != nil || base64.RawURLEncoding.EncodeToString(decoded) != segment {
				t.Fatalf("segment %d has another spelling", i)
			}
		}
		for _, m := range p.payload {
			_ = decodeValue(m.value)
		}
		if fix.Verify(t.Context(), raw) == nil && fix.keys.Signing().Verify(p.input, p.signature) != nil {
			t.Fatal("taken without our signature")
		}
	})
}

// FuzzResign signs whatever payload comes, so that the checks behind the signature are reached too.
func FuzzResign(f *testing.F) {
	fix := exact(f, rotating)
	for _, seed := range []string{
		`{"token_type":"refresh","exp":4102444800,"iat":1,"jti":"a","user_id":1}`,
		`{"token_type":"refresh","exp":4.1e9,"jti":"a\u0000","user_id":"1","aud":["x"]}`,
		`{"token_type":"refresh","exp":-0,"nbf":1e309,"jti":"","x":{"y":[1,2]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := fix.forge(t, text)
		reasonOf(t, fix.Verify(t.Context(), raw))
		_, err := fix.Authenticate(bearerRequest("Bearer " + raw))
		reasonOf(t, err)
		next, err := fix.Refresh(t.Context(), raw)
		if reasonOf(t, err) == 0 {
			if _, err := parse(next.Refresh, fix.folded); err != nil {
				t.Fatalf("made a token that cannot be read: %v", err)
			}
		}
	})
}
