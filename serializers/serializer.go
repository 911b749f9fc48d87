// Package serializers says what is on the wire and whether it is well formed: bodies and their media types, text fields
// with Django REST framework's rules and sentences, the shapes of refusals, and one file of types per dialect.
//
// A serializer is declared once, as a struct, and yields reading, checking, writing and the metadata that OPTIONS shows:
//
//	type Student struct {
//		PK        int64 `json:"pk" label:"ID"`
//		FirstName Char  `json:"first_name" field:"required,max_length=255"`
//		Email     Char  `json:"email" field:"required,email,max_length=254"`
//	}
//
// The words of a field tag are required, read_only, allow_blank, email, codes, max_length=N, min_length=N and the names of
// rules (username). Fields that are no Char are read-only: truth values, times, and else numbers. The tags label and help are shown in the metadata.
package serializers

import (
	"net/http"
	"reflect"
	"slices"

	"watchword/models"
	"watchword/serializers/pyjson"
)

// Serializer reads a T from requests. It is safe for concurrent use.
type Serializer[T any] struct {
	fields  Fields
	decoder pyjson.Decoder
}

// Config says what serializers take. The zero value is not useful; see DefaultConfig.
type Config struct {
	// UniqueNames refuses a JSON object that has two names which are equal but for case.
	UniqueNames bool `setting:"UNIQUE_JSON_NAMES" help:"Refuse a JSON object with two names that differ in case at most, instead of taking the last one."`
}

// DefaultConfig refuses ambiguous objects: no honest client sends them, and two readers may understand them differently.
func DefaultConfig() Config { return Config{UniqueNames: true} }

// ExactConfig takes the last of two values, as Python does.
func ExactConfig() Config { return Config{} }

// New returns a serializer for T, a struct. adjust may change the fields as they were declared, for what only settings
// know, such as the name of the field for the user name.
func New[T any](cfg Config, adjust ...func(*Field)) *Serializer[T] {
	s := &Serializer[T]{decoder: newDecoder(cfg)}
	for _, sf := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		f, ok := declared(sf)
		if !ok {
			continue
		}
		for _, change := range adjust {
			change(&f)
		}
		f.prepare()
		s.fields = append(s.fields, f)
	}
	return s
}

// columnHolder is a type that can hold what is given for columns that only the database knows.
type columnHolder interface{ setColumn(name string, value any) }

// Columns is what a request gave for columns that only the database knows.
type Columns map[string]any

func (c *Columns) setColumn(name string, value any) {
	if *c == nil {
		*c = Columns{}
	}
	(*c)[name] = value
}

// with adds fields over columns to a serializer of a columnHolder, in the place of those with their names, and returns s.
func (s *Serializer[T]) with(columns []models.Column) *Serializer[T] {
	if columns == nil {
		return s
	}
	for _, c := range columns {
		s.fields = slices.DeleteFunc(s.fields, func(f Field) bool { return f.Name == c.Name })
		f := ColumnField(c)
		f.prepare()
		s.fields = append(s.fields, f)
	}
	return s
}

// only keeps the fields with these names, in this order, and returns s.
func (s *Serializer[T]) only(names []string) *Serializer[T] {
	var kept Fields
	for _, name := range names {
		if i := slices.IndexFunc(s.fields, func(f Field) bool { return f.Name == name }); i >= 0 {
			kept = append(kept, s.fields[i])
		}
	}
	s.fields = kept
	return s
}

// Fields returns the fields in order. The caller must not change them.
func (s *Serializer[T]) Fields() Fields { return s.fields }

// Read reads the body of r into what into points to, and nothing else of the request. Fields that may be absent, and
// are, stay as they were. The error is a *Problem when the body cannot be read and *Errors when its fields are wrong.
func (s *Serializer[T]) Read(r *http.Request, into *T) error { return s.read(r, into, false) }

// ReadPartial is Read for PATCH: every field may be absent.
func (s *Serializer[T]) ReadPartial(r *http.Request, into *T) error { return s.read(r, into, true) }

func (s *Serializer[T]) read(r *http.Request, into *T, partial bool) error {
	object, form, err := readObject(r, s.decoder)
	if err != nil {
		return err
	}
	return s.check(Object{object, form}, into, partial)
}

// Check is Read for a body that was read before.
func (s *Serializer[T]) Check(body Object, into *T) error { return s.check(body, into, false) }

func (s *Serializer[T]) check(body Object, into *T, partial bool) error {
	var faults Errors
	target := reflect.ValueOf(into).Elem()
	for i := range s.fields {
		f := &s.fields[i]
		if f.ReadOnly {
			continue
		}
		v, given := body.fields.Get(f.Name)
		if body.form && v == "" && !f.Required && !f.AllowBlank {
			given = false // a form sends its empty fields too
		}
		switch {
		case given && f.column != nil:
			value, messages := f.readColumn(v, body.form)
			faults.Add(f.Name, messages...)
			any(into).(columnHolder).setColumn(f.Name, value)
		case given:
			faults.Add(f.Name, target.Field(f.index).Addr().Interface().(*Char).read(v, f)...)
		case f.Required && !partial:
			faults.Add(f.Name, f.requiredMessage())
		}
	}
	return faults.Err()
}

// Object is a body that is a dictionary.
type Object struct {
	fields *pyjson.Object
	form   bool
}

// ReadObject reads the body of r, for views that do not check all of its fields at once. The error is that of
// Serializer.Read for a body that is no dictionary.
func ReadObject(cfg Config, r *http.Request) (Object, error) {
	fields, form, err := readObject(r, newDecoder(cfg))
	return Object{fields, form}, err
}

// Text returns a field as text, which numbers are too; "" where it is neither. given is whether the body has the field.
func (o Object) Text(name string) (text string, given bool) {
	v, given := o.fields.Get(name)
	text, _ = asText(v)
	return text, given
}

// newDecoder returns a decoder that takes what cfg says.
func newDecoder(cfg Config) pyjson.Decoder {
	decoder := pyjson.DefaultDecoder()
	decoder.UniqueNames = cfg.UniqueNames
	return decoder
}

// readObject reads the body of r, which must be a dictionary, and says whether it is a form.
func readObject(r *http.Request, decoder pyjson.Decoder) (object *pyjson.Object, form bool, err error) {
	b, err := parse(r, decoder)
	if err != nil {
		return nil, false, err
	}
	if b.data == nil {
		return nil, false, Invalid("No data provided")
	}
	object, ok := b.data.(*pyjson.Object)
	if !ok {
		return nil, false, Invalid("Invalid data. Expected a dictionary, but got " + pyjson.TypeName(b.data) + ".")
	}
	return object, b.form, nil
}
