package serializers

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchword/models"
	"watchword/serializers/pyjson"
)

// The types of fields, as the metadata calls them.
const (
	TypeString  = "string"
	TypeEmail   = "email"
	TypeInteger = "integer"
	TypeBoolean = "boolean"
	TypeTime    = "datetime"
)

// Field is one field of a serializer: how it is read, checked and described. Its JSON is its description.
type Field struct {
	Name      string `json:"-"`
	Type      string `json:"type"`
	Required  bool   `json:"required"`
	ReadOnly  bool   `json:"read_only"` // what a request says about it is ignored
	Label     string `json:"label"`     // default: the name with blanks, capitalised
	HelpText  string `json:"help_text,omitempty"`
	MinLength int    `json:"min_length,omitempty"` // in code points; 0: any
	MaxLength int    `json:"max_length,omitempty"` // in code points; 0: any

	AllowBlank bool     `json:"-"`
	KeepSpaces bool     `json:"-"` // do not strip white space off both ends
	BlankSpace bool     `json:"-"` // white space alone is blank even where it is kept
	Codes      bool     `json:"-"` // say "required" and "blank" instead of sentences
	Rules      []string `json:"-"` // names of further rules, checked before all others

	index  int            // in the struct
	column *models.Column // of a project's own users; nil: the field is in the struct
	rules  []rule
}

// Fields are the fields of a serializer in order.
type Fields []Field

// MarshalJSON describes the fields by name, as the metadata of a view does.
//
// Source: rest_framework.metadata.SimpleMetadata.get_serializer_info.
func (fs Fields) MarshalJSON() ([]byte, error) {
	var o pyjson.Object
	for _, f := range fs {
		o.Set(f.Name, f)
	}
	return o.MarshalJSON()
}

// declared reads the declaration of one field of a struct. ok is false for fields that are not on the wire.
func declared(sf reflect.StructField) (f Field, ok bool) {
	tag, ok := sf.Tag.Lookup("json")
	if !ok {
		return Field{}, false
	}
	f = Field{Name: tag, Type: TypeString, Label: sf.Tag.Get("label"), HelpText: sf.Tag.Get("help"), index: sf.Index[0]}
	if sf.Type != reflect.TypeFor[Char]() {
		f.Type, f.ReadOnly = readOnlyType(sf.Type), true
	}
	for option := range strings.SplitSeq(sf.Tag.Get("field"), ",") {
		f.apply(option)
	}
	return f, true
}

// readOnlyType is the type of a field that is no text.
func readOnlyType(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[bool]():
		return TypeBoolean
	case reflect.TypeFor[time.Time]():
		return TypeTime
	case reflect.TypeFor[[]string]():
		return TypeList
	}
	return TypeInteger
}

// apply reads one word of a field tag: a property, a length, or the name of a rule.
func (f *Field) apply(option string) {
	name, value, _ := strings.Cut(option, "=")
	switch name {
	case "":
	case "required":
		f.Required = true
	case "read_only":
		f.ReadOnly = true
	case "allow_blank":
		f.AllowBlank = true
	case "codes":
		f.Codes = true
	case "email":
		f.Type = TypeEmail
	case "min_length":
		f.MinLength = mustAtoi(value)
	case "max_length":
		f.MaxLength = mustAtoi(value)
	default:
		f.Rules = append(f.Rules, name)
	}
}

func mustAtoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("serializers: not a length: %q", text))
	}
	return n
}

// prepare fills what follows from the rest.
func (f *Field) prepare() {
	if f.Label == "" {
		f.Label = capitalise(strings.ReplaceAll(f.Name, "_", " "))
	}
	if f.ReadOnly {
		f.Required = false
		return
	}
	f.rules = nil
	for _, name := range f.Rules {
		f.rules = append(f.rules, newRule(name, 0))
	}
	if f.MaxLength > 0 {
		f.rules = append(f.rules, newRule(ruleMaxLength, f.MaxLength))
	}
	if f.MinLength > 0 {
		f.rules = append(f.rules, newRule(ruleMinLength, f.MinLength))
	}
	f.rules = append(f.rules, newRule(ruleNoNull, 0), newRule(ruleNoSurrogate, 0))
	if f.Type == TypeEmail {
		f.rules = append(f.rules, newRule(ruleEmail, 0))
	}
}

func capitalise(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + strings.ToLower(text[size:])
}

// requiredMessage is what is said of a field that is missing.
func (f *Field) requiredMessage() string {
	if f.Codes {
		return "required"
	}
	return requiredMessage
}

// blankMessage is what is said of a field that is there and empty.
func (f *Field) blankMessage() string {
	if f.Codes {
		return "blank"
	}
	return blankMessage
}

// invalidMessage is the sentence for a value of a type that is no text.
func (f *Field) invalidMessage() string {
	if f.Type == TypeEmail {
		return InvalidEmail
	}
	return invalidMessage
}

// check returns the message of every rule that text breaks, in the order of Django REST framework: the declared rules,
// the lengths, the characters, the type.
func (f *Field) check(text string) []string {
	var messages []string
	for _, r := range f.rules {
		if rules().Var(text, r.tag) != nil {
			messages = append(messages, r.message(text))
		}
	}
	return messages
}
