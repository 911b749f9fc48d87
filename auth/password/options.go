package password

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// options reads the OPTIONS of a validator and remembers what is wrong with them.
type options struct {
	values map[string]any // what has not been read yet
	wrong  []error
}

func newOptions(values map[string]any) *options { return &options{values: maps.Clone(values)} }

// take returns a value and strikes it off.
func (o *options) take(name string) (value any, ok bool) {
	value, ok = o.values[name]
	delete(o.values, name)
	return value, ok
}

// number reads a finite number of any type that YAML, JSON or Go has for it.
func (o *options) number(name string, otherwise float64) float64 {
	value, ok := o.take(name)
	if !ok {
		return otherwise
	}
	var n float64
	switch v := value.(type) {
	case int:
		n = float64(v)
	case int64:
		n = float64(v)
	case uint64:
		n = float64(v)
	case float64:
		n = v
	default:
		n = math.NaN()
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		o.fail(name, "must be a number")
		return otherwise
	}
	return n
}

// texts reads a list of strings.
func (o *options) texts(name string, otherwise []string) []string {
	value, ok := o.take(name)
	if !ok {
		return otherwise
	}
	switch v := value.(type) {
	case []string:
		return slices.Clone(v)
	case []any:
		texts := make([]string, 0, len(v))
		for _, item := range v {
			if text, ok := item.(string); ok {
				texts = append(texts, text)
			}
		}
		if len(texts) == len(v) {
			return texts
		}
	}
	o.fail(name, "must be a list of names")
	return otherwise
}

// text reads a string.
func (o *options) text(name, otherwise string) string {
	value, ok := o.take(name)
	if !ok {
		return otherwise
	}
	text, ok := value.(string)
	if !ok {
		o.fail(name, "must be a text")
		return otherwise
	}
	return text
}

func (o *options) fail(name, fault string) {
	o.wrong = append(o.wrong, fmt.Errorf("OPTIONS.%s %s", name, fault))
}

// faults returns what was wrong, and every option that nobody has asked for.
func (o *options) faults() error {
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		o.fail(name, "is unknown")
	}
	return errors.Join(o.wrong...)
}
