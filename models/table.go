package models

import "slices"

// Table is a table as the database's catalogue describes it.
type Table struct {
	Name    string
	Columns []Column
	Unique  [][]string // the columns of each key and each unique index over whole rows
	Indexes []string   // the names of all indexes
}

// Column finds a column; nil if there is none of that name.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// IsUnique reports whether no two rows can agree in all of columns.
func (t *Table) IsUnique(columns ...string) bool {
	return slices.ContainsFunc(t.Unique, func(key []string) bool {
		return len(key) == len(columns) && !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(key, c) })
	})
}
