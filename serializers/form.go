package serializers

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"regexp"
	"strings"
	"unicode/utf8"

	"watchword/serializers/pyjson"
)

// boundaryPattern is what Django takes for a boundary.
var boundaryPattern = regexp.MustCompile(`^[ -~]{0,200}[!-~]$`)

// parseForm reads an URL-encoded form. Of fields with one name the last counts. Escapes that are none are left alone,
// bytes that are not UTF-8 are replaced, as Python's urllib does.
//
// Source: django.http.QueryDict; urllib.parse.parse_qsl.
func parseForm(data []byte) (any, error) {
	if bytes.Count(data, []byte("&")) >= maxFields {
		return nil, ParseError("Form parse error - Too many fields")
	}
	text := string(data)
	if !utf8.ValidString(text) {
		text = latin1(data)
	}
	fields := &pyjson.Object{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		fields.Set(unescape(name), unescape(value))
	}
	return fields, nil
}

// latin1 takes each byte for a code point.
func latin1(data []byte) string {
	runes := make([]rune, len(data))
	for i, b := range data {
		runes[i] = rune(b)
	}
	return string(runes)
}

// unescape decodes + and %XX. What lies between two characters beyond ASCII is decoded as one piece.
func unescape(text string) string {
	text = strings.ReplaceAll(text, "+", " ")
	if !strings.Contains(text, "%") {
		return text
	}
	var out strings.Builder
	var piece []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			out.WriteString(pyjson.ReplaceInvalid(piece))
			out.WriteByte(c)
			piece = piece[:0]
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			piece = append(piece, fromHex(text[i+1])<<4|fromHex(text[i+2]))
			i += 2
		default:
			piece = append(piece, c)
		}
	}
	out.WriteString(pyjson.ReplaceInvalid(piece))
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

// parseMultipart reads a multipart form. A body without any part is an empty form, as in Django.
//
// Source: rest_framework.parsers.MultiPartParser; django.http.multipartparser.
func parseMultipart(data []byte, media MediaType) (any, error) {
	boundary, ok := media.Param("boundary")
	if !ok {
		boundary = "None"
	}
	if !ok || !boundaryPattern.MatchString(boundary) {
		return nil, ParseError("Multipart form parse error - Invalid boundary in multipart: " + boundary)
	}
	parts := multipart.NewReader(bytes.NewReader(data), boundary)
	fields := &pyjson.Object{}
	for range maxFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err == nil {
			err = addPart(fields, part)
		}
		if err != nil {
			return nil, ParseError("Multipart form parse error - Malformed part")
		}
	}
	return nil, ParseError("Multipart form parse error - Too many fields")
}

// addPart adds one part to fields. A file without a name is what a browser sends when none was chosen.
func addPart(fields *pyjson.Object, part *multipart.Part) error {
	value, err := io.ReadAll(part)
	if err != nil {
		return err
	}
	_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition")) // malformed: no name
	if params["name"] == "" {
		return nil
	}
	name := pyjson.ReplaceInvalid([]byte(params["name"]))
	switch file, isFile := params["filename"]; {
	case !isFile:
		fields.Set(name, pyjson.ReplaceInvalid(value))
	case file != "":
		fields.Set(name, upload{})
	}
	return nil
}
