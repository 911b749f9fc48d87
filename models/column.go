package models

// ColumnType is what the values of a column are.
type ColumnType string

// The types that columns of user models have. Values travel as the Go type named beside each; SQL NULL is nil.
const (
	ColumnText     ColumnType = "text"     // string
	ColumnInteger  ColumnType = "integer"  // int64
	ColumnBoolean  ColumnType = "boolean"  // bool
	ColumnFloat    ColumnType = "float"    // float64
	ColumnDecimal  ColumnType = "decimal"  // string: digits, perhaps a sign and a point
	ColumnDate     ColumnType = "date"     // string: 2026-11-22
	ColumnTime     ColumnType = "time"     // string: 12:34:56.789
	ColumnDateTime ColumnType = "datetime" // time.Time in UTC
	ColumnUUID     ColumnType = "uuid"     // string with dashes
	ColumnJSON     ColumnType = "json"     // string: JSON text
	ColumnOther    ColumnType = "other"    // one that is neither read nor written here
)

// Column is what the database says of a column.
type Column struct {
	Name       string
	Type       ColumnType
	Native     string // the type in the database's own words
	MaxLength  int    // text: in characters; 0: any
	Min, Max   int64  // integers: the least and the greatest
	Digits     int    // decimals: all digits; 0: any
	Places     int    // decimals: those behind the point
	Null       bool   // NULL is allowed
	Default    bool   // the database itself has a value for rows that do not name the column
	Unique     bool   // by itself, over all rows
	PrimaryKey bool
}

// Needed reports whether a new row must have a value for the column that nobody can guess. Text, truth values, JSON and
// times have one: nothing, false, {} and now.
func (c Column) Needed() bool {
	if c.Null || c.Default {
		return false
	}
	switch c.Type {
	case ColumnBoolean, ColumnJSON, ColumnDate, ColumnDateTime:
		return false
	case ColumnText:
		return c.Unique
	default:
		return true
	}
}
