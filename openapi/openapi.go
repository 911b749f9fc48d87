// Package openapi describes what a server serves, in OpenAPI 3.1 and as a page: only what is mounted, where it is mounted,
// with the bodies that the settings make of it.
//
// The documents in the folder documents are written by hand, one for each protocol. They are OpenAPI, with these
// shorthands, of which nothing is left in the result:
//
//   - ${NAME}, in names and texts: a text of [Facts].
//   - x-when: the object is there only if a flag is set ("!" before it: is not), or all of a list are.
//   - x-first: a list, of which the first object that is there takes the place of this one.
//   - x-value: what takes the place of this object, for texts under conditions.
//   - x-each: the member is there once for each item of a list of Facts, which ${LIST} stands for, and ${LIST#} for its
//     number.
//   - x-fields: a schema of those columns of a user that a list of Facts names.
//   - x-kind, of a path: rest, page or probe; the operations get the responses that endpoints of the kind have in common
//     (x-kinds in base.yaml), and the path gets x-other-methods, which is about the methods that it does not have.
//   - x-schemes, of an operation: who says who asks, a list of Facts; optional where everybody may ask.
//   - x-body: the schema of the body, which may be JSON or a form.
//   - x-invalid: the fields of the body that the answer 400 may be about; with x-invalid-columns also those of the list
//     users.columns, the further columns of users.
//   - x-json and x-page, of a response: the schema of its body, or that it is a page.
//
// x-optional-slash stays: the last slash of the path may be left out.
package openapi

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"maps"
	"sync"
)

//go:embed documents
var documents embed.FS

//go:embed templates
var templates embed.FS

// Config says whether the description is served.
type Config struct {
	// Serve puts it at /openapi.json, and as a page at /docs/.
	Serve bool `setting:"API_DOCS" help:"Describe at /openapi.json, in OpenAPI 3.1, and at /docs/, as a page, what this server serves. Nothing of it is secret."`
}

// DefaultConfig serves it.
func DefaultConfig() Config { return Config{Serve: true} }

// Facts are what the settings decide of a description.
type Facts struct {
	Flags map[string]bool     // what x-when asks for
	Texts map[string]string   // what ${…} stands for
	Lists map[string][]string // what x-each, x-fields and, below "schemes.", x-schemes name
}

// with returns the facts with those of a part, which go before.
func (f Facts) with(own Facts) Facts {
	return Facts{overlay(f.Flags, own.Flags), overlay(f.Texts, own.Texts), overlay(f.Lists, own.Lists)}
}

func overlay[V any](below, above map[string]V) map[string]V {
	out := maps.Clone(below)
	if out == nil {
		out = map[string]V{}
	}
	maps.Copy(out, above)
	return out
}

// Part is what is mounted somewhere: documents, and the facts that hold there alone.
type Part struct {
	Documents []string // by their names without .yaml
	Facts
	Number int // from 1, among the mounts of the same documents
}

// Description is a description under some settings, made when it is first asked for. It is safe for concurrent use.
type Description struct {
	document func() (Document, error)
	page     func() (Document, error)
}

// Document is something to be served.
type Document struct {
	Body   []byte
	Tag    string // an entity tag
	Policy string // the Content-Security-Policy of a page; "" for what is none
}

// New returns the description of the parts; shared are the facts that hold for all of them.
func New(shared Facts, parts ...Part) *Description {
	tree := sync.OnceValues(func() (*object, error) { return assemble(shared, parts) })
	return &Description{
		document: sync.OnceValues(func() (Document, error) {
			whole, err := tree()
			if err != nil {
				return Document{}, err
			}
			body, err := whole.MarshalJSON()
			return Document{Body: body, Tag: tagOf(body)}, err
		}),
		page: sync.OnceValues(func() (Document, error) {
			whole, err := tree()
			if err != nil {
				return Document{}, err
			}
			return render(whole)
		}),
	}
}

// JSON returns the OpenAPI document. An error is a fault of the documents, or of the facts.
func (d *Description) JSON() (Document, error) { return d.document() }

// Page returns the page. It loads nothing and runs nothing.
func (d *Description) Page() (Document, error) { return d.page() }

func tagOf(body []byte) string {
	digest := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(digest[:12]) + `"`
}

// load reads a document.
func load(name string) (*object, error) {
	data, err := documents.ReadFile("documents/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	tree, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s.yaml: %w", name, err)
	}
	return tree, nil
}
