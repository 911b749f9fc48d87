package tests

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "watchword"
	root   = ".." // of the module, seen from this folder
)

// layer says what a package may import. A name that ends in /* stands for everything below.
type layer struct {
	name  string
	ours  []string // beside packages below the importing one
	third []string // prefixes of third-party paths
}

// layers is the whole table; the first row that fits a package counts. Lower layers know nothing of higher ones.
var layers = []layer{
	{"models", nil, nil},
	{"auth/password", nil, []string{"golang.org/x/crypto", "golang.org/x/text"}},
	{"auth/signing", nil, nil},
	{"auth/cookie", nil, nil},
	{"auth/csrf", []string{"auth/cookie"}, nil},
	{"auth/opaque", []string{"models"}, nil},
	{"auth/origin", nil, nil},
	{"auth/throttle", []string{"auth/origin"}, nil},
	{"auth/social", nil, []string{"golang.org/x/oauth2", "github.com/coreos/go-oidc", "github.com/dghubble/oauth1",
		"github.com/golang-jwt/jwt", "github.com/google/uuid"}},
	{"secretfile", nil, nil},
	{"settings", []string{"secretfile"}, []string{"go.yaml.in/yaml"}},
	{"queue", []string{"models"}, nil},
	{"email/outbox", []string{"email", "models", "queue"}, nil},
	{"email/smtptest", nil, []string{"github.com/emersion/go-sasl", "github.com/emersion/go-smtp"}},
	{"email", nil, []string{"github.com/wneessen/go-mail", "golang.org/x/net/idna"}},
	{"serializers/pyjson", nil, nil},

	{"models/gormstore", []string{"models"}, []string{"gorm.io", "github.com/pressly/goose", "github.com/glebarez",
		"github.com/mattn/go-sqlite3", "github.com/jackc/pgx", "modernc.org/sqlite"}},
	{"models/gormstore/gormtest", []string{"models/gormstore", "models/storetest"}, nil},
	{"models/gormstore/*", []string{"models", "models/gormstore"}, nil},
	{"models/rowcache", []string{"models"}, nil},
	{"models/storetest", []string{"models"}, []string{"github.com/google/go-cmp", "go.uber.org/goleak",
		"github.com/jackc/pgx"}},
	{"webhooks", []string{"models", "queue"}, []string{"github.com/standard-webhooks/standard-webhooks/libraries/go"}},
	{"janitor", nil, nil},
	{"adopt", []string{"models", "auth/password", "auth/signing", "schemes/session", "schemes/jwt"}, nil},
	{"openapi", nil, []string{"go.yaml.in/yaml"}},
	{"audit", []string{"models", "auth/origin"}, nil},
	{"metrics", []string{"models", "auth/origin"}, []string{"github.com/VictoriaMetrics/metrics"}},
	{"tracing", []string{"models"}, []string{"go.opentelemetry.io", "google.golang.org/protobuf", "golang.org/x/net/http/httpguts"}},
	{"schemes", []string{"models"}, nil},
	{"serializers", []string{"models", "serializers/pyjson"}, []string{"github.com/go-playground/validator", "golang.org/x/net/idna"}},

	{"schemes/jwt/libcrypto", nil, []string{"github.com/ebitengine/purego"}},
	{"schemes/jwt/*", jwtOurs, jwtThird},
	{"schemes/jwt", jwtOurs, jwtThird},
	{"schemes/*", []string{"models", "schemes", "auth/cookie", "auth/csrf", "auth/signing", "auth/opaque"}, nil},
	{"auth", []string{"models", "schemes", "email", "auth/password", "auth/signing", "auth/opaque", "auth/throttle", "auth/origin", "auth/social"},
		[]string{"golang.org/x/text", "github.com/google/uuid"}},

	{"auth/dialects", []string{"models", "schemes", "serializers", "serializers/pyjson", "auth/cookie", "auth/origin", "auth/throttle"}, []string{"github.com/labstack/echo"}},
	{"auth/dialects/*", []string{"auth", "auth/social", "auth/dialects", "schemes", "serializers", "serializers/pyjson", "models", "auth/csrf", "auth/signing"},
		[]string{"github.com/labstack/echo"}},
	{"demo/web", []string{"email", "auth/dialects"}, []string{"github.com/labstack/echo"}},
	{"demo", []string{"models", "schemes", "serializers", "auth/dialects"}, []string{"github.com/labstack/echo"}},

	{"tests/contract", nil, []string{"github.com/santhosh-tekuri/jsonschema"}},
	{"tests/*", []string{"tests/*"}, []string{"github.com/chromedp/chromedp", "github.com/jackc/pgx", "github.com/mattn/go-sqlite3", "golang.org/x/crypto", "go.yaml.in/yaml"}},
	{"bench/*", []string{"tests/*"}, []string{"golang.org/x/crypto"}},
}

