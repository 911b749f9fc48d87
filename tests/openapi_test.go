package tests

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"watchword/tests/contract"
	"watchword/tests/harness"
)

// TestDescriptionIsValid checks the description against the schema of OpenAPI 3.1 with two validators that know nothing of
// each other, compiles a client that a standard tool generates from it, and logs in with that.
func TestDescriptionIsValid(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
	document := server.Get(t, "/openapi.json", "").Body

	t.Run("answers that differ are refused", func(t *testing.T) { alter(t, server) })
	t.Run("by the schema of the specification", func(t *testing.T) { validate(t, document) })
	t.Run("by another validator, and with a generated client", func(t *testing.T) { generate(t, server, document) })
}

// alter judges a login as it was answered, and with small differences.
func alter(t *testing.T, server *harness.Server) {
	credentials := map[string]string{"username": "mike", "email": "mike@example.org", "password": ownPassword}
	for path, alterations := range map[string][][2]string{
		"/api/token/":          {{`"access"`, `"token"`}, {`"access":`, `"more":1,"access":`}, {`"refresh":"`, `"refresh":"."`}},
		"/dj-rest-auth/login/": {{`"pk":`, `"id":`}, {`"email":`, `"is_staff":true,"email":`}, {`"username":"mike"`, `"username":null`}},
	} {
		got := server.Post(t, path, credentials)
		answer := contract.Answer{Method: http.MethodPost, Path: path, Status: got.Status, Header: got.Header, Body: got.Body}
		if err := server.Judge(answer); err != nil || got.Status != http.StatusOK {
			t.Errorf("%s = %d %s: %v", path, got.Status, got.Body, err)
		}
		for _, alteration := range alterations {
			altered := answer
			altered.Body = []byte(strings.Replace(string(got.Body), alteration[0], alteration[1], 1))
			if server.Judge(altered) == nil {
				t.Errorf("%s: %s instead of %s is taken in %s", path, alteration[1], alteration[0], got.Body)
			}
		}
		for _, status := range []int{http.StatusCreated, http.StatusTeapot, http.StatusInternalServerError} {
			altered := answer
			altered.Status = status
			if server.Judge(altered) == nil {
				t.Errorf("%s: status %d is taken", path, status)
			}
		}
	}
}

func validate(t *testing.T, document []byte) {
	specification, err := os.ReadFile(filepath.Join("testdata", "openapi", "oas-3.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	const name = "https://spec.openapis.org/oas/3.1/schema"
	if err := compiler.AddResource(name, decoded(t, specification)); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(decoded(t, document)); err != nil {
		t.Error(err)
	}
	compileAll(t, document)
	broken := bytes.Replace(document, []byte(`"info":`), []byte(`"information":`), 1)
	if schema.Validate(decoded(t, broken)) == nil {
		t.Error("a document without info is taken: this test does not look at the document")
	}
}

// compileAll compiles the schemas of bodies, which the schema of the specification leaves alone.
func compileAll(t *testing.T, document []byte) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	const name = "https://contract.invalid/openapi.json"
	root := decoded(t, document).(map[string]any)
	if err := compiler.AddResource(name, root); err != nil {
		t.Fatal(err)
	}
	schemas := root["components"].(map[string]any)["schemas"].(map[string]any)
	if len(schemas) < 30 {
		t.Errorf("only %d schemas", len(schemas))
	}
	for schema := range schemas {
		if _, err := compiler.Compile(name + "#/components/schemas/" + schema); err != nil {
			t.Error(err)
		}
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// generate makes the client in a folder of its own beside the libraries, where the compiler looks for them.
func generate(t *testing.T, server *harness.Server, document []byte) {
	work, err := os.MkdirTemp(clientsFolder, "generated-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(work); err != nil {
			t.Error(err)
		}
	})
	description := filepath.Join(work, "openapi.json")
	example := block(t, documents(t)["docs/openapi.md"], "ts")
	source, err := os.ReadFile(filepath.Join(clientsFolder, "openapi", "login.mts"))
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "login.ts"), source, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "example.ts"), []byte(example), 0o600)
	}
	if err == nil {
		err = os.WriteFile(description, document, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	inside := func(name string) string { return filepath.Join(filepath.Base(work), name) }
	run := func(environ []string, args ...string) string {
		t.Helper()
		cmd := node(t, server, args...)
		cmd.Env = append(cmd.Env, environ...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run([]string{"DESCRIPTION=" + inside("openapi.json"), "WORK=" + filepath.Base(work)}, filepath.Join("openapi", "generate.mjs"))
	run(nil, filepath.Join("node_modules", "typescript", "bin", "tsc"), "--strict", "--skipLibCheck", "--target", "es2022",
		"--module", "nodenext", "--moduleResolution", "nodenext", "--lib", "es2022,dom", inside("login.ts"), inside("example.ts"))
	const want = `{"message":"Hello, World!","refused":401,"refreshed":true}`
	if got := strings.TrimSpace(run(nil, inside("login.js"))); got != want {
		t.Errorf("the client says %s, want %s", got, want)
	}
}
