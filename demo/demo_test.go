package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// bearer knows the token "good".
type bearer struct{}

func (bearer) Name() string      { return "jwt" }
func (bearer) Challenge() string { return `Bearer realm="api"` }

func (bearer) Authenticate(r *http.Request) (schemes.Identity, error) {
	switch r.Header.Get("Authorization") {
	case "Bearer good":
		return schemes.Identity{User: &models.User{ID: "1"}, Scheme: "jwt"}, nil
	case "":
		return schemes.Identity{}, nil
	}
	return schemes.Identity{}, schemes.Fail("jwt", schemes.Expired, nil)
}

func (bearer) Issue(*http.Request, *models.User) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

func (bearer) Revoke(*http.Request, schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

// memory keeps students in a map.
type memory struct {
	rows map[int64]models.Student
	last int64
}

func (m *memory) ListStudents(context.Context) ([]models.Student, error) {
	return slices.SortedFunc(maps.Values(m.rows), func(a, b models.Student) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (m *memory) Student(_ context.Context, id int64) (*models.Student, error) {
	s, ok := m.rows[id]
	if !ok {
		return nil, models.ErrNotFound
	}
	return &s, nil
}

func (m *memory) CreateStudent(_ context.Context, s *models.Student) error {
	m.last++
	s.ID = m.last
	m.rows[s.ID] = *s
	return nil
}

func (m *memory) UpdateStudent(ctx context.Context, s *models.Student) error {
	if _, err := m.Student(ctx, s.ID); err != nil {
		return err
	}
	m.rows[s.ID] = *s
	return nil
}

func (m *memory) DeleteStudent(ctx context.Context, id int64) error {
	if _, err := m.Student(ctx, id); err != nil {
		return err
	}
	delete(m.rows, id)
	return nil
}

func newSite() *dialects.Site {
	site := dialects.NewSite(dialects.Config{AllowedHosts: []string{"*"}, AppendSlash: true, MaxBody: 1 << 20},
		dialects.DefaultRESTConfig(), slog.New(slog.DiscardHandler))
	MountHello(site, "/hello/", bearer{})
	MountViews(site, bearer{})
	MountStudents(site, "/api/students/", serializers.DefaultConfig(), &memory{rows: map[int64]models.Student{}}, bearer{})
	return site
}

func ask(site http.Handler, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer good")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}

func TestAStudentsLife(t *testing.T) {
	const (
		ann     = `{"first_name":"Ann","last_name":"B","email":"ann@b.cd","classroom":"1a"}`
		annRow  = `{"pk":1,"first_name":"Ann","last_name":"B","email":"ann@b.cd","classroom":"1a"}`
		moved   = `{"pk":1,"first_name":"Ann","last_name":"B","email":"ann@b.cd","classroom":"2b"}`
		bob     = `{"first_name":" Bob ","last_name":"C","email":"bob@b.cd","classroom":3,"pk":99}`
		bobRow  = `{"pk":1,"first_name":"Bob","last_name":"C","email":"bob@b.cd","classroom":"3"}`
		missing = `{"detail":"No Student matches the given query."}`
	)
	required := `["This field is required."]`
	steps := []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"GET", "/api/students/", "", 200, `[]`},
		{"POST", "/api/students/", `{}`, 400, `{"first_name":` + required + `,"last_name":` + required + `,"email":` +
			required + `,"classroom":` + required + `}`},
		{"POST", "/api/students/", ann, 201, annRow},
		{"GET", "/api/students/", "", 200, `[` + annRow + `]`},
		{"GET", "/api/students/1", "", 200, annRow},
		{"PATCH", "/api/students/1", `{"classroom":"2b"}`, 200, moved},
		{"PATCH", "/api/students/1", `{}`, 200, moved},
		{"PATCH", "/api/students/1", `{"email":"x"}`, 400, `{"email":["Enter a valid email address."]}`},
		{"PATCH", "/api/students/1", `{"classroom":"123456789012345678901"}`, 400,
			`{"classroom":["Ensure this field has no more than 20 characters."]}`},
		{"PUT", "/api/students/1", `{"classroom":"2b"}`, 400, `{"first_name":` + required + `,"last_name":` + required +
			`,"email":` + required + `}`},
		{"PUT", "/api/students/1", bob, 200, bobRow},
		{"GET", "/api/students/1", "", 200, bobRow},
		{"PUT", "/api/students/2", bob, 404, missing},
		{"GET", "/api/students/2", "", 404, missing},
		{"GET", "/api/students/99999999999999999999", "", 404, missing},
		{"DELETE", "/api/students/1", "", 204, ""},
		{"DELETE", "/api/students/1", "", 404, missing},
		{"GET", "/api/students/", "", 200, `[]`},
	}
	site := newSite()
	for _, step := range steps {
		w := ask(site, step.method, step.target, step.body)
		if w.Code != step.status || w.Body.String() != step.want {
			t.Errorf("%s %s %s:\n got %d %s\nwant %d %s", step.method, step.target, step.body, w.Code, w.Body, step.status,
				step.want)
		}
	}
}

func TestHelloIsForThoseWithAToken(t *testing.T) {
	site := newSite()
	if w := ask(site, "GET", "/hello/", ""); w.Body.String() != `{"message":"Hello, World!"}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	tests := map[string]string{
		"": `{"detail":"Authentication credentials were not provided."}`,
		"Bearer old": `{"detail":"Given token not valid for any token type","code":"token_not_valid",` +
			`"messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is expired"}]}`,
	}
	for token, want := range tests {
		for _, target := range []string{"/hello/", "/protected-view/", "/api/students/", "/api/students/1"} {
			r := httptest.NewRequest("GET", target, nil)
			if token != "" {
				r.Header.Set("Authorization", token)
			}
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			if w.Code != 401 || w.Body.String() != want || w.Header().Get("WWW-Authenticate") != `Bearer realm="api"` {
				t.Errorf("%s %q: got %d %s %v", target, token, w.Code, w.Body, w.Header())
			}
		}
	}
}

func TestTheSmallViews(t *testing.T) {
	site := newSite()
	for _, target := range []string{"/protected-view/", "/open-view/"} {
		for _, method := range []string{"GET", "POST"} {
			w := ask(site, method, target, "")
			if w.Code != 200 || w.Body.String() != `{"success":true}` ||
				w.Header().Get("Allow") != "GET, POST, HEAD, OPTIONS" {
				t.Errorf("%s %s: got %d %s", method, target, w.Code, w.Body)
			}
		}
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequest("GET", "/open-view/", nil))
	if w.Code != 200 {
		t.Errorf("open to nobody: got %d", w.Code)
	}
}

func TestMetadataIsAsRecorded(t *testing.T) {
	data, err := os.ReadFile("testdata/options.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]any
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	site := newSite()
	ask(site, "POST", "/api/students/", `{"first_name":"A","last_name":"B","email":"a@b.cd","classroom":"1"}`)
	for target, want := range recorded {
		var got any
		if err := json.Unmarshal(ask(site, "OPTIONS", target, "").Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", target, diff)
		}
	}
	ask(site, "DELETE", "/api/students/1", "")
	if got := ask(site, "OPTIONS", "/api/students/1", "").Body.String(); strings.Contains(got, "actions") {
		t.Errorf("a student who is not there can be written: %s", got)
	}
}
