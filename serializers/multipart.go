package serializers

import (
	"bytes"
	"encoding/base64"
	"errors"
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"

	"watchword/serializers/pyjson"
)

// boundaryPattern is what Django takes for a boundary.
var boundaryPattern = regexp.MustCompile(`^[ -~]{0,200}[!-~]$`)

// parseMultipart reads a multipart form as leniently as Django does: a body without any part is an empty form, what is
// no part of a form is passed over, and the last part may lack its end.
//
// Source: rest_framework.parsers.MultiPartParser; django.http.multipartparser.
func parseMultipart(data []byte, media MediaType, written charset) (any, error) {
	boundary, ok := media.Param("boundary")
	if !ok {
		boundary = "None"
	}
	if !ok || !boundaryPattern.MatchString(boundary) {
		return nil, ParseError("Multipart form parse error - Invalid boundary in multipart: " + boundary)
	}
	fields := &pyjson.Object{}
	count := 0
	for content := range between(data, []byte("--"+boundary)) {
		name, value, ok := readPart(content, written)
		if !ok {
			continue
		}
		if count++; count > maxFields {
			return nil, ParseError("Multipart form parse error - Too many fields")
		}
		fields.Set(name, value)
	}
	return fields, nil
}

// between yields what stands before, between and after the separators, without the line end before each.
func between(data, separator []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for found := true; found; {
			var content []byte
			content, data, found = bytes.Cut(data, separator)
			if found {
				content = bytes.TrimSuffix(bytes.TrimSuffix(content, []byte("\n")), []byte("\r"))
			}
			if !yield(content) {
				return
			}
		}
	}
}

// readPart reads one part. It is not ok when it has no headers, or none that names a field. A file is one that has a
// name: browsers send an empty name where none was chosen.
func readPart(content []byte, written charset) (name string, value any, ok bool) {
	head, data, found := bytes.Cut(content, []byte("\r\n\r\n"))
	if !found {
		return "", nil, false
	}
	var disposition MediaType
	var encoded bool
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if !utf8.Valid(line) {
			continue
		}
		// A header has the form of a media type, but for its name before the first colon.
		header := ParseMediaType(string(line))
		switch key, word, _ := strings.Cut(header.Type, ":"); key {
		case "content-disposition":
			disposition = header
		case "content-transfer-encoding":
			encoded = strings.TrimSpace(word) == "base64"
		}
	}
	if name, ok = disposition.Param("name"); !ok {
		return "", nil, false
	}
	if file, _ := disposition.Param("filename"); file != "" {
		return strings.TrimSpace(name), upload{}, true
	}
	if plain, err := decodeBase64(data); encoded && err == nil {
		data = plain
	}
	return strings.TrimSpace(name), written.text(data), true
}

var errPadding = errors.New("incorrect padding")

// decodeBase64 reads base64 as leniently as Python does: it passes over whatever is none, and ends at the padding of the
// last digits.
//
// Source: Python, binascii.a2b_base64.
func decodeBase64(data []byte) ([]byte, error) {
	var digits []byte
	missing := 0 // how many = the digits so far need behind them
	for _, c := range data {
		if isBase64(c) {
			digits = append(digits, c)
			missing = -len(digits) & 3
			continue
		}
		if c != '=' || missing == 0 || missing == 3 {
			continue
		}
		if missing--; missing == 0 {
			return base64.RawStdEncoding.DecodeString(string(digits))
		}
	}
	if missing > 0 {
		return nil, errPadding
	}
	return base64.RawStdEncoding.DecodeString(string(digits))
}

func isBase64(c byte) bool {
	return c == '+' || c == '/' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
