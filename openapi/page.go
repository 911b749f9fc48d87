package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
)

// render returns whole as a page.
func render(whole *object) (Document, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return Document{}, err
	}
	page, err := template.ParseFS(templates, "templates/page.html", "templates/style.css")
	if err != nil {
		return Document{}, err
	}
	var body bytes.Buffer
	if err := page.ExecuteTemplate(&body, "page.html", readable(whole)); err != nil {
		return Document{}, err
	}
	digest := sha256.Sum256(style)
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return Document{Body: body.Bytes(), Tag: tagOf(body.Bytes()), Policy: policy}, nil
}
