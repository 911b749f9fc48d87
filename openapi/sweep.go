package openapi

import (
	"slices"
	"strings"
)

// sweep removes the components and the tags that nothing refers to.
func sweep(whole *object) {
	components := whole.below("components")
	s := sweeper{components: components, used: map[string]bool{}, tags: map[string]bool{}}
	s.mark(whole.get("paths"))
	for _, kind := range components.all() {
		all := kind.value.(*object)
		all.members = slices.DeleteFunc(all.members, func(m member) bool { return !s.used[kind.name+"/"+m.name] })
	}
	whole.set("tags", slices.DeleteFunc(whole.get("tags").([]any), func(t any) bool { return !s.tags[named(t)] }))
}

// sweeper notes what is referred to.
type sweeper struct {
	components *object
	used       map[string]bool // KIND/NAME
	tags       map[string]bool
}

func (s sweeper) mark(v any) {
	walk(v, func(_ *object, m member) {
		switch m.name {
		case "$ref":
			path := strings.TrimPrefix(m.value.(string), "#/components/")
			if s.used[path] {
				return
			}
			s.used[path] = true
			kind, name, _ := strings.Cut(path, "/")
			s.mark(s.components.below(kind).get(name))
		case "security":
			walk(m.value, func(_ *object, scheme member) { s.used["securitySchemes/"+scheme.name] = true })
		case "tags":
			for _, tag := range texts(m.value) {
				s.tags[tag] = true
			}
		}
	})
}
