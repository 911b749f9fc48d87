// Package web is a page to try everything on: it registers, logs in by every scheme that the server has, calls what is
// protected, refreshes, logs out, and shows beside it what went over the wire.
//
// The page is made of static files without a build step. It knows nothing that is not on the wire, but for three things
// that browsers keep from scripts or that no protocol tells: what the server has switched on (Server), the mails of a
// development inbox (Inbox), and which cookies were set and sent (ShowCookies).
package web

import (
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
)

// Where the page is.
const (
	Prefix       = "/demo/"
	ActivatePath = Prefix + "activate/" // the page, opened by a link of a mail with ?ident=…&token=…
	ResetPath    = Prefix + "reset/"    // the same, to choose a password
)

const (
	assetsPath = Prefix + "assets/"
	serverPath = Prefix + "server/"
	inboxPath  = Prefix + "inbox/"
	firstPage  = "index.html"
)

// policy lets the page run and load its own files, talk to its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// files holds the page.
//
//go:embed files
var files embed.FS

// Mount puts the page on site, at Prefix. inbox may be nil: then the page tells where mails go instead.
func Mount(site *dialects.Site, server Server, inbox Inbox) error {
	root, err := fs.Sub(files, "files")
	if err != nil {
		return err
	}
	page, err := fs.ReadFile(root, firstPage)
	if err != nil {
		return err
	}
	for _, at := range []string{Prefix, ActivatePath, ResetPath} {
		site.MountPlain(at, get(func(c echo.Context) error { return send(c, firstPage, page) }))
	}
	if err := mountAssets(site, root); err != nil {
		return err
	}
	server.Inbox = inbox != nil
	site.MountPlain(serverPath, get(func(c echo.Context) error { return c.JSON(http.StatusOK, server) }))
	if inbox != nil {
		site.MountPlain(inboxPath, get(func(c echo.Context) error { return c.JSON(http.StatusOK, shown(inbox.Mails())) }))
	}
	return nil
}

// MountRoot sends who opens the server without a path to the page.
func MountRoot(site *dialects.Site) {
	site.MountPlain("/", get(func(c echo.Context) error { return c.Redirect(http.StatusFound, Prefix) }))
}

// mountAssets puts every file on site, at a path of its own.
func mountAssets(site *dialects.Site, root fs.FS) error {
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == firstPage {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		site.MountPlain(assetsPath+name, get(func(c echo.Context) error { return send(c, name, body) }))
		return nil
	})
}

// get lets GET and HEAD through to h, and says what all answers here say: nothing is kept, and no other site is told
// where a reader came from, as links of mails lead here with secrets in them.
func get(h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderCacheControl, "no-store")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if method := c.Request().Method; method != http.MethodGet && method != http.MethodHead {
			header.Set(echo.HeaderAllow, "GET, HEAD")
			return echo.ErrMethodNotAllowed
		}
		return h(c)
	}
}

// send answers with a file.
func send(c echo.Context, name string, body []byte) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, policy)
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	kind := mimeType(name)
	if c.Request().Method == http.MethodHead {
		header.Set(echo.HeaderContentType, kind)
		return c.NoContent(http.StatusOK)
	}
	return c.Blob(http.StatusOK, kind, body)
}

// mimeType is what a file is. The machine's own table is not asked where it may err: browsers run no script that has not
// the type of one.
func mimeType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}
