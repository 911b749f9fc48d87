package dialects

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"watchword/serializers"
)

// Renderer is a form that answers can have.
type Renderer string

// The renderers.
const (
	JSON Renderer = "json"
	HTML Renderer = "html" // a page around the JSON, for people with browsers
)

// UnmarshalText reads a renderer's name, ours or the dotted Python name of the class it stands for.
func (r *Renderer) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(JSON), "rest_framework.renderers.JSONRenderer":
		*r = JSON
	case string(HTML), "rest_framework.renderers.BrowsableAPIRenderer":
		*r = HTML
	default:
		return fmt.Errorf("unknown renderer %q: known are json and html", text)
	}
	return nil
}

func (r Renderer) mediaType() string {
	if r == HTML {
		return "text/html"
	}
	return "application/json"
}

// format is what ?format= calls the renderer.
func (r Renderer) format() string {
	if r == HTML {
		return "api"
	}
	return "json"
}

// accepted is what a request gets.
type accepted struct {
	renderer Renderer
	indent   int // blanks per level of JSON; 0: compact
}

// maxIndent is as far as JSON is indented.
const maxIndent = 8

// negotiate chooses the renderer. The more specific a range in the Accept header is, the sooner it is looked at; its
// weight (q) does not count. Without the header everything is acceptable.
//
// Source: rest_framework.negotiation.DefaultContentNegotiation.
func (s *Site) negotiate(r *http.Request) (accepted, error) {
	renderers, err := s.withFormat(r.URL.RawQuery)
	first := accepted{renderer: s.renderers[0]}
	if err != nil {
		return first, err
	}
	header, ok := r.Header["Accept"]
	if !ok || len(header) == 1 && header[0] == "*/*" {
		return accepted{renderer: renderers[0]}, nil
	}
	var ranges []serializers.MediaType
	for token := range strings.SplitSeq(strings.Join(header, ","), ",") {
		ranges = append(ranges, serializers.ParseMediaType(token))
	}
	for precedence := 3; precedence >= 0; precedence-- {
		for _, renderer := range renderers {
			media := serializers.ParseMediaType(renderer.mediaType())
			for _, wanted := range ranges {
				if wanted.Precedence() == precedence && media.Matches(wanted) {
					return accepted{renderer, indent(wanted)}, nil
				}
			}
		}
	}
	return first, serializers.NotAcceptable()
}

// withFormat returns the renderers that ?format= leaves.
func (s *Site) withFormat(query string) ([]Renderer, error) {
	if !strings.Contains(query, "format") {
		return s.renderers, nil
	}
	values, _ := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B")) // a part of a value; what can be read is enough
	formats := values["format"]
	if len(formats) == 0 || formats[len(formats)-1] == "" {
		return s.renderers, nil
	}
	for i, renderer := range s.renderers {
		if renderer.format() == formats[len(formats)-1] {
			return s.renderers[i : i+1], nil
		}
	}
	return nil, serializers.NotFound("")
}

// indent is the parameter of that name, between 0 and 8.
func indent(media serializers.MediaType) int {
	value, _ := media.Param("indent")
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil {
		return 0
	}
	return min(max(n, 0), maxIndent)
}
