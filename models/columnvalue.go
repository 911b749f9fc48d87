package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// uuidText is a UUID as it is written everywhere.
var uuidText = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// decimalText is a number in digits.
var decimalText = regexp.MustCompile(`^-?\d+(?:\.\d+)?$`)

// Parse reads a value of the column from text, as on a command line. It returns an error that says what the column takes,
// for text that is no such value and for values that do not fit.
func (c Column) Parse(text string) (any, error) {
	switch c.Type {
	case ColumnText:
		if c.MaxLength > 0 && utf8.RuneCountInString(text) > c.MaxLength {
			return nil, fmt.Errorf("at most %d characters", c.MaxLength)
		}
		return text, nil
	case ColumnInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < c.Min || n > c.Max {
			return nil, fmt.Errorf("must be a whole number from %d to %d", c.Min, c.Max)
		}
		return n, nil
	case ColumnBoolean:
		switch strings.ToLower(text) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, errors.New("must be true or false")
	case ColumnFloat:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, errors.New("must be a number")
		}
		return n, nil
	case ColumnDecimal:
		return c.parseDecimal(text)
	case ColumnDate:
		return asWritten(text, time.DateOnly)
	case ColumnTime:
		return asWritten(text, time.TimeOnly)
	case ColumnDateTime:
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, fmt.Errorf("must be a time such as %s", time.RFC3339)
		}
		return t.UTC(), nil
	case ColumnUUID:
		if !uuidText.MatchString(text) {
			return nil, errors.New("must be a UUID")
		}
		return text, nil
	case ColumnJSON:
		if !json.Valid([]byte(text)) {
			return nil, errors.New("must be JSON")
		}
		return text, nil
	default:
		return nil, fmt.Errorf("columns of type %s are not written here", c.Native)
	}
}

// parseDecimal reads a number with no more digits than the column has, where its limits are known.
func (c Column) parseDecimal(text string) (any, error) {
	number, ok := new(big.Rat).SetString(text)
	if !ok || !decimalText.MatchString(text) {
		return nil, errors.New("must be a number")
	}
	if c.Digits > 0 {
		whole := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Digits-c.Places)), nil))
		_, fraction, _ := strings.Cut(text, ".")
		if number.Abs(number).Cmp(whole) >= 0 || len(fraction) > c.Places {
			return nil, fmt.Errorf("must have at most %d digits, %d of them behind the point", c.Digits, c.Places)
		}
	}
	return text, nil
}

// asWritten takes text that is in a layout of times.
func asWritten(text, layout string) (any, error) {
	if _, err := time.Parse(layout, text); err != nil {
		return nil, fmt.Errorf("must be as in %s", layout)
	}
	return text, nil
}
