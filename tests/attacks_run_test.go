package tests

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/attack"
)

// run performs one case and checks everything that it expects.
func (x *target) run(t *testing.T, c attack.Case) {
	if amended, ok := amendments[c.ID]; ok {
		c.Expected.Status, c.Expected.BodyMustContain, c.Expected.HeaderMustMatch = amended.status, nil, nil
	}
	before := x.probe(t, c.Expected.StateUnchanged)
	lines, calls, spent := strings.Count(x.server.Log(t), "\n"), x.trap.Load(), x.spent(t)
	sent := 0
	switch {
	case c.Request != nil:
		x.send(t, c, *c.Request)
		sent = 1
	case c.Raw != "":
		sent = x.sendRaw(t, c)
	case c.Mint != nil:
		sent = x.sendForged(t, c)
	default:
		t.Fatal("the case says nothing to do")
	}
	for name, want := range before {
		if got := x.probeOne(t, name); got != want {
			t.Errorf("%s has changed", name)
		}
	}
	x.checkClaims(t, c.Expected.StateUnchanged)
	if x.trap.Load() != calls && c.Expected.NoOutbound {
		t.Error("the server called out")
	}
	if logged := strings.Count(x.server.Log(t), "\n") - lines; c.Expected.LogLinesMax > 0 && logged > c.Expected.LogLinesMax*sent {
		t.Errorf("%d requests wrote %d lines of log, want %d at most for each", sent, logged, c.Expected.LogLinesMax)
	}
	if !x.server.Running() {
		t.Fatal("the server is gone")
	}
	x.checkCost(t, c.Expected, spent, sent)
}

// send aims a request at what this version has, sends it and checks the answer.
func (x *target) send(t *testing.T, c attack.Case, r attack.Request) {
	t.Helper()
	r.Path = aim(r.Path)
	if missing := x.values.Unresolved(r.Path + r.Body); missing != "" {
		t.Fatalf("%s has no value", missing)
	}
	got, err := sendTo(t, x.server, r, x.values)
	if err != nil {
		t.Fatalf("%s: %v", describe(&r), err)
	}
	for _, fault := range c.Expected.Check(got, x.values) {
		t.Errorf("%s: %s", describe(&r), fault)
	}
}

func (x *target) sendRaw(t *testing.T, c attack.Case) int {
	t.Helper()
	raw, count := aim(c.Raw), 1
	switch raw {
	case "%PIPE100%":
		count = 100
		raw = strings.Repeat("GET /hello/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n", count)
	default:
		raw = strings.ReplaceAll(raw, "%COOKIE6K%", strings.TrimSuffix(strings.Repeat("a=b; ", 6000), "; "))
	}
	closes := strings.Contains(c.Title, "then close")
	answers, err := attack.SendRaw(t.Context(), x.server.Host, x.values.Expand(raw), count, closes)
	if err != nil {
		t.Fatal(err)
	}
	method, rest, _ := strings.Cut(raw, " ")
	path, _, _ := strings.Cut(rest, " ")
	for i, got := range answers {
		checkAnswer(x.server, method, x.values.Expand(path), got)
		for _, fault := range c.Expected.Check(got, x.values) {
			t.Errorf("answer %d: %s", i+1, fault)
		}
	}
	return count
}

// sendForged tries a forged token at every target.
func (x *target) sendForged(t *testing.T, c attack.Case) int {
	t.Helper()
	if len(c.Mint) != 1 {
		t.Fatalf("%d tokens in one case", len(c.Mint))
	}
	for _, recipe := range c.Mint {
		token, err := x.keys.Forge(recipe, x.values)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range aimTargets(c.Targets) {
			x.send(t, x.adjusted(c, place, token), requestFor(t, place, token))
		}
	}
	return len(aimTargets(c.Targets))
}

var control = regexp.MustCompile(`[\x00-\x08\x0a-\x1f\x7f]`)

// longHeader is how long a header may be before a server may refuse it as such.
const longHeader = 16 << 10

// adjusted is what a case expects at one place, where HTTP or the protocol refuses a token before it is looked at: the
// answer is then another refusal.
func (x *target) adjusted(c attack.Case, place, token string) attack.Case {
	if status := earlyRefusal(place, token); status != 0 {
		c.Expected = attack.Expected{Status: []int{status}, BodyMustNotContain: c.Expected.BodyMustNotContain}
	}
	return c
}

// earlyRefusal is the status of a refusal that does not depend on what the token says; 0 when it is looked at.
func earlyRefusal(place, token string) int {
	if !strings.HasPrefix(place, "header:") {
		if strings.TrimSpace(token) == "" || strings.Contains(token, "\x00") {
			return http.StatusBadRequest // "This field may not be blank.", "Null characters are not allowed."
		}
		return 0
	}
	switch {
	case control.MatchString(token):
		return http.StatusBadRequest // RFC 9110, section 5.5
	case len(token) > longHeader:
		return http.StatusRequestHeaderFieldsTooLarge // RFC 6585, section 5
	case len(strings.Fields(token)) != 1:
		return http.StatusUnauthorized // "Authorization header must contain two space-delimited values"
	}
	return 0
}

// requestFor puts a token where a target says: "header:GET PATH" or "body.FIELD:POST PATH".
func requestFor(t *testing.T, place, token string) attack.Request {
	t.Helper()
	where, line, _ := strings.Cut(place, ":")
	method, path, found := strings.Cut(line, " ")
	if !found {
		t.Fatalf("the target %q cannot be read", place)
	}
	if where == "header" {
		return attack.Request{Method: method, Path: path, Headers: attack.Headers{{"Authorization", "Bearer " + token}}}
	}
	body, err := json.Marshal(map[string]string{strings.TrimPrefix(where, "body."): token})
	if err != nil {
		t.Fatal(err)
	}
	return attack.Request{Method: method, Path: path, Body: string(body),
		Headers: attack.Headers{{"Content-Type", "application/json"}}}
}

func (x *target) probe(t *testing.T, names []string) map[string]string {
	t.Helper()
	state := map[string]string{}
	for _, name := range names {
		if strings.Contains(name, "==") {
			continue // see checkClaims
		}
		state[name] = x.probeOne(t, name)
	}
	return state
}

// checkClaims checks the probes that say what is the case afterwards, whether or not it was before.
func (x *target) checkClaims(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		if !strings.Contains(name, "==") {
			continue
		}
		if ok, err := x.state.Holds(t.Context(), name); err != nil || !ok {
			t.Errorf("%s does not hold (%v)", name, err)
		}
	}
}

func (x *target) probeOne(t *testing.T, name string) string {
	t.Helper()
	state, err := x.state.Probe(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return state
}
