package serializers

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Problem is a refusal as it goes on the wire.
type Problem struct {
	Status int
	Body   any // written as JSON
	Header http.Header
	// Unauthenticated says that the answer is about who asks. The view's challenge then goes with it, and without a
	// challenge the status becomes 403.
	Unauthenticated bool
}

// Detail is the body of most problems.
type Detail struct {
	Detail string `json:"detail"`
	Code   string `json:"code,omitempty"`
}

// NewProblem returns a problem whose body is a Detail.
func NewProblem(status int, detail string) *Problem {
	return &Problem{Status: status, Body: Detail{Detail: detail}}
}

// Error describes the problem for logs and tests.
func (p *Problem) Error() string {
	if d, ok := p.Body.(Detail); ok {
		return fmt.Sprintf("%d %s", p.Status, d.Detail)
	}
	return strconv.Itoa(p.Status)
}

// AuthenticationFailed says that the credential is no good, in the words of body.
func AuthenticationFailed(body any) *Problem {
	return &Problem{Status: http.StatusUnauthorized, Body: body, Unauthenticated: true}
}

// NotAuthenticated says that there is no credential where one is needed.
func NotAuthenticated() *Problem {
	return AuthenticationFailed(Detail{Detail: "Authentication credentials were not provided."})
}

// PermissionDenied says that the user may not do this.
func PermissionDenied() *Problem {
	return NewProblem(http.StatusForbidden, "You do not have permission to perform this action.")
}

// NotFound says that there is no such thing; detail may be empty.
func NotFound(detail string) *Problem {
	if detail == "" {
		detail = "Not found."
	}
	return NewProblem(http.StatusNotFound, detail)
}

// MethodNotAllowed says that the view has no such method.
func MethodNotAllowed(method string) *Problem {
	return NewProblem(http.StatusMethodNotAllowed, fmt.Sprintf("Method \"%s\" not allowed.", method))
}

// NotAcceptable says that no renderer makes what the client accepts.
func NotAcceptable() *Problem {
	return NewProblem(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
}

// UnsupportedMediaType says that nothing here reads bodies of this content type.
func UnsupportedMediaType(contentType string) *Problem {
	return NewProblem(http.StatusUnsupportedMediaType,
		fmt.Sprintf("Unsupported media type \"%s\" in request.", contentType))
}

// ParseError says that the body is malformed.
func ParseError(detail string) *Problem { return NewProblem(http.StatusBadRequest, detail) }

// TooLarge says that the body is longer than the server reads.
func TooLarge() *Problem {
	return NewProblem(http.StatusRequestEntityTooLarge, "Request body is too large.")
}

// RequestTimeout says that the body did not come in time. The connection ends with the answer.
func RequestTimeout() *Problem {
	p := NewProblem(http.StatusRequestTimeout, "Request body was not received in time.")
	p.Header = http.Header{"Connection": {"close"}}
	return p
}

// Throttled says that the client asks too often, and when it may ask again.
func Throttled(wait time.Duration) *Problem {
	seconds := wholeSeconds(wait)
	unit := "seconds"
	if seconds == 1 {
		unit = "second"
	}
	p := NewProblem(http.StatusTooManyRequests,
		fmt.Sprintf("Request was throttled. Expected available in %d %s.", seconds, unit))
	p.Header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	return p
}

// Unavailable says that the server is busy or cut off, and when trying again may help.
func Unavailable(wait time.Duration) *Problem {
	p := NewProblem(http.StatusServiceUnavailable, "Service temporarily unavailable, try again later.")
	p.Header = http.Header{"Retry-After": {strconv.Itoa(max(1, wholeSeconds(wait)))}}
	return p
}

// wholeSeconds rounds up.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
