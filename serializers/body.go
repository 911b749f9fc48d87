package serializers

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"watchword/serializers/pyjson"
)

// maxFields is how many fields a form may have (Django's DATA_UPLOAD_MAX_NUMBER_FIELDS).
const maxFields = 1000

// MediaTypes are the content types that Read takes, as the metadata lists them.
func MediaTypes() []string {
	return []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
}

// body is what a request carries. A form can have strings and uploads only, and cannot say null.
type body struct {
	data any // what was sent; a *pyjson.Object is what is wanted
	form bool
}

// upload stands for a file that was sent with a form. Nothing here takes one.
type upload struct{}

// parse reads the body of r, and nothing else of it. The error is a *Problem. Reading is bounded by whoever made
// r.Body (http.MaxBytesReader).
//
// Source: rest_framework.request.Request._parse and rest_framework.parsers.
func parse(r *http.Request, decoder pyjson.Decoder) (body, error) {
	data, err := readAll(r)
	if err != nil {
		return body{}, err
	}
	if len(data) == 0 {
		return body{data: &pyjson.Object{}}, nil
	}
	contentType := strings.Join(r.Header.Values("Content-Type"), ",")
	media := ParseMediaType(contentType)
	written, ok := charsetOf(media)
	if !ok {
		return body{}, UnsupportedMediaType(contentType)
	}
	var v any
	form := true
	switch {
	case MediaType{Type: "application", Subtype: "json"}.Matches(media):
		form = false
		v, err = parseJSON(data, written, decoder)
	case MediaType{Type: "application", Subtype: "x-www-form-urlencoded"}.Matches(media):
		v, err = parseForm(data, written)
	case MediaType{Type: "multipart", Subtype: "form-data"}.Matches(media):
		v, err = parseMultipart(data, media, written)
	default:
		err = UnsupportedMediaType(contentType)
	}
	return body{data: v, form: form}, err
}

func readAll(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var data bytes.Buffer
	if r.ContentLength > 0 {
		data.Grow(int(min(r.ContentLength, 4096)) + bytes.MinRead)
	}
	_, err := data.ReadFrom(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return data.Bytes(), nil
	case errors.As(err, &tooLarge):
		return nil, TooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, RequestTimeout()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ParseError("Request body is incomplete.")
	}
	return nil, ParseError("Request body cannot be read.")
}

// charsetOf returns what the text of a body of this type is written in. Other charsets than UTF-8, its part ASCII, and
// Latin-1, which old clients of HTTP name unasked, are not ok.
func charsetOf(media MediaType) (written charset, ok bool) {
	name, _ := media.Param("charset")
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return inUTF8, true
	case "iso-8859-1", "iso8859-1", "latin-1", "latin1":
		return inLatin1, true
	}
	return 0, false
}

// charset is how a body is written.
type charset int

const (
	inUTF8 charset = iota
	inLatin1
)

// text reads data; what stands for nothing is replaced.
func (c charset) text(data []byte) string {
	if c == inLatin1 {
		return latin1(data)
	}
	return pyjson.ReplaceInvalid(data)
}

// latin1 takes each byte for a code point.
func latin1(data []byte) string {
	runes := make([]rune, len(data))
	for i, b := range data {
		runes[i] = rune(b)
	}
	return string(runes)
}

func parseJSON(data []byte, written charset, decoder pyjson.Decoder) (any, error) {
	if written == inLatin1 {
		data = []byte(latin1(data))
	}
	v, err := decoder.Decode(data)
	if err != nil {
		return nil, ParseError("JSON parse error - " + err.Error())
	}
	return v, nil
}
