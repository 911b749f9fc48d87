package tests

import (
	"encoding/json"
	"os"
	"testing"

	"watchword/tests/attack"
)

// vector is a test vector for JWS.
type vector struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// TestForeignTokensOfAllVectorsAreRefused sends every token of the JWS vectors, valid for its own key or not, as a
// bearer and to verify/. None is a token of this server: all must be refused with 401.
func TestForeignTokensOfAllVectorsAreRefused(t *testing.T) {
	t.Parallel()
	var file struct {
		Counts  struct{ JWS int } `json:"counts"`
		Vectors []vector          `json:"vectors"`
	}
	data, err := os.ReadFile("testdata/jws_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) == 0 || len(file.Vectors) != file.Counts.JWS {
		t.Fatalf("%d vectors, want %d", len(file.Vectors), file.Counts.JWS)
	}
	x := newTarget(t, nil)
	refused := attack.Case{Expected: attack.Expected{
		Status: []int{401}, HeaderMustMatch: map[string]string{"WWW-Authenticate": "^Bearer "},
		BodyMustContain: []string{"token_not_valid"}, BodyMustNotContain: []string{"rsa", "crypto", "golang", "json"},
	}}
	state := x.probeOne(t, "db.*")
	for _, v := range file.Vectors {
		for _, place := range []string{"header:GET /hello/", "body.token:POST /api/token/verify/"} {
			t.Run(v.ID+" "+place, func(t *testing.T) {
				x.send(t, x.adjusted(refused, place, v.Token), requestFor(t, place, v.Token))
			})
		}
	}
	if x.probeOne(t, "db.*") != state {
		t.Error("the database has changed")
	}
}
