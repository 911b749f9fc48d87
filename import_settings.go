package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"watchword/settings"
)

// translation makes a settings file of the settings of a Django project.
type translation struct {
	django  map[string]any // what is left to look at
	version string         // of Django; "" where it is not known
	ours    map[string]any // the settings file that is to be
	lines   []importLine
}

// importLine says what became of one setting.
type importLine struct{ verdict, setting, text string }

// The verdicts.
const (
	lineTaken   = "taken"
	lineAdded   = "added"
	lineLeft    = "no counterpart"
	lineRefused = "not taken"
	lineUnsafe  = "unsafe"
)

func (t *translation) say(verdict, setting, text string) {
	t.lines = append(t.lines, importLine{verdict, setting, text})
}

// readDjangoSettings reads a JSON object of names and values, as Django's settings are printed by the line of Python in
// docs/moving-from-django.md.
func readDjangoSettings(file string) (map[string]any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	values := map[string]any{}
	if err := decoder.Decode(&values); err != nil {
		return nil, fmt.Errorf("%s: is not a JSON object of names and values: %w", file, err)
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("%s: holds no settings", file)
	}
	return values, nil
}

// translate makes the settings of this server of those of a Django project. What it returns has passed the loader.
func translate(django map[string]any) (*translation, *Loaded, error) {
	t := &translation{django: django, ours: map[string]any{}}
	t.version, _ = django["DJANGO_VERSION"].(string)
	delete(django, "DJANGO_VERSION")
	t.database()
	t.apps()
	t.takeKnown()
	t.keepDjangosDefaults()
	loaded, err := t.settle()
	if err != nil {
		return nil, nil, err
	}
	t.warn(loaded)
	return t, loaded, nil
}

// takeKnown takes every setting whose name is one here, and says so of those whose name is not.
func (t *translation) takeKnown() {
	groups := map[string]map[string]bool{}
	for _, field := range settings.Describe(DefaultSettings(Safe)) {
		group, rest, _ := strings.Cut(field.Name, ".")
		if groups[group] == nil {
			groups[group] = map[string]bool{}
		}
		member, _, _ := strings.Cut(rest, ".")
		groups[group][member] = true
	}
	for _, name := range slices.Sorted(maps.Keys(t.django)) {
		members := groups[name]
		switch value := readable(t.django[name]).(type) {
		case map[string]any:
			if members == nil || members[""] {
				t.takeOne(name, value, members != nil)
				continue
			}
			t.takeGroup(name, value, members)
		default:
			t.takeOne(name, value, members != nil)
		}
	}
}

func (t *translation) takeOne(name string, value any, known bool) {
	switch {
	case known:
		t.ours[name] = value
		t.say(lineTaken, name, "")
	case isLater(name):
		t.say(lineLeft, name, "belongs to a part that this version does not have")
	default:
		t.say(lineLeft, name, "")
	}
}

func (t *translation) takeGroup(name string, value map[string]any, members map[string]bool) {
	group := map[string]any{}
	for _, member := range slices.Sorted(maps.Keys(value)) {
		full := name + "." + member
		switch {
		case members[member]:
			group[member] = value[member]
			t.say(lineTaken, full, "")
		case isLater(full):
			t.say(lineLeft, full, "belongs to a part that this version does not have")
		default:
			t.say(lineLeft, full, "")
		}
	}
	if len(group) > 0 {
		t.ours[name] = group
	}
}

// Texts that stand for a span of time: Python's repr and str of a timedelta.
var (
	timedeltaRepr = regexp.MustCompile(`^datetime\.timedelta\((.*)\)$`)
	timedeltaPart = regexp.MustCompile(`^(?:(\w+)=)?(-?\d+(?:\.\d+)?)$`)
	timedeltaText = regexp.MustCompile(`^(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.\d+)?$`)
)

// readable puts spans of time into seconds, wherever they stand in a value.
func readable(value any) any {
	switch v := value.(type) {
	case string:
		if seconds, ok := secondsOf(v); ok {
			return seconds
		}
	case json.Number:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n
		}
		n, _ := v.Float64()
		if n == float64(int64(n)) {
			return int64(n) // of a timedelta: total_seconds() has a fraction
		}
		return n
	case []any:
		for i := range v {
			v[i] = readable(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = readable(v[name])
		}
	}
	return value
}

