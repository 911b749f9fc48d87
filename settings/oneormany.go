package settings

import "reflect"

// OneOrMany is a list that may be written without brackets where it has one item.
type OneOrMany[T any] []T

// TakesOne marks the type.
func (OneOrMany[T]) TakesOne() {}

// takesOne reports whether t is a list that may be written as its one item: OneOrMany, or another that has the mark, as
// packages declare them that know nothing of this one.
func takesOne(t reflect.Type) bool { return t.Implements(reflect.TypeFor[interface{ TakesOne() }]()) }
