package csrf

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
)

const (
	formField = "csrfmiddlewaretoken"
	maxForm   = 1 << 20 // bytes; a token in a longer form is not found, the one in the header is
)

// formToken returns the token in the form that r posts, and "" where there is none. Of several the last counts. The
// body can be read again afterwards, with the error that reading it ended in.
func formToken(r *http.Request) string {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	isMultipart := mediaType == "multipart/form-data"
	if err != nil || r.Method != http.MethodPost || r.Body == nil ||
		!isMultipart && mediaType != "application/x-www-form-urlencoded" {
		return ""
	}
	form, whole := readBody(r)
	switch {
	case !whole:
		return ""
	case isMultipart:
		return multipartToken(form, params["boundary"])
	}
	fields, _ := url.ParseQuery(string(form)) // what can be read of a malformed form
	return last(fields[formField])
}

// readBody returns the body of r and puts it back. whole is false for a body that is too long or breaks off.
func readBody(r *http.Request) (body []byte, whole bool) {
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(r.Body, maxForm+1))
	var rest io.Reader = r.Body
	if err != nil {
		rest = broken{err}
	}
	body = buf.Bytes()
	r.Body = rewound{io.MultiReader(bytes.NewReader(body), rest), r.Body}
	return body, err == nil && n <= maxForm
}

// rewound is a body that has been read and can be read again.
type rewound struct {
	io.Reader
	io.Closer
}

// broken is what is left of a body that could not be read.
type broken struct{ err error }

// Read fails as reading did before.
func (b broken) Read([]byte) (int, error) { return 0, b.err }

// multipartToken returns the token in a multipart form; "" for a form that is malformed before its end.
func multipartToken(form []byte, boundary string) string {
	var tokens []string
	parts := multipart.NewReader(bytes.NewReader(form), boundary)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return last(tokens)
		}
		if err != nil {
			return ""
		}
		if part.FormName() != formField || part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return ""
		}
		tokens = append(tokens, string(value))
	}
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