// secondsOf reads Python's text for a timedelta.
func secondsOf(text string) (seconds int64, ok bool) {
	if m := timedeltaText.FindStringSubmatch(text); m != nil {
		for i, unit := range []int64{86400, 3600, 60, 1} {
			n, _ := strconv.ParseInt(m[i+1], 10, 64) // digits, or "" for 0
			seconds += n * unit
		}
		return seconds, true
	}
	m := timedeltaRepr.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	units := map[string]float64{"days": 86400, "seconds": 1, "microseconds": 1e-6, "minutes": 60, "hours": 3600, "weeks": 604800}
	total := 0.0
	for i, part := range strings.Split(m[1], ", ") {
		p := timedeltaPart.FindStringSubmatch(strings.TrimSpace(part))
		if p == nil {
			return 0, false
		}
		unit := units[p[1]]
		if p[1] == "" {
			unit = []float64{86400, 1, 1e-6}[min(i, 2)]
		}
		n, _ := strconv.ParseFloat(p[2], 64)
		total += n * unit
	}
	return int64(total), true
}

// settle has the loader read what was made, and takes out what it refuses, until it refuses nothing.
func (t *translation) settle() (*Loaded, error) {
	dir, err := os.MkdirTemp("", "watchword-settings-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "settings.yaml")
	for {
		text, err := t.yaml()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, err
		}
		loaded, err := LoadSettings(file, nil)
		if err == nil {
			return loaded, nil
		}
		if !t.takeOut(file, err) {
			return nil, fmt.Errorf("the settings do not fit together:\n%w", err)
		}
	}
}

// takeOut takes out what the loader has refused, and reports whether that was anything.
func (t *translation) takeOut(file string, err error) bool {
	removed := false
	var faults settings.Faults
	if errors.As(err, &faults) {
		for _, fault := range slices.Backward(faults) { // of a list, the last comes out first
			if t.remove(fault.Setting) {
				t.say(lineRefused, fault.Setting, fault.Problem)
				removed = true
			}
		}
		if removed {
			return true
		}
	}
	for line := range strings.Lines(err.Error()) {
		name, problem, _ := strings.Cut(strings.TrimSpace(line), ": ")
		problem = strings.TrimPrefix(problem, "file "+file+": ")
		if t.remove(name) {
			t.say(lineRefused, name, problem)
			removed = true
		}
	}
	return removed
}

// place takes the name of a setting apart: its parts, and the place in a list at the end of it.
var place = regexp.MustCompile(`^([\w.-]+?)(?:\[(\d+)\])?$`)

// remove takes a setting out, or one item of it.
func (t *translation) remove(setting string) bool {
	m := place.FindStringSubmatch(setting)
	if m == nil {
		return false
	}
	parts := strings.Split(m[1], ".")
	group := t.ours
	for _, part := range parts[:len(parts)-1] {
		inner, ok := group[part].(map[string]any)
		if !ok {
			return false
		}
		group = inner
	}
	last := parts[len(parts)-1]
	value, ok := group[last]
	if !ok {
		return false
	}
	list, isList := value.([]any)
	i, err := strconv.Atoi(m[2])
	if isList && err == nil && i < len(list) && len(list) > 1 {
		group[last] = slices.Delete(list, i, i+1)
		return true
	}
	delete(group, last)
	return true
}

// yaml is the settings file.
func (t *translation) yaml() ([]byte, error) {
	text, err := yaml.Marshal(t.ours)
	return append([]byte("# Made of the settings of a Django project by: watchword import-settings\n"), text...), err
}

// warn says what of the settings is unsafe.
func (t *translation) warn(loaded *Loaded) {
	if key := loaded.Signing.SecretKey; strings.HasPrefix(key, "django-insecure-") {
		t.say(lineUnsafe, "SECRET_KEY", "is one that startproject has made, which stands in the project's repository")
	}
	for _, finding := range loaded.findings(true) {
		t.say(lineUnsafe, finding.ID, finding.Text)
	}
}
