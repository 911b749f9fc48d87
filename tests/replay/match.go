package replay

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	jws          = `[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`
	datetimeSlip = 10 // seconds that a <<datetime:N>> may be off
)

var (
	matcher = regexp.MustCompile(`(?s)<<(any|str|int|jwt|re:.*?)>>`)
	isoTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$`)
)

// diff lists the differences between an expected and an actual JSON value, one line each; where names the place.
func diff(want, got any, where string) []string {
	switch want := want.(type) {
	case string:
		return diffText(want, got, where)
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return diffObject(want, got, where)
		}
	case []any:
		if got, ok := got.([]any); ok && len(want) == len(got) {
			var out []string
			for i := range want {
				out = append(out, diff(want[i], got[i], fmt.Sprintf("%s[%d]", where, i))...)
			}
			return out
		}
	default:
		if same(want, got) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: expected %s, got %s", where, short(want), short(got))}
}

func diffObject(want, got map[string]any, where string) []string {
	var out []string
	for _, key := range sortedKeys(want) {
		if value, ok := got[key]; ok {
			out = append(out, diff(want[key], value, where+"."+key)...)
		} else {
			out = append(out, fmt.Sprintf("%s.%s: missing, expected %s", where, key, short(want[key])))
		}
	}
	for _, key := range sortedKeys(got) {
		if _, ok := want[key]; !ok {
			out = append(out, fmt.Sprintf("%s.%s: unexpected %s", where, key, short(got[key])))
		}
	}
	return out
}

func diffText(want string, got any, where string) []string {
	if strings.HasPrefix(want, "<<jwt:{") {
		return diffJWS(strings.TrimSuffix(strings.TrimPrefix(want, "<<jwt:"), ">>"), got, where)
	}
	ok, err := matches(want, got)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", where, err)}
	}
	if ok {
		return nil
	}
	return []string{fmt.Sprintf("%s: expected %s, got %s", where, short(want), short(got))}
}

// same compares numbers by value, and everything else as Go does: 1 is not true.
func same(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, areNumbers := b.(json.Number)
	if !isNumber || !areNumbers {
		return a == b
	}
	f, errX := x.Float64()
	g, errY := y.Float64()
	return x == y || errX == nil && errY == nil && f == g
}

// matches says whether a text with matchers in it accepts a value.
func matches(want string, got any) (bool, error) {
	if want == "<<any>>" {
		return true, nil
	}
	if number, ok := got.(json.Number); ok && want == "<<int>>" {
		_, err := strconv.ParseInt(number.String(), 10, 64)
		return err == nil, nil
	}
	text, ok := got.(string)
	if !ok {
		return false, nil
	}
	if seconds, found := strings.CutPrefix(want, "<<datetime:"); found {
		return matchesTime(strings.TrimSuffix(seconds, ">>"), text)
	}
	re, err := regexp.Compile(pattern(want))
	if err != nil {
		return false, fmt.Errorf("a matcher that this program cannot read: %w", err)
	}
	return re.MatchString(text), nil
}

// pattern turns a text with matchers into a regular expression for the whole of the answer.
func pattern(want string) string {
	var b strings.Builder
	at := 0
	for _, m := range findMatchers(want) {
		b.WriteString(regexp.QuoteMeta(want[at:m[0]]))
		switch kind := want[m[0]+2 : m[1]-2]; kind {
		case "any":
			b.WriteString(".*")
		case "str":
			b.WriteString(".+")
		case "int":
			b.WriteString(`-?\d+`)
		case "jwt":
			b.WriteString(jws)
		default:
			b.WriteString("(?:" + strings.TrimPrefix(kind, "re:") + ")")
		}
		at = m[1]
	}
	return `(?s)\A` + b.String() + regexp.QuoteMeta(want[at:]) + `\z`
}

// findMatchers finds [from, to) of every matcher; one inside <<re:...>> ends at the last > of a row of them.
func findMatchers(s string) [][]int {
	found := matcher.FindAllStringIndex(s, -1)
	for _, m := range found {
		for strings.HasPrefix(s[m[1]:], ">") {
			m[1]++
		}
	}
	return found
}

func matchesTime(seconds, got string) (bool, error) {
	offset, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return false, fmt.Errorf("<<datetime:%s>>: %w", seconds, err)
	}
	at, err := time.Parse(time.RFC3339Nano, got)
	near := math.Abs(time.Until(at).Seconds()-offset) <= datetimeSlip
	return err == nil && isoTime.MatchString(got) && near, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// short renders a value for a message, 300 bytes at most.
func short(x any) string {
	const limit = 300
	s, ok := x.(string)
	if !ok {
		data, err := json.Marshal(x)
		if err != nil {
			return err.Error()
		}
		s = string(data)
	}
	if len(s) > limit {
		return s[:limit] + "..."
	}
	return s
}
