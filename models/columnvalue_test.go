package models

import (
	"math"
	"testing"
)

func TestValuesOfColumnsAreReadWithTheirLimits(t *testing.T) {
	for _, c := range []struct {
		column     Column
		good, evil []string
	}{
		{Column{Type: ColumnText, MaxLength: 3}, []string{"", "abc", "äöü"}, []string{"abcd"}},
		{Column{Type: ColumnInteger, Min: 0, Max: math.MaxInt16}, []string{"0", "32767"}, []string{"-1", "32768", "", "1.0", "x"}},
		{Column{Type: ColumnBoolean}, []string{"true", "False"}, []string{"", "1", "yes"}},
		{Column{Type: ColumnFloat}, []string{"1", "-1.5e3"}, []string{"", "x"}},
		{Column{Type: ColumnDecimal, Digits: 5, Places: 2}, []string{"0", "999.99", "-1.5"}, []string{"1000", "1.234", "1e2", "1/3", ""}},
		{Column{Type: ColumnDecimal}, []string{"123456789.123456789"}, []string{"x"}},
		{Column{Type: ColumnDate}, []string{"2024-02-29"}, []string{"2023-02-29", "2024-2-29", ""}},
		{Column{Type: ColumnTime}, []string{"12:00:01"}, []string{"25:00:00", "noon"}},
		{Column{Type: ColumnDateTime}, []string{"2024-02-29T00:00:00+02:00"}, []string{"2024-02-29"}},
		{Column{Type: ColumnUUID}, []string{"0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f"}, []string{"0f3c1d7e3b5a4c499d3e0a1b2c3d4e5f", ""}},
		{Column{Type: ColumnJSON}, []string{"{}", "null"}, []string{"", "{"}},
		{Column{Type: ColumnOther}, nil, []string{"", "x"}},
	} {
		for _, text := range c.good {
			if _, err := c.column.Parse(text); err != nil {
				t.Errorf("%s %q: %v", c.column.Type, text, err)
			}
		}
		for _, text := range c.evil {
			if got, err := c.column.Parse(text); err == nil {
				t.Errorf("%s %q was read as %v", c.column.Type, text, got)
			}
		}
	}
}
