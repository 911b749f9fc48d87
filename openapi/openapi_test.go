package openapi

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// everything is all parts, twice those that can be mounted twice, under facts of which all flags are set to on.
func everything(on bool) *Description {
	flags := map[string]bool{}
	for _, name := range []string{
		"html", "users.named", "forgiving", "throttled", "jwt.bearer", "jwt.rotates", "demo", "demo.mpdb",
		"restauth.jwt", "restauth.key", "restauth.nothing", "restauth.session", "restauth.cookies", "restauth.http-only",
		"restauth.expiration", "restauth.rotates", "restauth.old-password", "restauth.logout-on-get",
		"restauth.user.username", "registration.verify", "registration.refresh", "registration.expiration",
		"registration.username", "registration.email",
		"aikit.login", "aikit.logout", "aikit.me", "aikit.register", "aikit.activate", "aikit.validate",
		"aikit.send-reset", "aikit.reset", "aikit.username",
		"authtoken.register", "authtoken.confirm", "authtoken.page", "authtoken.email", "authtoken.user",
	} {
		flags[name] = on
	}
	shared := Facts{
		Flags: flags,
		Texts: map[string]string{"version": "1", "username": "username", "session.cookie": "sessionid",
			"csrf.cookie": "csrftoken", "csrf.header": "X-CSRFTOKEN", "jwt.cookie": "access", "jwt.header": "AUTHORIZATION",
			"jwt.word": "JWT"},
		Lists: map[string][]string{
			"schemes.known": {"jwt", "session"}, "schemes.aikit": {"session"}, "schemes.authtoken": {"authtoken", "token"},
			"schemes.bearer": {"jwt"}, "schemes.tutorial": {"tutorial-jwt"}, "schemes.silent": {"session", "tutorial-jwt"},
		},
	}
	var parts []Part
	for i, prefix := range []string{"/a/", "/b/"} {
		part := func(name string, more ...string) {
			parts = append(parts, Part{Documents: append([]string{name}, more...), Number: i + 1, Facts: Facts{
				Texts: map[string]string{name: prefix + name + "/", "restauth.cookies": "access",
					"page": prefix + name + "/{key}/{uid}/{token}/", "button": prefix + name + "/{key}/{uid}/{token}/do/"},
				Lists: map[string][]string{"provider": {"google"}, "twitter": {"twitter"},
					"restauth.user": {"pk", "shoe_size"}, "aikit.user": {"id"}, "authtoken.user": {"id"}},
				Flags: map[string]bool{"demo": i == 0},
			}})
		}
		part("simplejwt")
		part("restauth", "registration", "social", "ownaccount")
		part("aikit")
		part("authtoken")
		part("tutorialjwt")
		part("hello")
		part("students")
		part("page_reset")
		part("page_confirm")
		part("page_forgotten")
		part("page_undo_email")
		part("page_keep")
	}
	parts = append(parts, Part{Documents: []string{"demo"}}, Part{Documents: []string{"page_change_password"}},
		Part{Documents: []string{"page_sent"}, Facts: Facts{Texts: map[string]string{"restauth": "/c/"}}},
		Part{Documents: []string{"operations"}})
	return New(shared, parts...)
}

// TestEveryDocumentIsLookedAt keeps the list above complete.
func TestEveryDocumentIsLookedAt(t *testing.T) {
	source, err := os.ReadFile("openapi_test.go")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := documents.ReadDir("documents")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".yaml")
		if name != "base" && !strings.Contains(string(source), `"`+name+`"`) {
			t.Errorf("%s is not among the parts that are tested", entry.Name())
		}
	}
}

func TestNothingOfTheShorthandsIsLeft(t *testing.T) {
	for _, on := range []bool{true, false} {
		document, err := everything(on).JSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, left := range []string{"${", "x-when", "x-first", "x-value", "x-each", "x-fields", "x-kind", "x-schemes", "x-body",
			"x-invalid", "x-json", "x-page", "x-columns"} {
			if at := strings.Index(string(document.Body), left); at >= 0 {
				t.Errorf("with all flags %v: %q is left: …%.80s…", on, left, document.Body[max(0, at-40):])
			}
		}
	}
}

func TestEveryReferenceLeadsSomewhereAndEveryOperationHasANameOfItsOwn(t *testing.T) {
	for _, on := range []bool{true, false} {
		tree := parsed(t, everything(on))
		names := map[string]bool{}
		walk(tree, func(_ *object, m member) {
			switch text, _ := m.value.(string); m.name {
			case "$ref":
				if followed(&object{[]member{m}}, tree.below("components")) == nil {
					t.Errorf("%s leads nowhere", text)
				}
			case "operationId":
				if names[text] {
					t.Errorf("two operations are called %s", text)
				}
				names[text] = true
			}
		})
		if len(names) < 40 {
			t.Errorf("only %d operations: this test does not look at the documents", len(names))
		}
	}
}

