package replay

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestMatchersAcceptAndRefuse(t *testing.T) {
	now := time.Now().UTC()
	tests := []struct {
		name, want, got string // JSON
		ok              bool
	}{
		{"any accepts an object", `"<<any>>"`, `{"a":1}`, true},
		{"any inside text needs text", `"a<<any>>"`, `1`, false},
		{"int accepts a number", `"<<int>>"`, `12`, true},
		{"int accepts digits", `"<<int>>"`, `"12"`, true},
		{"int refuses true", `"<<int>>"`, `true`, false},
		{"int refuses a fraction", `"<<int>>"`, `1.5`, false},
		{"str refuses the empty text", `"<<str>>"`, `""`, false},
		{"a regex must cover everything", `"<<re:[a-z]{3}>>"`, `"abcd"`, false},
		{"a regex crosses lines", `"<<re:a.b>>"`, `"a\nb"`, true},
		{"a regex may end with >", `"<<re:<b>>>"`, `"<b>"`, true},
		{"literal text is no regex", `"a.c <<int>>"`, `"abc 1"`, false},
		{"two matchers in one text", `"<<int>>-<<str>>"`, `"1-x"`, true},
		{"1 is not true", `1`, `true`, false},
		{"numbers compare by value", `1`, `1.0`, true},
		{"arrays keep their order", `[1,2]`, `[2,1]`, false},
		{"objects do not", `{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
		{"a missing name", `{"a":1,"b":2}`, `{"a":1}`, false},
		{"an extra name", `{"a":1}`, `{"a":1,"b":2}`, false},
		{"null is not absent", `{"a":null}`, `{}`, false},
		{"a time near now", `"<<datetime:60>>"`, quote(now.Add(65 * time.Second).Format("2006-01-02T15:04:05Z")), true},
		{"a time far away", `"<<datetime:60>>"`, quote(now.Format("2006-01-02T15:04:05Z")), false},
		{"a time in another form", `"<<datetime:0>>"`, quote(now.Format(time.RFC1123)), false},
		{"claims of a token", `"<<jwt:{\"_alg\":\"RS256\",\"_hdr\":[\"alg\"],\"_exp_in\":300,\"user_id\":\"1\"}>>"`,
			quote(token(`{"alg":"RS256"}`, fmt.Sprintf(`{"exp":%d,"user_id":"1"}`, now.Unix()+310))), true},
		{"a token that lives too long", `"<<jwt:{\"_exp_in\":300}>>"`,
			quote(token(`{"alg":"RS256"}`, fmt.Sprintf(`{"exp":%d}`, now.Unix()+400))), false},
		{"a number where a text is expected", `"<<jwt:{\"user_id\":\"1\"}>>"`, quote(token(`{}`, `{"user_id":1}`)), false},
		{"no token", `"<<jwt:{}>>"`, `"abc"`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want, got := mustDecode(t, test.want), mustDecode(t, test.got)
			if diffs := diff(want, got, "json"); (len(diffs) == 0) != test.ok {
				t.Errorf("diff(%s, %s) = %q, want accepted %v", test.want, test.got, diffs, test.ok)
			}
		})
	}
}

func TestCookiesAreComparedCompletely(t *testing.T) {
	const line = `sid="v"; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT`
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"all attributes", `{"name":"sid","value":"v","path":"/","httponly":true,"samesite":"Lax","max_age":60,"expires_in":"epoch"}`,
			true},
		{"one left out", `{"name":"sid","value":"v","path":"/","httponly":true,"samesite":"Lax","expires_in":"epoch"}`, false},
		{"another value", `{"name":"sid","value":"w","path":"/","httponly":true,"samesite":"Lax","max_age":60,"expires_in":"epoch"}`,
			false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var want cookie
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diffs := diffCookies([]cookie{want}, []cookie{parseSetCookie(line)}); (len(diffs) == 0) != test.ok {
				t.Errorf("diffCookies = %q, want accepted %v", diffs, test.ok)
			}
		})
	}
}

func TestJarSendsByPathAndForgets(t *testing.T) {
	j := newJar()
	j.store([]cookie{parseSetCookie("a=1; Path=/"), parseSetCookie("b=2; Path=/api")})
	if got, want := j.header("/api/x"), "a=1; b=2"; got != want {
		t.Errorf("header(/api/x) = %q, want %q", got, want)
	}
	if got, want := j.header("/apix"), "a=1"; got != want {
		t.Errorf("header(/apix) = %q, want %q", got, want)
	}
	j.store([]cookie{parseSetCookie("a=; Path=/; Max-Age=0")})
	if got, want := j.header("/"), ""; got != want {
		t.Errorf("after deletion header(/) = %q, want %q", got, want)
	}
}

func mustDecode(t *testing.T, s string) any {
	t.Helper()
	x, err := decodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func quote(s string) string { return `"` + s + `"` }

func token(header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + ".AAAA"
}
