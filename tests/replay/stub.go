package replay

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
)

// Route is one answer of a stub.
type Route struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  map[string]string `json:"query"` // these must be among the query and form values
	Status int               `json:"status"`
	JSON   json.RawMessage   `json:"json"`
}

// ServeStub starts the identity provider of a transcript, and returns nil when it has none. Close it after use.
func ServeStub(t *Transcript) *httptest.Server {
	if t.Stub == nil {
		return nil
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body := http.StatusBadRequest, json.RawMessage("{}")
		if err := r.ParseForm(); err == nil {
			for _, route := range t.Stub.Routes {
				if route.accepts(r) {
					status, body = route.Status, route.JSON
					break
				}
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body) // a client that went away
	}))
}

func (route *Route) accepts(r *http.Request) bool {
	if route.Method != r.Method || route.Path != r.URL.Path {
		return false
	}
	for name, value := range route.Query {
		if r.Form.Get(name) != value {
			return false
		}
	}
	return true
}
