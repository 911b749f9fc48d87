package openapi

import (
	"cmp"
	"slices"
)

// methods are the methods that documents have operations for.
var methods = [...]string{"get", "put", "post", "delete", "patch"}

// bodies are the content types of bodies.
var bodies = [...]string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}

// expander writes out what a document says in short.
type expander struct {
	facts Facts
	kinds *object
}

// all expands all that a document has.
func (e expander) all(document *object) {
	for _, path := range document.below("paths").all() {
		e.path(path.value.(*object))
	}
	for _, shared := range document.below("components").below("responses").all() {
		response := shared.value.(*object)
		kind, _ := response.take("x-kind").(string)
		e.response("", response, e.kinds.below(cmp.Or(kind, "rest")))
	}
}

// path completes all operations at a path with what its kind of endpoint has in common.
func (e expander) path(item *object) {
	name, _ := item.take("x-kind").(string)
	kind := e.kinds.below(name)
	var asked *object // the schemes of the endpoint, which all its operations share
	for _, method := range methods {
		operation := item.below(method)
		if operation == nil {
			continue
		}
		schemes, _ := operation.take("x-schemes").(*object)
		asked = cmp.Or(asked, schemes)
		e.operation(operation, kind, schemes)
	}
	if answer := kind.text("options"); answer != "" {
		item.set("options", e.options(item, kind, asked, answer))
	}
	others := &object{}
	e.addAll(others, kind, "all")
	e.addAll(others, kind, "other")
	e.addRefusals(others, asked)
	sortByName(others)
	item.set("x-other-methods", &object{[]member{{"responses", others}}})
}

func (e expander) operation(operation, kind, schemes *object) {
	if name, ok := operation.take("x-body").(string); ok {
		operation.set("requestBody", bodyOf(name))
	}
	responses := operation.make("responses")
	if fields := operation.take("x-invalid"); fields != nil {
		names := texts(fields)
		if operation.take("x-invalid-columns") != nil {
			names = append(names, e.facts.Lists["users.columns"]...)
		}
		responses.set("400", invalid(names))
	}
	for _, r := range responses.members {
		e.response(r.name, r.value.(*object), kind)
	}
	e.addRefusals(responses, schemes)
	if operation.get("requestBody") != nil {
		e.addAll(responses, kind, "body")
	}
	e.addAll(responses, kind, "all")
	sortByName(responses)
	operation.take("responses")
	operation.set("responses", responses)
	if schemes != nil {
		operation.set("security", e.security(schemes))
	}
}

// options is how an endpoint describes itself, by a shared response.
func (e expander) options(item, kind, schemes *object, answer string) *object {
	responses := &object{[]member{{"200", reference("responses", answer)}}}
	e.addRefusals(responses, schemes)
	e.addAll(responses, kind, "all")
	sortByName(responses)
	var tags any
	for _, method := range methods {
		if operation := item.below(method); operation != nil && tags == nil {
			tags = operation.get("tags")
		}
	}
	out := &object{[]member{{"tags", tags}, {"summary", "Ask what the endpoint takes"}, {"responses", responses}}}
	if schemes != nil {
		out.set("security", e.security(schemes))
	}
	return out
}

// response completes a response of an operation, or one that several share.
func (e expander) response(status string, response, kind *object) {
	if response.get("$ref") != nil {
		return
	}
	if name, ok := response.take("x-json").(string); ok {
		schema := &object{[]member{{"schema", reference("schemas", name)}}}
		response.make("content").set("application/json", schema)
	}
	page := &object{[]member{{"schema", reference("schemas", "Page")}}}
	if response.take("x-page") != nil {
		response.make("content").set("text/html", page)
	}
	content := response.below("content")
	browsable := kind == e.kinds.below("rest") && content != nil
	if browsable && (e.facts.Flags["html"] || status == "400") {
		content.set("text/html", page)
	}
	for _, header := range kind.below("headers").all() {
		headers := response.make("headers")
		if headers.get(header.name) == nil {
			headers.set(header.name, reference("headers", header.value.(string)))
		}
	}
}

// addAll adds the shared responses of a kind, as far as there are no own ones.
func (e expander) addAll(responses, kind *object, which string) {
	if which == "all" && e.facts.Flags["throttled"] {
		e.addAll(responses, kind, "throttled")
	}
	for _, shared := range kind.below(which).all() {
		add(responses, shared.name, shared.value.(string))
	}
}

func add(responses *object, status, name string) {
	if responses.get(status) == nil {
		responses.set(status, reference("responses", name))
	}
}

// addRefusals adds what is answered to who brings no good credential: 403 where the first scheme has no challenge.
func (e expander) addRefusals(responses, schemes *object) {
	if schemes == nil {
		return
	}
	names := e.facts.Lists["schemes."+schemes.text("of")]
	if len(names) == 0 {
		return
	}
	optional, _ := schemes.get("optional").(bool)
	ignored := optional && e.facts.Flags["forgiving"]
	if !ignored && !slices.Contains(e.facts.Lists["schemes.silent"], names[0]) {
		add(responses, "401", "Unauthorized")
	}
	add(responses, "403", "Forbidden")
}

// security says which schemes are asked.
func (e expander) security(schemes *object) []any {
	list := []any{}
	if optional, _ := schemes.get("optional").(bool); optional {
		list = append(list, &object{})
	}
	for _, name := range e.facts.Lists["schemes."+schemes.text("of")] {
		list = append(list, &object{[]member{{name, []any{}}}})
	}
	return list
}

func bodyOf(name string) *object {
	content := &object{}
	for _, media := range bodies {
		content.set(media, &object{[]member{{"schema", reference("schemas", name)}}})
	}
	return &object{[]member{{"content", content}}}
}

// invalid is the answer to a body with fields that are wrong, or to one that cannot be read.
func invalid(fields []string) *object {
	properties := &object{}
	for _, field := range append(fields, "non_field_errors") {
		properties.set(field, reference("schemas", "Messages"))
	}
	faults := &object{[]member{
		{"type", "object"}, {"minProperties", 1}, {"additionalProperties", false}, {"properties", properties},
	}}
	schema := &object{[]member{{"anyOf", []any{faults, reference("schemas", "Problem")}}}}
	json := &object{[]member{{"schema", schema}}}
	return &object{[]member{
		{"description", "Fields are wrong, or the body cannot be read."},
		{"content", &object{[]member{{"application/json", json}}}},
	}}
}

// all returns the members; none of nil.
func (o *object) all() []member {
	if o == nil {
		return nil
	}
	return o.members
}

func sortByName(o *object) {
	slices.SortStableFunc(o.members, func(a, b member) int { return cmp.Compare(a.name, b.name) })
}
