package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/contract"
)

const described = `{
	"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
	"paths": {
		"/login/": {
			"x-optional-slash": true,
			"post": {"responses": {
				"200": {"description": "", "content": {
					"application/json": {"schema": {"$ref": "#/components/schemas/Token"}},
					"text/html": {"schema": {"type": "string"}}}},
				"204": {"description": ""},
				"429": {"$ref": "#/components/responses/Often"}}},
			"x-other-methods": {"responses": {"405": {"description": ""}}}},
		"/things/{id}": {
			"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
			"get": {"responses": {"200": {"description": ""}}}},
		"/things/new": {"get": {"responses": {"201": {"description": ""}}}}
	},
	"components": {
		"schemas": {"Token": {"type": "object", "required": ["token"], "additionalProperties": false,
			"properties": {"token": {"type": "string", "pattern": "^[a-z]+$"}}}},
		"responses": {"Often": {"description": "", "headers": {
			"Retry-After": {"required": true, "schema": {"type": "string", "pattern": "^[0-9]+$"}}}}}
	}
}`

func TestAnswersAreComparedWithTheDescription(t *testing.T) {
	c, err := contract.Read([]byte(described))
	if err != nil {
		t.Fatal(err)
	}
	const json = "application/json"
	tests := []struct {
		name, method, path  string
		status              int
		contentType, header string
		body                string
		want                string // a part of the fault; "" for none
	}{
		{"as described", "POST", "/login/", 200, json, "", `{"token":"abc"}`, ""},
		{"with a query", "POST", "/login/?a=b", 200, json, "", `{"token":"abc"}`, ""},
		{"without the slash", "POST", "/login", 200, json, "", `{}`, "token"},
		{"a field is missing", "POST", "/login/", 200, json, "", `{}`, "missing property 'token'"},
		{"a field is too much", "POST", "/login/", 200, json, "", `{"token":"abc","user":1}`, "additional properties 'user'"},
		{"a field of another type", "POST", "/login/", 200, json, "", `{"token":1}`, "want string"},
		{"a text of another form", "POST", "/login/", 200, json, "", `{"token":"A"}`, "pattern"},
		{"no JSON", "POST", "/login/", 200, json, "", `{`, "no JSON"},
		{"another type that is described", "POST", "/login/", 200, "text/html; charset=utf-8", "", `<p>`, ""},
		{"a type that is not", "POST", "/login/", 200, "text/plain", "", `x`, "content type text/plain is not described"},
		{"no body where none is described", "POST", "/login/", 204, "", "", "", ""},
		{"a body where none is described", "POST", "/login/", 204, json, "", "{}", "a body where none is described"},
		{"a status that is not", "POST", "/login/", 418, json, "", `{}`, "POST /login/ = 418: the status is not described"},
		{"another method", "PUT", "/login/", 405, "", "", "", ""},
		{"another method that is served", "PUT", "/login/", 200, json, "", `{"token":"abc"}`, "the status is not described"},
		{"a method in small letters", "post", "/login/", 200, json, "", `{"token":"abc"}`, "the status is not described"},
		{"a header that has to be there", "POST", "/login/", 429, "", "5", "", ""},
		{"and is not", "POST", "/login/", 429, "", "", "", "Retry-After is not there"},
		{"and is wrong", "POST", "/login/", 429, "", "soon", "", "header Retry-After"},
		{"HEAD as GET", "HEAD", "/things/1", 200, "", "", "", ""},
		{"HEAD with a body", "HEAD", "/things/1", 200, "", "", "x", "a body to HEAD"},
		{"a parameter that is no number", "GET", "/things/x", 500, "", "", "", ""},
		{"what is spelled out goes before parameters", "GET", "/things/new", 201, "", "", "", ""},
		{"a path that is not described", "GET", "/other/", 500, "", "", "", ""},
		{"a path in another spelling", "POST", "/l%6Fgin/", 418, json, "", `{}`, "the status is not described"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range map[string]string{"Content-Type": test.contentType, "Retry-After": test.header} {
				if value != "" {
					header.Set(name, value)
				}
			}
			err := c.Check(contract.Answer{Method: test.method, Path: test.path, Status: test.status, Header: header, Body: []byte(test.body)})
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestDescriptionsThatAreNoneAreRefused(t *testing.T) {
	for _, document := range []string{"", "{}", "[]", `{"paths": {}}`} {
		if _, err := contract.Read([]byte(document)); err == nil {
			t.Errorf("%q is taken", document)
		}
	}
}

func TestADescriptionIsReadOnceForEachName(t *testing.T) {
	var cache contract.Cache
	asked := 0
	get := func(name, document string) *contract.Contract {
		t.Helper()
		c, err := cache.Get(name, func() ([]byte, error) {
			asked++
			if document == "" {
				return nil, nil
			}
			return []byte(document), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if get("a", "") != nil {
		t.Error("nothing is taken for a contract")
	}
	first := get("a", described)
	if get("a", described) != first || asked != 2 {
		t.Errorf("asked %d times, want 2: the second answer is kept", asked)
	}
	if get("b", described) == first {
		t.Error("another name has the same contract")
	}
}
