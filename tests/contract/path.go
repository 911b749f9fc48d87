package contract

import (
	"net/url"
	"strings"
)

// path is a described path.
type path struct {
	template      string
	segments      []string // anyText and anyNumber stand for parameters
	optionalSlash bool
	item          map[string]any
}

// What stands for parameters.
const (
	anyText   = "{}"
	anyNumber = "{0}"
)

func newPath(template string, item map[string]any) path {
	p := path{template: template, item: item}
	p.optionalSlash, _ = item["x-optional-slash"].(bool)
	numbers := integers(item)
	for segment := range strings.SplitSeq(template, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			segment = anyText
			if numbers[strings.TrimSuffix(name, "}")] {
				segment = anyNumber
			}
		}
		p.segments = append(p.segments, segment)
	}
	return p
}

// integers are the parameters of a path that are numbers.
func integers(item map[string]any) map[string]bool {
	found := map[string]bool{}
	parameters, _ := item["parameters"].([]any)
	for _, p := range parameters {
		parameter, _ := p.(map[string]any)
		schema, _ := parameter["schema"].(map[string]any)
		name, _ := parameter["name"].(string)
		found[name] = schema["type"] == "integer"
	}
	return found
}

// find returns the path that a request is for, or nil. What is spelled out goes before parameters.
func (c *Contract) find(target string) *path {
	raw, _, _ := strings.Cut(target, "?")
	decoded, err := url.PathUnescape(raw)
	if err != nil {
		return nil
	}
	var best *path
	for i := range c.paths {
		p := &c.paths[i]
		if p.matches(decoded) && (best == nil || !strings.Contains(p.template, "{")) {
			best = p
		}
	}
	return best
}

func (p *path) matches(target string) bool {
	segments := strings.Split(target, "/")
	if p.optionalSlash && len(segments) == len(p.segments)-1 {
		segments = append(segments, "")
	}
	if len(segments) != len(p.segments) {
		return false
	}
	for i, want := range p.segments {
		switch {
		case want == anyText && segments[i] != "":
		case want == anyNumber && segments[i] != "" && strings.Trim(segments[i], "0123456789") == "":
		case want != segments[i]:
			return false
		}
	}
	return true
}

// responses returns what is described of a method, and where; of one that is not, what is described of all others.
func (p *path) responses(method string) (at string, responses map[string]any) {
	key := strings.ToLower(method)
	if method == "HEAD" && p.item["head"] == nil {
		key = "get"
	}
	if strings.ToUpper(key) != method && method != "HEAD" || p.item[key] == nil {
		key = "x-other-methods"
	}
	operation, _ := p.item[key].(map[string]any)
	responses, _ = operation["responses"].(map[string]any)
	return "/paths/" + escape(p.template) + "/" + key + "/responses", responses
}
