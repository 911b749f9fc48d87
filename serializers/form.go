package serializers

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"watchword/serializers/pyjson"
)

// parseForm reads an URL-encoded form. Of fields with one name the last counts. Escapes that are none are left alone,
// bytes that stand for nothing are replaced, as Python's urllib does.
//
// Source: django.http.QueryDict; urllib.parse.parse_qsl.
func parseForm(data []byte, written charset) (any, error) {
	if bytes.Count(data, []byte("&")) >= maxFields {
		return nil, ParseError("Form parse error - Too many fields")
	}
	text := string(data)
	if written == inLatin1 || !utf8.ValidString(text) {
		text = latin1(data)
	}
	fields := &pyjson.Object{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		fields.Set(unescape(name, written), unescape(value, written))
	}
	return fields, nil
}

// unescape decodes + and %XX. What lies between two characters beyond ASCII is decoded as one piece.
func unescape(text string, written charset) string {
	text = strings.ReplaceAll(text, "+", " ")
	if !strings.Contains(text, "%") {
		return text
	}
	var out strings.Builder
	var piece []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			out.WriteString(written.text(piece))
			out.WriteByte(c)
			piece = piece[:0]
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			piece = append(piece, fromHex(text[i+1])<<4|fromHex(text[i+2]))
			i += 2
		default:
			piece = append(piece, c)
		}
	}
	out.WriteString(written.text(piece))
	return out.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
