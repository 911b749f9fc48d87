package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/settings"
)

type places struct {
	Mounts map[string]settings.OneOrMany[string] `setting:"MOUNTS"`
	Differ map[string]settings.Changes           `setting:"DIFFER"`
}

func loadPlaces(t *testing.T, text string, environ ...string) (places, error) {
	t.Helper()
	var p places
	_, err := settings.Load(&p, settings.Sources{File: write(t, "s.yaml", text), Environ: environ, Prefix: "WATCHWORD_"})
	return p, err
}

func TestAListOfOneNeedsNoBrackets(t *testing.T) {
	p, err := loadPlaces(t, "MOUNTS: {one: /a/, many: [/b/, /c/], none: []}")
	want := map[string]settings.OneOrMany[string]{"one": {"/a/"}, "many": {"/b/", "/c/"}, "none": {}}
	if d := cmp.Diff(want, p.Mounts); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	fields := settings.Describe(&p)
	if got, want := fields[0].Value, `{"many":["/b/","/c/"],"none":[],"one":"/a/"}`; got != want {
		t.Errorf("described as %s, want %s", got, want)
	}
	if got, want := fields[0].Type, "mapping of names to texts or lists of texts"; got != want {
		t.Errorf("type is %s, want %s", got, want)
	}
	for _, text := range []string{"MOUNTS: {one: {a: b}}", "MOUNTS: {one: 3}", "MOUNTS: {one: [[/a/]]}"} {
		if _, err := loadPlaces(t, text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestChangesAreAppliedToACopyLater(t *testing.T) {
	p, err := loadPlaces(t, "DIFFER: {/m/: {ACCESS_TOKEN_LIFETIME: 1h, AUDIENCE: null}}")
	if err != nil {
		t.Fatal(err)
	}
	before := defaults().JWT
	after := before
	if err := p.Differ["/m/"].Apply(&after); err != nil {
		t.Fatal(err)
	}
	if after.Lifetime.Hours() != 1 || after.Audience != nil || len(after.Types) != 1 || before.Lifetime == after.Lifetime {
		t.Errorf("got %+v from %+v", after, before)
	}
	if err := p.Differ["/other/"].Apply(&after); err != nil || after.Lifetime.Hours() != 1 {
		t.Errorf("what is not there has changed something: %+v, %v", after, err)
	}
	if got := settings.Describe(&p)[1]; got.Value != `{"/m/":{"ACCESS_TOKEN_LIFETIME":"1h","AUDIENCE":null}}` {
		t.Errorf("described as %s", got.Value)
	}
}

func TestFaultsOfChangesSayWhereTheyAre(t *testing.T) {
	p, err := loadPlaces(t, "DIFFER:\n  /m/:\n    ACCESS_TOKEN_LIFETIM: 1h\n    AUTH_HEADER_TYPES: 7")
	if err != nil {
		t.Fatal(err)
	}
	jwt := defaults().JWT
	err = p.Differ["/m/"].Apply(&jwt)
	for _, want := range []string{
		"DIFFER./m/.ACCESS_TOKEN_LIFETIM: ", "s.yaml:3: unknown setting; did you mean ACCESS_TOKEN_LIFETIME?",
		"DIFFER./m/.AUTH_HEADER_TYPES: ", "s.yaml:4: must be a list of texts",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if _, err := loadPlaces(t, "DIFFER: {/m/: 3}"); err == nil {
		t.Error("a number was taken for changes")
	}
	fromEnvironment, err := loadPlaces(t, "", `WATCHWORD_DIFFER={"/m/": {"ACCESS_TOKEN_LIFETIME": "2h"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if err := fromEnvironment.Differ["/m/"].Apply(&jwt); err != nil || jwt.Lifetime.Hours() != 2 {
		t.Errorf("from the environment: %+v, %v", jwt, err)
	}
}
