package dialects

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/serializers"
)

// metadata is the answer to OPTIONS.
//
// Source: rest_framework.metadata.SimpleMetadata.
type metadata struct {
	Name        string                        `json:"name"`
	Description string                        `json:"description"`
	Renders     []string                      `json:"renders"`
	Parses      []string                      `json:"parses"`
	Actions     map[string]serializers.Fields `json:"actions,omitempty"`
}

// describe answers OPTIONS.
func (e *endpoint) describe(c echo.Context) error {
	m := metadata{Name: e.view.Name, Description: e.view.Description, Renders: e.site.renders,
		Parses: serializers.MediaTypes(), Actions: map[string]serializers.Fields{}}
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		action := e.action(method)
		if action.Fields == nil {
			continue
		}
		if action.Exists == nil || action.Exists(c) == nil {
			m.Actions[method] = action.Fields
		}
	}
	return Respond(c, http.StatusOK, m)
}
