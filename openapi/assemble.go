package openapi

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// assemble makes one document of base and the parts.
func assemble(shared Facts, parts []Part) (*object, error) {
	whole, err := load("base")
	if err != nil {
		return nil, err
	}
	columns, _ := whole.take("x-columns").(*object)
	kinds, _ := whole.take("x-kinds").(*object)
	if whole, err = resolve(whole, shared, columns); err != nil {
		return nil, fmt.Errorf("base.yaml: %w", err)
	}
	expander{shared, kinds}.all(whole)
	for _, part := range parts {
		facts := shared.with(part.Facts)
		mount := &object{}
		for _, name := range part.Documents {
			document, err := load(name)
			if err != nil {
				return nil, err
			}
			if document, err = resolve(document, facts, columns); err == nil {
				err = join(mount, document)
			}
			if err != nil {
				return nil, fmt.Errorf("%s.yaml: %w", name, err)
			}
		}
		expander{facts, kinds}.all(mount)
		if part.Number > 1 {
			number(mount, strconv.Itoa(part.Number))
		}
		if err := join(whole, mount); err != nil {
			return nil, err
		}
	}
	sweep(whole)
	return whole, nil
}

// join adds to whole what part says. Two parts may have the same tag; all else is there once.
func join(whole, part *object) error {
	tags, _ := whole.get("tags").([]any)
	own, _ := part.get("tags").([]any)
	for _, tag := range own {
		if !slices.ContainsFunc(tags, func(t any) bool { return named(t) == named(tag) }) {
			tags = append(tags, tag)
		}
	}
	whole.set("tags", tags)
	if err := joinMembers(whole.make("paths"), part.below("paths")); err != nil {
		return err
	}
	for _, kind := range part.below("components").all() {
		if err := joinMembers(whole.make("components").make(kind.name), kind.value.(*object)); err != nil {
			return err
		}
	}
	return nil
}

func joinMembers(whole, part *object) error {
	for _, m := range part.all() {
		if whole.get(m.name) != nil {
			return fmt.Errorf("%s is there already", m.name)
		}
		whole.set(m.name, m.value)
	}
	return nil
}

func named(tag any) string { return tag.(*object).text("name") }

// number tells the names of a mount from those of another one of the same documents.
func number(mount *object, suffix string) {
	renamed := map[string]string{}
	for _, kind := range mount.below("components").all() {
		all := kind.value.(*object)
		for i, m := range all.members {
			all.members[i].name = m.name + suffix
			path := "#/components/" + kind.name + "/" + m.name
			renamed[path] = path + suffix
		}
	}
	walk(mount, func(o *object, m member) {
		switch text, _ := m.value.(string); m.name {
		case "$ref":
			o.set("$ref", cmp.Or(renamed[text], text))
		case "operationId":
			o.set("operationId", text+suffix)
		}
	})
}

// walk calls visit with every member of every object.
func walk(v any, visit func(o *object, m member)) {
	switch v := v.(type) {
	case *object:
		for _, m := range v.members {
			visit(v, m)
			walk(m.value, visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}
