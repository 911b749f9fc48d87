package gormstore

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"watchword/models"
)

// Table is what the database's own catalogue says of a table.
type Table struct {
	Name    string
	Columns []models.Column // in the table's order
}

// Column finds a column by its name.
func (t *Table) Column(name string) (column models.Column, ok bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return models.Column{}, false
}

// Table reads the catalogue about a table. It returns models.ErrNotFound if there is none of that name.
func (s *Store) Table(ctx context.Context, name string) (*Table, error) {
	t := &Table{Name: name}
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Raw(s.dialect.columns, map[string]any{"table": name}).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // Err says what there is to say
		for rows.Next() {
			c, err := s.dialect.column(rows)
			if err != nil {
				return err
			}
			t.Columns = append(t.Columns, c)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the columns of %s: %w", name, err)
	}
	if t.Columns == nil {
		return nil, fmt.Errorf("%w: the table %s", models.ErrNotFound, name)
	}
	return t, nil
}

// scanner is a row that can be read.
type scanner interface{ Scan(into ...any) error }

// sqliteColumns lists columns with what sqliteColumn reads.
const sqliteColumns = `SELECT c.name, c.type, c."notnull" = 0 AND c.pk = 0, c.dflt_value IS NOT NULL, c.pk > 0,
	EXISTS (SELECT 1 FROM pragma_index_list(@table) AS i WHERE i."unique" AND NOT i.partial
		AND (SELECT group_concat(k.name) FROM pragma_index_info(i.name) AS k) = c.name),
	COALESCE((SELECT m.sql FROM sqlite_master AS m WHERE m.type = 'table' AND m.name = @table), '')
	FROM pragma_table_info(@table) AS c ORDER BY c.cid`

// sqliteColumn reads a column as Django's backend for SQLite declares it: SQLite keeps the words and Django writes the
// limits that SQLite itself does not know into them and into checks.
func sqliteColumn(row scanner) (c models.Column, err error) {
	var sql string
	if err := row.Scan(&c.Name, &c.Native, &c.Null, &c.Default, &c.PrimaryKey, &c.Unique, &sql); err != nil {
		return c, err
	}
	quoted := `"` + c.Name + `"`
	native, size := typeAndSize(c.Native)
	switch native {
	case "varchar", "nvarchar", "character varying":
		c.Type, c.MaxLength = models.ColumnText, size[0]
	case "char":
		c.Type, c.MaxLength = models.ColumnText, size[0]
		if size[0] == 32 {
			c.Type, c.MaxLength = models.ColumnUUID, 0
		}
	case "text":
		c.Type = models.ColumnText
		if strings.Contains(sql, "JSON_VALID("+quoted+")") {
			c.Type = models.ColumnJSON
		}
	case "decimal", "numeric":
		c.Type, c.Digits, c.Places = models.ColumnDecimal, size[0], size[1]
	default:
		plainType(&c, native)
	}
	if c.Type == models.ColumnInteger && (strings.HasSuffix(native, " unsigned") ||
		strings.Contains(sql, "CHECK ("+quoted+" >= 0)")) {
		c.Min = 0
	}
	c.Unique = c.Unique || c.PrimaryKey
	return c, nil
}

// postgresColumns lists columns with what postgresColumn reads.
const postgresColumns = `SELECT c.column_name, CASE c.data_type WHEN 'USER-DEFINED' THEN c.udt_name ELSE c.data_type END,
	c.is_nullable = 'YES', c.column_default IS NOT NULL OR c.is_identity = 'YES',
	EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = t.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)),
	EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = t.oid AND i.indisunique AND i.indnkeyatts = 1
		AND i.indkey[0] = a.attnum AND i.indpred IS NULL),
	COALESCE(c.character_maximum_length, 0), COALESCE(c.numeric_precision, 0), COALESCE(c.numeric_scale, 0),
	EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conrelid = t.oid AND k.contype = 'c'
		AND pg_get_constraintdef(k.oid) = 'CHECK ((' || quote_ident(a.attname) || ' >= 0))')
	FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace JOIN pg_attribute AS a ON a.attrelid = t.oid
	JOIN information_schema.columns AS c ON c.table_schema = n.nspname AND c.table_name = t.relname
		AND c.column_name = a.attname
	WHERE t.oid = to_regclass(quote_ident(@table)) AND t.relkind IN ('r', 'p') ORDER BY a.attnum`

// postgresColumn reads a column of information_schema.
func postgresColumn(row scanner) (c models.Column, err error) {
	var precision, scale int
	var positive bool
	err = row.Scan(&c.Name, &c.Native, &c.Null, &c.Default, &c.PrimaryKey, &c.Unique, &c.MaxLength, &precision, &scale,
		&positive)
	if err != nil {
		return c, err
	}
	switch c.Native {
	case "character varying", "character", "text", "citext":
		c.Type = models.ColumnText
	case "numeric":
		c.Type, c.Digits, c.Places = models.ColumnDecimal, precision, scale
	case "json", "jsonb":
		c.Type = models.ColumnJSON
	case "timestamp with time zone":
		c.Type = models.ColumnDateTime
	case "time without time zone":
		c.Type = models.ColumnTime
	case "double precision":
		c.Type = models.ColumnFloat
	default:
		plainType(&c, c.Native)
	}
	if positive && c.Type == models.ColumnInteger {
		c.Min = 0
	}
	return c, nil
}

// plainType sets the type that both databases call by these names.
func plainType(c *models.Column, native string) {
	switch strings.TrimSuffix(native, " unsigned") {
	case "smallint":
		c.Type, c.Min, c.Max = models.ColumnInteger, math.MinInt16, math.MaxInt16
	case "integer", "int":
		c.Type, c.Min, c.Max = models.ColumnInteger, math.MinInt32, math.MaxInt32
	case "bigint":
		c.Type, c.Min, c.Max = models.ColumnInteger, math.MinInt64, math.MaxInt64
	case "bool", "boolean":
		c.Type = models.ColumnBoolean
	case "date":
		c.Type = models.ColumnDate
	case "datetime", "timestamp":
		c.Type = models.ColumnDateTime
	case "time":
		c.Type = models.ColumnTime
	case "real", "double", "float":
		c.Type = models.ColumnFloat
	case "uuid":
		c.Type = models.ColumnUUID
	default:
		c.Type = models.ColumnOther
	}
}

// sizedType is a type with one or two numbers, such as varchar(150) and decimal(7, 2).
var sizedType = regexp.MustCompile(`^([a-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?( unsigned)?$`)

// typeAndSize takes a declared type apart.
func typeAndSize(declared string) (name string, size [2]int) {
	m := sizedType.FindStringSubmatch(strings.ToLower(declared))
	if m == nil {
		return strings.ToLower(declared), size
	}
	size[0], _ = strconv.Atoi(m[2]) // digits, or "" for 0
	size[1], _ = strconv.Atoi(m[3])
	return m[1] + m[4], size
}
