package serializers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"watchword/serializers/pyjson"
)

// NonField is the name under which messages about the data as a whole are listed.
const NonField = "non_field_errors"

// Errors says what is wrong with data, field by field, in the order in which the fields are declared. It is answered
// with status 400. The zero value has no fault.
type Errors struct{ fields pyjson.Object }

// Invalid returns Errors with messages about the data as a whole.
func Invalid(messages ...string) *Errors {
	e := &Errors{}
	e.Add(NonField, messages...)
	return e
}

// Add appends messages to those of field. Without messages it does nothing.
func (e *Errors) Add(field string, messages ...string) {
	if len(messages) > 0 {
		e.fields.Set(field, append(e.Messages(field), messages...))
	}
}

// Arrange puts the fields into the order of fields; others, such as NonField, come last.
func (e *Errors) Arrange(fields Fields) {
	place := func(m pyjson.Member) int {
		if i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == m.Name }); i >= 0 {
			return i
		}
		return len(fields)
	}
	members := slices.Clone(e.fields.Members())
	slices.SortStableFunc(members, func(a, b pyjson.Member) int { return cmp.Compare(place(a), place(b)) })
	e.fields = pyjson.Object{}
	for _, m := range members {
		e.fields.Set(m.Name, m.Value)
	}
}

// Prepend puts messages about field, which has none so far, before all others.
func (e *Errors) Prepend(field string, messages ...string) {
	others := e.fields.Members()
	e.fields = pyjson.Object{}
	e.Add(field, messages...)
	for _, m := range others {
		e.fields.Set(m.Name, m.Value)
	}
}

// Messages returns what is wrong with field, or nil.
func (e *Errors) Messages(field string) []string {
	if v, ok := e.fields.Get(field); ok {
		return v.([]string)
	}
	return nil
}

// Err returns e, or nil if nothing is wrong.
func (e *Errors) Err() error {
	if len(e.fields.Members()) == 0 {
		return nil
	}
	return e
}

// Error names the fields at fault, for logs and tests.
func (e *Errors) Error() string {
	names := make([]string, 0, len(e.fields.Members()))
	for _, m := range e.fields.Members() {
		names = append(names, m.Name)
	}
	return "invalid data: " + strings.Join(names, ", ")
}

// MarshalJSON writes {"field":["message",…],…}.
func (e *Errors) MarshalJSON() ([]byte, error) { return e.fields.MarshalJSON() }

// Problem returns e as an answer.
func (e *Errors) Problem() *Problem { return &Problem{Status: http.StatusBadRequest, Body: e} }
