package main

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/openapi"
)

// The paths of the description.
const (
	descriptionPath = "/openapi.json"
	docsPath        = "/docs/"
)

// mountDescription puts on site what describes it, if the settings want it. Mounts of the same paths go before.
func (p *parts) mountDescription(site *dialects.Site) {
	if !p.settings.Docs.Serve {
		return
	}
	description := openapi.New(p.sharedFacts(), p.describedParts()...)
	site.MountPlain(descriptionPath, showDocument("application/json", description.JSON))
	site.MountPlain(docsPath, showDocument("text/html; charset=utf-8", description.Page))
}

// showDocument answers with a document, which may be kept if it is asked for anew each time.
func showDocument(contentType string, read func() (openapi.Document, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, header := c.Request(), c.Response().Header()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			header.Set(echo.HeaderAllow, "GET, HEAD")
			return echo.ErrMethodNotAllowed
		}
		document, err := read()
		if err != nil {
			return err
		}
		header.Set(echo.HeaderCacheControl, "no-cache")
		header.Set("ETag", document.Tag)
		if document.Policy != "" {
			header.Set(echo.HeaderContentSecurityPolicy, document.Policy)
		}
		if r.Header.Get("If-None-Match") == document.Tag {
			return c.NoContent(http.StatusNotModified)
		}
		return c.Blob(http.StatusOK, contentType, document.Body)
	}
}
