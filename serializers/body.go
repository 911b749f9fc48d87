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
	if !isUTF8(media) {
		return body{}, UnsupportedMediaType(contentType)
	}
	var v any
	form := true
	switch {
	case MediaType{Type: "application", Subtype: "json"}.Matches(media):
		form = false
		v, err = parseJSON(data, decoder)
	case MediaType{Type: "application", Subtype: "x-www-form-urlencoded"}.Matches(media):
		v, err = parseForm(data)
	case MediaType{Type: "multipart", Subtype: "form-data"}.Matches(media):
		v, err = parseMultipart(data, media)
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

// isUTF8 reports whether media says nothing about the charset, or names one that is UTF-8 or a part of it.
func isUTF8(media MediaType) bool {
	charset, ok := media.Param("charset")
	if !ok {
		return true
	}
	switch strings.ReplaceAll(strings.ToLower(charset), "_", "-") {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return true
	}
	return false
}

func parseJSON(data []byte, decoder pyjson.Decoder) (any, error) {
	v, err := decoder.Decode(data)
	if err != nil {
		return nil, ParseError("JSON parse error - " + err.Error())
	}
	return v, nil
}
