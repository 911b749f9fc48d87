package serializers

import (
	"testing"
	"time"

	"watchword/serializers/pyjson"
)

func TestProblemsSayWhatDjangoRESTFrameworkSays(t *testing.T) {
	tests := []struct {
		problem *Problem
		status  int
		body    string
		retry   string
	}{
		{NotAuthenticated(), 401, `{"detail":"Authentication credentials were not provided."}`, ""},
		{PermissionDenied(), 403, `{"detail":"You do not have permission to perform this action."}`, ""},
		{NotFound(""), 404, `{"detail":"Not found."}`, ""},
		{NotFound("No x."), 404, `{"detail":"No x."}`, ""},
		{MethodNotAllowed("GET"), 405, `{"detail":"Method \"GET\" not allowed."}`, ""},
		{NotAcceptable(), 406, `{"detail":"Could not satisfy the request Accept header."}`, ""},
		{UnsupportedMediaType("text/plain"), 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`, ""},
		{Throttled(58*time.Second + 1), 429,
			`{"detail":"Request was throttled. Expected available in 59 seconds."}`, "59"},
		{Throttled(time.Second), 429, `{"detail":"Request was throttled. Expected available in 1 second."}`, "1"},
		{Unavailable(0), 503, `{"detail":"Service temporarily unavailable, try again later."}`, "1"},
		{TooLarge(), 413, `{"detail":"Request body is too large."}`, ""},
		{Invalid("No.").Problem(), 400, `{"non_field_errors":["No."]}`, ""},
	}
	for _, tt := range tests {
		body, err := pyjson.Marshal(tt.problem.Body, 0)
		if err != nil {
			t.Fatal(err)
		}
		if tt.problem.Status != tt.status || string(body) != tt.body || tt.problem.Header.Get("Retry-After") != tt.retry {
			t.Errorf("got %d %s %v, want %d %s %q", tt.problem.Status, body, tt.problem.Header, tt.status, tt.body, tt.retry)
		}
	}
}

func TestErrorsKeepTheOrderOfTheFields(t *testing.T) {
	var e Errors
	if e.Err() != nil {
		t.Error("no fault is a fault")
	}
	e.Add("b", "1")
	e.Add("a", "2")
	e.Add("c")
	e.Add("b", "3")
	got, err := pyjson.Marshal(e.Err(), 0)
	if want := `{"b":["1","3"],"a":["2"]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
