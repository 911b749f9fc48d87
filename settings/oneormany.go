package settings

import "reflect"

// OneOrMany is a list that may be written without brackets where it has one item.
type OneOrMany[T any] []T

// takesOne marks the type.
func (OneOrMany[T]) takesOne() {}

// takesOne reports whether t is a list that may be written as its one item.
func takesOne(t reflect.Type) bool { return t.Implements(reflect.TypeFor[interface{ takesOne() }]()) }
