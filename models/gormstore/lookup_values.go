package gormstore

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"watchword/models"
)

// assignAll puts the values of a row where they belong.
func assignAll[T any](into []any, values []T) error {
	for i, value := range values {
		if err := assign(into[i], value); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

// assign puts a value that a driver has read where it belongs: what database/sql does by reflection, for the few types
// that models have. Date-times of SQLite come as text where the query selects an expression: the drivers look at what
// columns were declared as, and then try one layout after the other, which takes longer than the lookup.
func assign(into any, value any) error {
	switch into := into.(type) {
	case *string:
		switch text := value.(type) {
		case string:
			*into = text
			return nil
		case []byte:
			*into = string(text)
			return nil
		}
	case *bool:
		if yes, err := driver.Bool.ConvertValue(value); err == nil {
			*into = yes.(bool)
			return nil
		}
	case *int:
		if n, ok := value.(int64); ok {
			*into = int(n)
			return nil
		}
	case *models.Digest:
		if digest, ok := value.([]byte); ok {
			*into = bytes.Clone(digest)
			return nil
		}
	case *time.Time:
		*into = asTime(value)
		return nil
	case **time.Time:
		if value == nil {
			*into = nil
			return nil
		}
		at := asTime(value)
		*into = &at
		return nil
	case sql.Scanner:
		return into.Scan(value)
	}
	return fmt.Errorf("gormstore: %T is not read into %T", value, into)
}

// asTime is a date-time, in UTC if it is text; the zero time for what is none.
func asTime(value any) time.Time {
	switch value := value.(type) {
	case time.Time:
		return value
	case []byte:
		return asTime(string(value))
	case string:
		if at, ok := djangosTime(value); ok {
			return at
		}
		return otherTime(value)
	}
	return time.Time{}
}

// djangosTime reads what djangoDateTime writes; ok is false for anything else.
func djangosTime(text string) (at time.Time, ok bool) {
	const form = "dddd-dd-dd dd:dd:dd.dddddd"
	if len(text) != len(form) && len(text) != len("dddd-dd-dd dd:dd:dd") {
		return time.Time{}, false
	}
	var parts [7]int // year, month, day, hour, minute, second, microsecond
	part := 0
	for i := range len(text) {
		digit := text[i] - '0'
		switch {
		case form[i] == 'd' && digit <= 9:
			parts[part] = parts[part]*10 + int(digit)
		case form[i] != 'd' && form[i] == text[i]:
			part++
		default:
			return time.Time{}, false
		}
	}
	year, month, day := parts[0], time.Month(parts[1]), parts[2]
	at = time.Date(year, month, day, parts[3], parts[4], parts[5], parts[6]*1000, time.UTC)
	gotYear, gotMonth, gotDay := at.Date()
	ok = gotYear == year && gotMonth == month && gotDay == day && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
	return at, ok
}

// otherTime reads what other programs may have written; the zero time if nobody would, as the drivers do.
func otherTime(text string) time.Time {
	text = strings.Replace(strings.TrimSuffix(text, "Z"), "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
