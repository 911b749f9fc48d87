// Package contract checks the answers of a server against the description that it gives of itself in OpenAPI 3.1: the
// status, the content type, the body, and the headers that have to be there. It knows nothing of this server.
package contract

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// source is what the description is called while its schemas are compiled.
const source = "https://contract.invalid/openapi.json"

// Answer is an answer, and what was asked for.
type Answer struct {
	Method, Path string // the path may have a query
	Status       int
	Header       http.Header
	Body         []byte
}

// Contract is a description. It is safe for concurrent use.
type Contract struct {
	document map[string]any
	paths    []path
	compiler *jsonschema.Compiler

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // by JSON pointer; compiled when they are first needed
}

// Cache keeps contracts by names: servers with the same settings describe themselves in the same words. The zero value is
// empty. It is safe for concurrent use.
type Cache struct{ known sync.Map }

// Get returns the contract of that name, which is read from what describe returns unless it is known. A document that is
// nil is no contract; it is not kept, nor is an error of describe.
func (c *Cache) Get(name string, describe func() (document []byte, err error)) (*Contract, error) {
	if known, ok := c.known.Load(name); ok {
		return known.(*Contract), nil
	}
	document, err := describe()
	if document == nil || err != nil {
		return nil, err
	}
	fresh, err := Read(document)
	if err != nil {
		return nil, err
	}
	known, _ := c.known.LoadOrStore(name, fresh)
	return known.(*Contract), nil
}

// Read returns the contract that document is. What is wrong with its schemas is noticed when they are needed.
func Read(document []byte) (*Contract, error) {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	root, _ := tree.(map[string]any)
	items, _ := root["paths"].(map[string]any)
	if len(items) == 0 {
		return nil, fmt.Errorf("no paths in %.100s", document)
	}
	c := &Contract{document: root, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	if err := c.compiler.AddResource(source, tree); err != nil {
		return nil, err
	}
	for _, template := range slices.Sorted(maps.Keys(items)) {
		c.paths = append(c.paths, newPath(template, items[template].(map[string]any)))
	}
	return c, nil
}

// Check says what is wrong with an answer; nothing is where the path is not described.
func (c *Contract) Check(a Answer) error {
	p := c.find(a.Path)
	if p == nil {
		return nil
	}
	at, responses := p.responses(a.Method)
	if err := c.check(a, at, responses); err != nil {
		return fmt.Errorf("%s %s = %d: %w", a.Method, p.template, a.Status, err)
	}
	return nil
}

func (c *Contract) check(a Answer, at string, responses map[string]any) error {
	status := strconv.Itoa(a.Status)
	described, ok := responses[status].(map[string]any)
	if !ok {
		return fmt.Errorf("the status is not described; the body is %.300s", a.Body)
	}
	at, response := c.follow(at+"/"+status, described)
	if err := c.checkHeaders(a, at, response); err != nil {
		return err
	}
	if a.Method == http.MethodHead {
		if len(a.Body) > 0 {
			return fmt.Errorf("a body to HEAD: %.300s", a.Body)
		}
		return nil
	}
	return c.checkBody(a, at, response)
}

// checkBody compares the content type with those that are described, and a body of JSON with its schema.
func (c *Contract) checkBody(a Answer, at string, response map[string]any) error {
	content, _ := response["content"].(map[string]any)
	if len(content) == 0 {
		if len(a.Body) > 0 {
			return fmt.Errorf("a body where none is described: %.300s", a.Body)
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type %q: %w", a.Header.Get("Content-Type"), err)
	}
	if content[media] == nil {
		return fmt.Errorf("content type %s is not described; the body is %.300s", media, a.Body)
	}
	if media != "application/json" {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	if err != nil {
		return fmt.Errorf("the body is no JSON (%w): %.300s", err, a.Body)
	}
	schema, err := c.schema(at + "/content/" + escape(media) + "/schema")
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("%w\nthe body is %.600s", err, a.Body)
	}
	return nil
}

func (c *Contract) checkHeaders(a Answer, at string, response map[string]any) error {
	headers, _ := response["headers"].(map[string]any)
	for name, described := range headers {
		at, header := c.follow(at+"/headers/"+escape(name), described.(map[string]any))
		values := a.Header.Values(name)
		if required, _ := header["required"].(bool); required && len(values) == 0 {
			return fmt.Errorf("the header %s is not there", name)
		}
		schema, err := c.schema(at + "/schema")
		if err != nil {
			return err
		}
		for _, value := range values {
			if err := schema.Validate(value); err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	return nil
}

// follow returns what a reference points to, and anything else as it is, each with where it is.
func (c *Contract) follow(at string, object map[string]any) (string, map[string]any) {
	target, ok := object["$ref"].(string)
	if !ok {
		return at, object
	}
	at = strings.TrimPrefix(target, "#")
	node := c.document
	for part := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		node, _ = node[part].(map[string]any)
	}
	return at, node
}

// schema returns the schema at a JSON pointer.
func (c *Contract) schema(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.schemas[pointer]; known != nil {
		return known, nil
	}
	schema, err := c.compiler.Compile(source + "#" + pointer)
	if err != nil {
		return nil, fmt.Errorf("the schema at %s: %w", pointer, err)
	}
	c.schemas[pointer] = schema
	return schema, nil
}

// escape writes a name as a part of a JSON pointer in a URL.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name)
}
