package replay

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// strict headers must be absent unless a recording lists them, as must all Access-Control-* headers.
var strict = regexp.MustCompile(`^(content-type|allow|www-authenticate|location|retry-after|access-control-.*)$`)

// sets are the headers whose values compare as sets, ignoring case.
var sets = regexp.MustCompile(`^(vary|allow|access-control-(allow-headers|allow-methods|expose-headers))$`)

// expectation is what a recording says of an answer, variables replaced.
type expectation struct {
	Status       int                `json:"status"`
	Headers      map[string]*string `json:"headers"` // null: absent
	Cookies      []cookie           `json:"cookies"`
	JSON         json.RawMessage    `json:"json"`
	Text         *string            `json:"text"`
	TextContains []string           `json:"text_contains"`
}

// diffStep compares an answer and the mails of a step with the recording.
func diffStep(step *Step, got *response, mails []message, v variables) []string {
	var want expectation
	if err := v.decode(step.Response, &want); err != nil {
		return []string{"a recording that cannot be read: " + err.Error()}
	}
	if step.ClientError {
		var out []string
		if got.status < 400 || got.status > 499 {
			out = append(out, fmt.Sprintf("status: expected a client error, got %d", got.status))
		}
		return append(out, diffHeaders(want.Headers, got.headers, false)...)
	}
	var out []string
	if want.Status != got.status {
		out = append(out, fmt.Sprintf("status: expected %d, got %d %s", want.Status, got.status, short(got.text)))
	}
	out = append(out, diffHeaders(want.Headers, got.headers, true)...)
	out = append(out, diffCookies(want.Cookies, got.cookies)...)
	out = append(out, want.diffBody(got)...)

	var expected []expectedMail
	if err := v.decode(step.Mail, &expected); err != nil {
		return append(out, "a recording that cannot be read: "+err.Error())
	}
	return append(out, diffMails(expected, mails)...)
}

func (want *expectation) diffBody(got *response) []string {
	var out []string
	if len(want.JSON) > 0 {
		expected, err := decodeJSON(want.JSON)
		switch {
		case err != nil:
			out = append(out, "a recording that cannot be read: "+err.Error())
		case !got.isJSON:
			out = append(out, fmt.Sprintf("json: expected %s, the body is %q", short(expected), short(got.text)))
		default:
			out = append(out, diff(expected, got.json, "json")...)
		}
	}
	if want.Text != nil {
		out = append(out, diffText(*want.Text, got.text, "text")...)
	}
	for _, s := range want.TextContains {
		if !strings.Contains(got.text, s) {
			out = append(out, fmt.Sprintf("text: lacks %q", short(s)))
		}
	}
	return out
}

func diffHeaders(want map[string]*string, got map[string]string, everything bool) []string {
	expected := map[string]*string{}
	for name, value := range want {
		expected[strings.ToLower(name)] = value
	}
	for name := range got {
		if _, listed := expected[name]; everything && !listed && strict.MatchString(name) {
			expected[name] = nil
		}
	}
	var out []string
	for _, name := range sortedKeys(expected) {
		w := expected[name]
		g, present := got[name]
		switch {
		case w == nil && present:
			out = append(out, fmt.Sprintf("header %s: expected none, got %s", name, g))
		case w != nil && !present:
			out = append(out, fmt.Sprintf("header %s: expected %s, got none", name, *w))
		case w == nil:
		case sets.MatchString(name):
			if asSet(*w) != asSet(g) {
				out = append(out, fmt.Sprintf("header %s: expected %s, got %s", name, *w, g))
			}
		default:
			out = append(out, diffText(*w, g, "header "+name)...)
		}
	}
	return out
}

// asSet renders a comma-separated list so that equal sets become equal texts.
func asSet(list string) string {
	set := map[string]bool{}
	for item := range strings.SplitSeq(list, ",") {
		set[strings.ToLower(strings.TrimSpace(item))] = true
	}
	return strings.Join(sortedKeys(set), ",")
}

// capture finds the value that a capture names: "a.b.0" in the JSON body, "cookie:NAME", "header:NAME", "text:REGEX"
// or "mail:REGEX".
func capture(source string, got *response, mails []message, j *jar) (string, bool) {
	kind, arg, _ := strings.Cut(source, ":")
	switch kind {
	case "cookie":
		for _, c := range got.cookies {
			if c.Name == arg {
				return c.Value, true
			}
		}
		if j == nil {
			return "", false
		}
		c, ok := j.values[arg]
		return c.Value, ok
	case "header":
		value, ok := got.headers[strings.ToLower(arg)]
		return value, ok
	case "text":
		return group(arg, got.text)
	case "mail":
		for _, m := range mails {
			for _, part := range []*string{m.text, m.html} {
				if value, ok := group(arg, textOf(part)); ok {
					return value, true
				}
			}
		}
		return "", false
	}
	return lookUp(source, got.json)
}

func group(pattern, text string) (string, bool) {
	re, err := regexp.Compile("(?s)" + pattern)
	if err != nil {
		return "", false
	}
	if m := re.FindStringSubmatch(text); len(m) > 1 {
		return m[1], true
	}
	return "", false
}

func lookUp(path string, value any) (string, bool) {
	for key := range strings.SplitSeq(path, ".") {
		switch x := value.(type) {
		case map[string]any:
			value = x[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(x) {
				return "", false
			}
			value = x[i]
		default:
			return "", false
		}
	}
	switch x := value.(type) {
	case nil:
		return "", false
	case string:
		return x, true
	}
	return short(value), true
}