func TestSecondMountHasBodiesOfItsOwn(t *testing.T) {
	tree := parsed(t, everything(true))
	schema := func(path string) string {
		return tree.below("paths").below(path).below("post").below("responses").below("200").below("content").
			below("application/json").below("schema").text("$ref")
	}
	if got, want := schema("/a/restauth/login/"), "#/components/schemas/LoginPair"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := schema("/b/restauth/login/"), "#/components/schemas/LoginPair2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUserHasTheFieldsThatTheSettingsNameAndNoOthers(t *testing.T) {
	user := parsed(t, everything(true)).below("components").below("schemas").below("User")
	got, err := json.Marshal(user)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"description":"As much of an account as the settings show.","type":"object",` +
		`"required":["pk","shoe_size"],"additionalProperties":false,` +
		`"properties":{"pk":{"$ref":"#/components/schemas/UserID"},"shoe_size":{}}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestConditions(t *testing.T) {
	facts := Facts{Flags: map[string]bool{"on": true}, Texts: map[string]string{"name": "x"},
		Lists: map[string][]string{"each": {"1", "2"}}}
	tests := []struct{ name, yaml, want string }{
		{"a flag that is set", "a: {x-when: on, b: 1}", `{"a":{"b":1}}`},
		{"a flag that is not", "a: {x-when: off, b: 1}", `{}`},
		{"the opposite", "a: {x-when: '!off', b: 1}", `{"a":{"b":1}}`},
		{"all of a list", "a: {x-when: [on, off], b: 1}", `{}`},
		{"the first that holds", "a: {x-first: [{x-when: off, b: 1}, {b: 2}, {b: 3}]}", `{"a":{"b":2}}`},
		{"none that holds", "a: {x-first: [{x-when: off, b: 1}]}", `{}`},
		{"an item under a condition", "a: [b, {x-when: on, x-value: c}, {x-when: off, x-value: d}]", `{"a":["b","c"]}`},
		{"a text", "a${name}: ${name}b", `{"ax":"xb"}`},
		{"each of a list", "a${each}: {x-each: each, b: '${each#}${each}'}", `{"a1":{"b":"11"},"a2":{"b":"22"}}`},
		{"aliases and merged members", "a: &a {b: 1, c: 2}\nd: *a\ne: {<<: *a, c: 3}", `{"a":{"b":1,"c":2},"d":{"b":1,"c":2},"e":{"b":1,"c":3}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree, err := parse([]byte(test.yaml))
			if err != nil {
				t.Fatal(err)
			}
			out, err := resolve(tree, facts, &object{})
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(out); string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFaultsOfDocumentsAreErrors(t *testing.T) {
	for name, yaml := range map[string]string{
		"a text that nobody gives": "a: ${nothing}",
		"the same name twice":      "a: 1\n${a}: 2",
	} {
		tree, err := parse([]byte(yaml))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := resolve(tree, Facts{Texts: map[string]string{"a": "a"}}, &object{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPageShowsEveryOperationAndRunsNothing(t *testing.T) {
	description := everything(true)
	page, err := description.Page()
	if err != nil {
		t.Fatal(err)
	}
	text := string(page.Body)
	for _, path := range parsed(t, description).below("paths").members {
		if !strings.Contains(text, ">"+path.name+"<") {
			t.Errorf("%s is not shown", path.name)
		}
	}
	for _, loaded := range []string{"<script", "<img", "<link", "http://", "https://", " style=", "url("} {
		if strings.Contains(text, loaded) {
			t.Errorf("the page has %s", loaded)
		}
	}
	if !strings.HasPrefix(page.Policy, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy: %s", page.Policy)
	}
}

// parsed returns the document as a tree. JSON is YAML.
func parsed(t *testing.T, d *Description) *object {
	t.Helper()
	document, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parse(document.Body)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestTagsChangeWithTheDescription(t *testing.T) {
	var tags []string
	for _, on := range []bool{true, false, true} {
		document, err := everything(on).JSON()
		if err != nil {
			t.Fatal(err)
		}
		tags = append(tags, document.Tag)
	}
	if tags[0] == tags[1] || tags[0] != tags[2] || slices.Contains(tags, "") {
		t.Errorf("entity tags: %q", tags)
	}
}

func BenchmarkAssemble(b *testing.B) {
	for b.Loop() {
		if _, err := everything(true).JSON(); err != nil {
			b.Fatal(err)
		}
	}
}
