package dialects

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/serializers/pyjson"
)

// htmlType is the content type of pages.
const htmlType = "text/html; charset=utf-8"

// pagePolicy keeps pages from loading anything.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

// said returns the title and the text of the page about status.
func said(status int) (title, text string) {
	switch status {
	case http.StatusBadRequest:
		return "Bad Request (400)", "The server does not understand this request."
	case http.StatusForbidden:
		return "Forbidden (403)", "This request did not prove which page it came from. Allow cookies, load the page anew and try again."
	case http.StatusNotFound:
		return "Not Found", "There is nothing at this address."
	case http.StatusMethodNotAllowed:
		return "Method Not Allowed (405)", "This address does not take that method."
	case http.StatusInternalServerError:
		return "Server Error (500)", "Something went wrong here. It has been noted."
	}
	return fmt.Sprintf("%s (%d)", http.StatusText(status), status), ""
}

// shortPage takes a title twice, and a text.
const shortPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%s</title>
</head>
<body>
<main>
<h1>%s</h1>
<p>%s</p>
</main>
</body>
</html>
`

// page answers with a short page about status.
func (s *Site) page(c echo.Context, status int) {
	title, text := said(status)
	body := fmt.Sprintf(shortPage, title, title, text)
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, pagePolicy)
	if err := write(c, status, htmlType, []byte(body)); err != nil {
		s.log.Debug("answer not sent", "error", err)
	}
}

// browsablePage shows an answer to a person.
const browsablePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Name}}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
pre { background: #f4f4f4; border-radius: 4px; overflow: auto; padding: 1rem }
.description { white-space: pre-line }
</style>
</head>
<body>
<main>
<h1>{{.Name}}</h1>
<p class="description">{{.Description}}</p>
<p><b>{{.Method}}</b> {{.Path}}</p>
<pre><b>HTTP {{.Status}} {{.StatusText}}</b>
Allow: {{.Allow}}

{{.Body}}</pre>
</main>
</body>
</html>
`

// browsable returns a page that shows value.
//
// Source: rest_framework.renderers.BrowsableAPIRenderer, without its forms.
func (x *exchange) browsable(c echo.Context, status int, value any) ([]byte, error) {
	const spaces = 4
	body, err := pyjson.Marshal(value, spaces)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = x.site.browsable.Execute(&page, map[string]any{
		"Name": x.view.Name, "Description": x.view.Description, "Method": c.Request().Method,
		"Path": c.Request().URL.Path, "Status": status, "StatusText": http.StatusText(status), "Allow": x.allow,
		"Body": string(body),
	})
	if err != nil {
		return nil, err
	}
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, pagePolicy)
	return page.Bytes(), nil
}

// WritePage answers a request to a view with a page about status, where the original answers with one of Django's.
func WritePage(c echo.Context, status int) error {
	exchangeOf(c).site.page(c, status)
	return nil
}
