package dialects

import (
	"strings"
	"testing"
)

func TestNegotiation(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	json, html, none := "application/json", "text/html; charset=utf-8", ""
	tests := []struct {
		name, accept, query string
		jsonOnly, both      string // the content type with JSON alone, and with HTML beside it
	}{
		{"any", "*/*", "", json, json},
		{"JSON", "application/json", "", json, json},
		{"upper case", "APPLICATION/JSON", "", json, json},
		{"application", "application/*", "", json, json},
		{"a page", "text/html", "", none, html},
		{"text", "text/*", "", none, html},
		{"a browser", browser, "", json, html},
		{"weights do not count", "text/html;q=0.1, application/json;q=0", "", json, json},
		{"the specific one first", "*/*, text/html", "", json, html},
		{"parameters are more specific", "text/html, application/json; indent=4", "", json, json},
		{"XML", "application/xml", "", none, none},
		{"garbage", "garbage", "", none, none},
		{"empty", "", "", none, none},
		{"format", "*/*", "?format=json", json, json},
		{"format of the page", browser, "?format=api", none, html},
		{"format against the header", "text/html", "?format=json", none, none},
		{"a semicolon is a part of it", "*/*", "?format=json;x", none, none},
		{"empty format", "*/*", "?format=", json, json},
		{"the last format", "*/*", "?format=xml&format=json", json, json},
	}
	for _, tt := range tests {
		for _, both := range []bool{false, true} {
			contentType := tt.jsonOnly
			if both {
				contentType = tt.both
			}
			s := newSite(t, func(_ *Config, rest *RESTConfig) {
				if !both {
					rest.Renderers = []Renderer{JSON}
				}
			})
			s.Mount("/", View{Name: "<N>", Get: say(200, hello{"<x>"})})
			w := s.ask("GET", "/"+tt.query, "", "Accept", tt.accept)
			switch {
			case contentType == none && w.Code != 406 && !(w.Code == 404 && (tt.query == "?format=api" || tt.query == "?format=json;x")):
				t.Errorf("%s, both %v: got %d, want 406", tt.name, both, w.Code)
			case contentType == none:
				wantHeader(t, w, "Content-Type", json)
			case w.Code != 200 || w.Header().Get("Content-Type") != contentType:
				t.Errorf("%s, both %v: got %d %s, want %s", tt.name, both, w.Code, w.Header().Get("Content-Type"), contentType)
			}
			if contentType == html && !strings.Contains(w.Body.String(), "&#34;message&#34;: &#34;&lt;x&gt;&#34;") {
				t.Errorf("%s: got page %s", tt.name, w.Body)
			}
		}
	}
}

func TestIndentation(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Get: say(200, hello{"x"})})
	for indent, body := range map[string]string{
		"2":  "{\n  \"message\": \"x\"\n}",
		"99": "{\n        \"message\": \"x\"\n}",
		"0":  `{"message":"x"}`,
		"-1": `{"message":"x"}`,
		"x":  `{"message":"x"}`,
	} {
		want(t, s.ask("GET", "/", "", "Accept", "application/json; indent="+indent), 200, body,
			"Content-Type", "application/json")
	}
	want(t, s.ask("GET", "/", "", "Accept", "*/*; indent=1"), 200, "{\n \"message\": \"x\"\n}")
}

func TestRendererNames(t *testing.T) {
	var r Renderer
	for name, want := range map[string]Renderer{"json": JSON, "html": HTML,
		"rest_framework.renderers.JSONRenderer":         JSON,
		"rest_framework.renderers.BrowsableAPIRenderer": HTML} {
		if err := r.UnmarshalText([]byte(name)); err != nil || r != want {
			t.Errorf("%s: got %q, %v", name, r, err)
		}
	}
	if r.UnmarshalText([]byte("xml")) == nil {
		t.Error("xml was taken")
	}
}