var (
	jwtOurs  = []string{"models", "schemes", "schemes/jwt/*", "auth/cookie", "auth/csrf", "auth/signing", "secretfile"}
	jwtThird = []string{"github.com/golang-jwt/jwt", "github.com/MicahParks/jwkset", "golang.org/x/crypto/ssh"}
)

// TestPackagesImportOnlyWhatTheirLayerAllows reads every source file, whatever system or build tag it is for. The
// program itself, in the root folder, puts everything together and may import all.
func TestPackagesImportOnlyWhatTheirLayerAllows(t *testing.T) {
	for dir, imports := range sources(t) {
		if dir == "." {
			continue
		}
		row := rowOf(dir)
		if row == nil {
			t.Errorf("package %s is in no layer: add a row to the table", dir)
			continue
		}
		for _, imported := range imports {
			if !row.allows(dir, imported) {
				t.Errorf("package %s must not import %s", dir, imported)
			}
		}
	}
}

func TestLayerTableRefusesImportsUpwards(t *testing.T) {
	tests := []struct {
		dir, imported string
		want          bool
	}{
		{"models", "watchword/schemes", false},
		{"models", "gorm.io/gorm", false},
		{"models/gormstore", "gorm.io/gorm", true},
		{"models/gormstore", "watchword/models", true},
		{"auth", "github.com/labstack/echo/v4", false},
		{"auth", "watchword/schemes/jwt", false},
		{"auth/dialects/simplejwt", "watchword/schemes/jwt", false},
		{"auth/dialects/simplejwt", "watchword/auth", true},
		{"schemes/jwt", "watchword/schemes/jwt/keys", true},
		{"schemes/token", "watchword/schemes/jwt", false},
		{"auth/password", "net/http", true},
		{"tests/replay", "watchword/auth", false},
	}
	for _, test := range tests {
		if got := rowOf(test.dir).allows(test.dir, test.imported); got != test.want {
			t.Errorf("%s importing %s: allowed %v, want %v", test.dir, test.imported, got, test.want)
		}
	}
}

// sources maps every folder of the module to the imports of its files, tests left out.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || name != root && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[dir] = append(found[dir], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 5 {
		t.Fatalf("only %d packages found: this test does not look at the module", len(found))
	}
	return found
}

func rowOf(dir string) *layer {
	for i, row := range layers {
		if fits(row.name, dir) {
			return &layers[i]
		}
	}
	return nil
}

func (l *layer) allows(importer, imported string) bool {
	if first, _, _ := strings.Cut(imported, "/"); first != module {
		standard := !strings.Contains(first, ".")
		return standard || slices.ContainsFunc(l.third, func(prefix string) bool {
			return imported == prefix || strings.HasPrefix(imported, prefix+"/")
		})
	}
	ours := strings.TrimPrefix(imported, module+"/")
	return strings.HasPrefix(path.Dir(ours)+"/", importer+"/") && ownsBelow(importer) ||
		slices.ContainsFunc(l.ours, func(name string) bool { return fits(name, ours) })
}

// ownsBelow says whether the packages below one are parts of it. Below these are layers of their own.
func ownsBelow(importer string) bool {
	return !slices.Contains([]string{"models", "schemes", "auth", "auth/dialects", "email"}, importer)
}

func fits(name, dir string) bool {
	if parent, below := strings.CutSuffix(name, "*"); below {
		return strings.HasPrefix(dir, parent)
	}
	return name == dir
}
