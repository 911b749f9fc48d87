package openapi

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
)

// reading is what the page shows.
type reading struct {
	Title, Summary, Version, OpenAPI string
	Description                      []template.HTML
	Groups                           []group
	Schemes                          []scheme
	Schemas                          []namedSchema
}

// group is the operations under a tag.
type group struct {
	ID, Name    string
	Description []template.HTML
	Operations  []operation
}

type operation struct {
	ID, Method, Path, Summary string
	Description               []template.HTML
	OptionalSlash             bool
	Credentials               string
	Parameters                []parameter
	Media                     []string
	Body                      *schema
	Responses                 []response
	Others                    string
}

type parameter struct {
	Name, In string
	Type     []part
}

type response struct {
	Status, Description string
	Bodies              []body
	Headers             []string
}

type body struct {
	Media string
	Type  []part
}

type scheme struct{ Name, Description string }

// readable makes of a document what is shown of it.
func readable(whole *object) reading {
	info, components := whole.below("info"), whole.below("components")
	out := reading{
		Title: info.text("title"), Summary: info.text("summary"), Version: info.text("version"),
		OpenAPI: whole.text("openapi"), Description: paragraphs(info.text("description")),
	}
	for i, tag := range whole.get("tags").([]any) {
		g := group{ID: fmt.Sprintf("group-%d", i+1), Name: named(tag), Description: paragraphs(tag.(*object).text("description"))}
		for _, path := range whole.below("paths").members {
			g.Operations = append(g.Operations, operationsOf(path, g.Name, components)...)
		}
		out.Groups = append(out.Groups, g)
	}
	for _, s := range components.below("securitySchemes").all() {
		out.Schemes = append(out.Schemes, scheme{s.name, s.value.(*object).text("description")})
	}
	for _, s := range components.below("schemas").all() {
		tree := s.value.(*object)
		shown := namedSchema{Name: s.name, Schema: schemaOf(tree)}
		if examples, _ := tree.get("examples").([]any); len(examples) > 0 {
			shown.Example = indented(examples[0])
		}
		out.Schemas = append(out.Schemas, shown)
	}
	return out
}

// operationsOf returns the operations at a path that have a tag, but for OPTIONS, which all endpoints have.
func operationsOf(path member, tag string, components *object) []operation {
	item := path.value.(*object)
	optional, _ := item.get("x-optional-slash").(bool)
	var out []operation
	for _, method := range methods {
		tree := item.below(method)
		if tree == nil || len(texts(tree.get("tags"))) == 0 || texts(tree.get("tags"))[0] != tag {
			continue
		}
		o := operation{
			ID: tree.text("operationId"), Method: strings.ToUpper(method), Path: path.name, Summary: tree.text("summary"),
			Description: paragraphs(tree.text("description")), OptionalSlash: optional,
			Credentials: credentials(tree.get("security")), Others: statuses(item.below("x-other-methods")),
		}
		for _, list := range []any{item.get("parameters"), tree.get("parameters")} {
			items, _ := list.([]any)
			for _, p := range items {
				p := p.(*object)
				o.Parameters = append(o.Parameters, parameter{p.text("name"), p.text("in"), typeOf(p.below("schema"))})
			}
		}
		for _, content := range tree.below("requestBody").below("content").all() {
			o.Media = append(o.Media, content.name)
			o.Body = schemaOf(followed(content.value.(*object).below("schema"), components))
		}
		for _, r := range tree.below("responses").all() {
			o.Responses = append(o.Responses, responseOf(r, components))
		}
		out = append(out, o)
	}
	return out
}

func responseOf(m member, components *object) response {
	tree := followed(m.value.(*object), components)
	out := response{Status: m.name, Description: tree.text("description")}
	for _, content := range tree.below("content").all() {
		out.Bodies = append(out.Bodies, body{content.name, typeOf(content.value.(*object).below("schema"))})
	}
	for _, header := range tree.below("headers").all() {
		out.Headers = append(out.Headers, header.name)
	}
	return out
}

// followed returns what a reference points to, and anything else as it is.
func followed(o, components *object) *object {
	path, ok := strings.CutPrefix(o.text("$ref"), "#/components/")
	if !ok {
		return o
	}
	kind, name, _ := strings.Cut(path, "/")
	return components.below(kind).below(name)
}

// credentials names the schemes of which one is asked for.
func credentials(security any) string {
	list, _ := security.([]any)
	var names []string
	optional := false
	for _, item := range list {
		for _, s := range item.(*object).members {
			names = append(names, s.name)
		}
		optional = optional || len(item.(*object).members) == 0
	}
	text := strings.Join(names, " or ")
	if optional && text != "" {
		return "none needed; " + text + " is looked at"
	}
	return text
}

func statuses(others *object) string {
	var out []string
	for _, r := range others.below("responses").all() {
		out = append(out, r.name)
	}
	return strings.Join(out, ", ")
}

var (
	bold = regexp.MustCompile(`\*\*([^*]+)\*\*|\*([^*]+)\*`)
	code = regexp.MustCompile("`([^`]+)`")
)

// paragraphs turns the little Markdown of the documents into HTML.
func paragraphs(text string) []template.HTML {
	var out []template.HTML
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if paragraph == "" {
			continue
		}
		marked := bold.ReplaceAllString(html.EscapeString(paragraph), "<strong>$1$2</strong>")
		out = append(out, template.HTML(code.ReplaceAllString(marked, "<code>$1</code>"))) //nolint:gosec // escaped above
	}
	return out
}

func indented(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}
