// Package pages shows what the links in mails lead to where no frontend does: plain pages that confirm an address or set a
// password, without JavaScript.
//
// A link holds a secret in its path. The pages are not kept by caches, tell no other site where they were (no referrer),
// load nothing, and cannot be framed. Opening one changes nothing, for programs open links, too: a button does. What the
// button sends needs no protection from forgery by other sites, for who knows the secret may do this.
package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
)

// files holds the frame, layout.html, what it looks like, and the pages.
//
//go:embed templates
var files embed.FS

const (
	htmlType   = "text/html; charset=utf-8"
	framePage  = "layout.html"
	styleSheet = "style.css"
)

// Pages are the built-in pages. They are safe for concurrent use.
type Pages struct {
	templates map[string]*template.Template
	policy    string
	browsers  *http.CrossOriginProtection
}

// New returns the pages. Of Config's redirects, browsers are let through to those.
func New(cfg Config) (*Pages, error) {
	style, err := files.ReadFile("templates/" + styleSheet)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(style)
	p := &Pages{templates: map[string]*template.Template{}, browsers: http.NewCrossOriginProtection()}
	p.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
		"'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'" + originOf(cfg.ConfirmedURL)
	for _, name := range []string{confirmPage, confirmedPage, takenPage, badLinkPage, sentPage, passwordPage, changedPage,
		undoEmailPage, emailUndonePage, forgottenPage, resetSentPage, keepPage, keptPage} {
		page, err := template.ParseFS(files, "templates/"+framePage, "templates/"+styleSheet, "templates/"+name)
		if err != nil {
			return nil, err
		}
		p.templates[name] = page
	}
	return p, nil
}

// originOf returns the origin of a URL with a blank before it, and "" for a path: where a form is sent on to must be
// allowed like where it is sent.
func originOf(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return ""
	}
	return " " + u.Scheme + "://" + u.Host
}

// show answers with a page.
func (p *Pages) show(c echo.Context, status int, name string, data map[string]any) error {
	var body bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&body, framePage, data); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, p.policy)
	header.Set(echo.HeaderContentLength, strconv.Itoa(body.Len()))
	if c.Request().Method == http.MethodHead {
		header.Set(echo.HeaderContentType, htmlType)
		return c.NoContent(status)
	}
	return c.Blob(status, htmlType, body.Bytes())
}

// badLinkOr says that a link is no good if err says so, and returns any other error.
func (p *Pages) badLinkOr(c echo.Context, err error) error {
	if errors.Is(err, auth.ErrLinkInvalid) {
		return p.show(c, http.StatusNotFound, badLinkPage, nil)
	}
	return err
}

// only lets requests by method (and HEAD where that is GET) through to h. OPTIONS tells what there is, and any other method
// is refused.
func only(method string, h echo.HandlerFunc) echo.HandlerFunc {
	allow := method + ", OPTIONS"
	if method == http.MethodGet {
		allow = "GET, HEAD, OPTIONS"
	}
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderCacheControl, "no-store")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		switch asked := c.Request().Method; {
		case asked == method, asked == http.MethodHead && method == http.MethodGet:
			return h(c)
		case asked == http.MethodOptions:
			header.Set(echo.HeaderAllow, allow)
			header.Set(echo.HeaderContentType, htmlType)
			header.Set(echo.HeaderContentLength, "0")
			return c.NoContent(http.StatusOK)
		}
		header.Set(echo.HeaderAllow, allow)
		return echo.ErrMethodNotAllowed
	}
}

// redirect sends the browser on with a GET.
func redirect(c echo.Context, to string) error {
	header := c.Response().Header()
	header.Set(echo.HeaderLocation, to)
	header.Set(echo.HeaderContentType, htmlType)
	return c.NoContent(http.StatusSeeOther)
}

// mount puts a page and the place that its button sends to behind target, a path with parameters in braces as in
// /confirm/{key}/. It does nothing where target leads elsewhere: to another site, or into a frontend that reads the query
// or the fragment.
func mount(site *dialects.Site, target string, page, button echo.HandlerFunc) {
	if path, ok := route(target); ok {
		site.MountPlain(path, only(http.MethodGet, page))
		site.MountPlain(buttonOf(path), only(http.MethodPost, button))
	}
}

// Behind reports whether a link to target, a path with parameters in braces or a URL, leads to a page here, and what the
// button of that page then sends to.
func Behind(target string) (button string, ok bool) {
	if _, ok := route(target); !ok {
		return "", false
	}
	return buttonOf(target), true
}

// route returns target with its parameters as Echo writes them. ok is false unless it is a path here, of which each
// parameter is a whole segment.
func route(target string) (path string, ok bool) {
	if !strings.HasPrefix(target, "/") || strings.ContainsAny(target, "?#:*") {
		return "", false
	}
	segments := strings.Split(target, "/")
	for i, segment := range segments {
		name, open := strings.CutPrefix(segment, "{")
		name, closed := strings.CutSuffix(name, "}")
		if open != closed || strings.ContainsAny(name, "{}") {
			return "", false
		}
		if open {
			segments[i] = ":" + name
		}
	}
	return strings.Join(segments, "/"), true
}

// buttonOf is where the button of the page at path sends to.
func buttonOf(path string) string {
	if strings.HasSuffix(path, "/") {
		return path + "do/"
	}
	return path + "/do"
}

// buttonAt is the address of the button of the page that c asks for.
func buttonAt(c echo.Context) string {
	return (&url.URL{Path: buttonOf(c.Request().URL.Path)}).EscapedPath()
}
