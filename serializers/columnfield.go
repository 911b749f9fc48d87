package serializers

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchword/models"
	"watchword/serializers/pyjson"
)

// The further types of fields, as the metadata calls them.
const (
	TypeFloat   = "float"
	TypeDecimal = "decimal"
	TypeDate    = "date"
	TypeClock   = "time"
	TypeOther   = "field"
	TypeList    = "list"
)

// columnTypes are the types of fields over columns.
var columnTypes = map[models.ColumnType]string{
	models.ColumnText: TypeString, models.ColumnInteger: TypeInteger, models.ColumnBoolean: TypeBoolean,
	models.ColumnFloat: TypeFloat, models.ColumnDecimal: TypeDecimal, models.ColumnDate: TypeDate,
	models.ColumnTime: TypeClock, models.ColumnDateTime: TypeTime,
}

// longestNumber is how many characters a number may have that is sent as text.
const longestNumber = 1000

// ColumnField is the field over a column that a project's own users have. What Django says of it in the model is not
// known here: text may be blank unless it is unique, and what the database needs and nobody can guess is required.
//
// Source: rest_framework.serializers.ModelSerializer.
func ColumnField(c models.Column) Field {
	f := Field{Name: c.Name, Type: TypeOther, Required: c.Needed(), MaxLength: c.MaxLength, column: &c,
		AllowBlank: c.Type == models.ColumnText && !c.Unique}
	if known, ok := columnTypes[c.Type]; ok {
		f.Type = known
	}
	f.ReadOnly = c.Type == models.ColumnOther
	return f
}

// readColumn takes v, the value that the request has for a field over a column, as models.ColumnType says. form says that
// it comes from a form, where nothing is an empty text.
func (f *Field) readColumn(v any, form bool) (value any, messages []string) {
	c := f.column
	if v == nil || v == "" && c.Type != models.ColumnText && (form || c.Type == models.ColumnBoolean) {
		if !c.Null {
			return nil, []string{nullMessage}
		}
		return nil, nil
	}
	switch c.Type {
	case models.ColumnText:
		var char Char
		messages = char.read(v, f)
		return char.Text, messages
	case models.ColumnInteger:
		return readInteger(*c, v)
	case models.ColumnBoolean:
		return readBoolean(*c, v)
	case models.ColumnFloat:
		return readFloat(v)
	case models.ColumnDecimal:
		return readDecimal(*c, v)
	case models.ColumnUUID:
		return readUUID(v)
	case models.ColumnJSON:
		return readDocument(v, form)
	default:
		return readTime(c.Type, v)
	}
}

// withinNumber finds what may follow a whole number that Python writes as a float.
var withinNumber = regexp.MustCompile(`\.0*\s*$`)

// readInteger reads a whole number.
//
// Source: rest_framework.fields.IntegerField.
func readInteger(c models.Column, v any) (any, []string) {
	text, ok := asText(v)
	if len(text) > longestNumber {
		return nil, []string{"String value too large."}
	}
	n, valid := new(big.Int).SetString(strings.TrimFunc(withinNumber.ReplaceAllString(text, ""), isSpace), 10)
	switch {
	case !ok || !valid:
		return nil, []string{"A valid integer is required."}
	case n.Cmp(big.NewInt(c.Max)) > 0:
		return nil, []string{fmt.Sprintf("Ensure this value is less than or equal to %d.", c.Max)}
	case n.Cmp(big.NewInt(c.Min)) < 0:
		return nil, []string{fmt.Sprintf("Ensure this value is greater than or equal to %d.", c.Min)}
	}
	return n.Int64(), nil
}

// readBoolean reads a truth value, in any of the words that people have for them.
//
// Source: rest_framework.fields.BooleanField.
func readBoolean(c models.Column, v any) (any, []string) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	text, _ := asText(v)
	switch {
	case slices.Contains([]string{"t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1", "1.0"}, text):
		return true, nil
	case slices.Contains([]string{"f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0", "0.0"}, text):
		return false, nil
	case slices.Contains([]string{"null", "Null", "NULL"}, text) && c.Null:
		return nil, nil
	}
	return nil, []string{"Must be a valid boolean."}
}

// readFloat reads a number.
//
// Source: rest_framework.fields.FloatField.
func readFloat(v any) (any, []string) {
	text, ok := asText(v)
	if len(text) > longestNumber {
		return nil, []string{"String value too large."}
	}
	n, err := strconv.ParseFloat(strings.TrimFunc(text, isSpace), 64)
	if !ok || err != nil || n != n || n-n != 0 { // neither NaN nor infinite
		return nil, []string{"A valid number is required."}
	}
	return n, nil
}

// decimalNumber is a number in digits, which may have an exponent.
var decimalNumber = regexp.MustCompile(`^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$`)

// readDecimal reads a number with no more digits than the column has.
//
// Source: rest_framework.fields.DecimalField.
func readDecimal(c models.Column, v any) (any, []string) {
	text, ok := asText(v)
	if len(text) > longestNumber {
		return nil, []string{"String value too large."}
	}
	m := decimalNumber.FindStringSubmatch(strings.TrimFunc(text, isSpace))
	if !ok || m == nil || m[2]+m[3] == "" {
		return nil, []string{"A valid number is required."}
	}
	exponent, _ := strconv.Atoi(m[4]) // digits, or "" for 0
	digits := strings.TrimLeft(m[2]+m[3], "0")
	places := len(m[3]) - exponent
	if places < 0 {
		digits, places = digits+strings.Repeat("0", -places), 0
	}
	total := max(len(digits), places)
	if c.Digits > 0 {
		switch whole := total - places; {
		case total > c.Digits:
			return nil, []string{fmt.Sprintf("Ensure that there are no more than %d digits in total.", c.Digits)}
		case places > c.Places:
			return nil, []string{fmt.Sprintf("Ensure that there are no more than %d decimal places.", c.Places)}
		case whole > c.Digits-c.Places:
			return nil, []string{fmt.Sprintf("Ensure that there are no more than %d digits before the decimal point.",
				c.Digits-c.Places)}
		}
	}
	return writeDecimal(m[1], digits, places, c), nil
}

// writeDecimal puts digits, of which so many are behind the point, into the form that is kept.
func writeDecimal(sign, digits string, places int, c models.Column) string {
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	text := digits[:len(digits)-places]
	if fraction := digits[len(digits)-places:]; fraction != "" || c.Places > 0 {
		text += "." + fraction + strings.Repeat("0", max(0, c.Places-places))
	}
	if sign == "-" && strings.Trim(text, "0.") != "" {
		text = "-" + text
	}
	return text
}

// uuidDigits are the digits of a UUID in any of the forms that Python reads.
var uuidDigits = regexp.MustCompile(`^[0-9a-f]{32}$`)

// readUUID reads a UUID.
//
// Source: rest_framework.fields.UUIDField.
func readUUID(v any) (any, []string) {
	text, _ := v.(string)
	hex := strings.NewReplacer("urn:", "", "uuid:", "", "{", "", "}", "", "-", "").Replace(strings.ToLower(text))
	if !uuidDigits.MatchString(hex) {
		return nil, []string{"Must be a valid UUID."}
	}
	return strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-"), nil
}

// readDocument takes any JSON; in a form it is written as text.
//
// Source: rest_framework.fields.JSONField.
func readDocument(v any, form bool) (any, []string) {
	const invalid = "Value must be valid JSON."
	if text, ok := v.(string); ok && form {
		decoded, err := pyjson.DefaultDecoder().Decode([]byte(text))
		if err != nil {
			return nil, []string{invalid}
		}
		v = decoded
	}
	text, err := pyjson.Marshal(v, 0)
	if err != nil || strings.Contains(string(text), `\u0000`) { // which PostgreSQL does not store
		return nil, []string{invalid}
	}
	return string(text), nil
}

// timeForm returns the forms of dates, times of day or both, the one that is stored ("": as a time.Time), and what is
// said of texts in other forms. A time without a zone is taken for UTC.
func timeForm(kind models.ColumnType) (forms []string, stored, invalid string) {
	switch kind {
	case models.ColumnDate:
		return []string{"2006-1-2"}, time.DateOnly,
			"Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
	case models.ColumnTime:
		return []string{"15:4:5.999999", "15:4"}, "15:04:05.999999",
			"Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]]."
	default:
		return []string{"2006-1-2T15:4:5.999999Z07:00", "2006-1-2T15:4:5.999999-0700", "2006-1-2T15:4:5.999999",
				"2006-1-2T15:4Z07:00", "2006-1-2T15:4"}, "",
			"Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
	}
}

// readTime reads a date, a time of day or both.
//
// Source: rest_framework.fields.DateField, TimeField and DateTimeField.
func readTime(kind models.ColumnType, v any) (any, []string) {
	forms, stored, invalid := timeForm(kind)
	text, _ := v.(string)
	if kind == models.ColumnDateTime {
		text = strings.Replace(text, " ", "T", 1)
	}
	for _, form := range forms {
		t, err := time.Parse(form, text)
		if err != nil || kind != models.ColumnTime && t.Year() < 1 {
			continue
		}
		if stored == "" {
			return t.UTC(), nil
		}
		return t.Format(stored), nil
	}
	return nil, []string{invalid}
}

// showColumn is a value of a column as it goes on the wire.
func showColumn(c models.Column, value any) any {
	if t, ok := value.(time.Time); ok {
		return Time(t)
	}
	if text, ok := value.(string); ok && c.Type == models.ColumnJSON {
		if decoded, err := pyjson.DefaultDecoder().Decode([]byte(text)); err == nil {
			return decoded
		}
	}
	return value
}
