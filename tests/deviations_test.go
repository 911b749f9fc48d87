package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"watchword/tests/replay"
)

// deviations is testdata/deviations.json: what is known to differ from the recordings, and why.
type deviations struct {
	// Pending are the components, by their names in FEATURES.mounts, that this version does not serve yet. Steps below
	// their paths are counted, not compared; a pending component that answers anything but 404 fails the test.
	Pending []string `json:"pending"`
	// Consequences are steps that need what a step of a pending component would have done.
	Consequences []deviation `json:"consequences"`
	// Deviations are steps on which this server differs for good. Each is a row of docs/compatibility.md, too.
	Deviations []deviation `json:"deviations"`
}

type deviation struct {
	Recording string `json:"recording"` // DIALECT/NAME
	Steps     []int  `json:"steps"`     // from 1
	Reason    string `json:"reason"`
	// Only is how every difference begins that is excused; "" excuses all. A step that differs otherwise fails.
	Only string `json:"only"`
}

func loadDeviations(t *testing.T) *deviations {
	t.Helper()
	data, err := os.ReadFile("testdata/deviations.json")
	if err != nil {
		t.Fatal(err)
	}
	var d deviations
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	for _, entry := range slices.Concat(d.Consequences, d.Deviations) {
		if entry.Recording == "" || len(entry.Steps) == 0 || entry.Reason == "" {
			t.Fatalf("an entry of deviations.json lacks recording, steps or reason: %+v", entry)
		}
	}
	return &d
}

// verdict is what a step counts as.
type verdict string

const (
	passed   verdict = "passed"
	deviates verdict = "deviates as listed"
	pending  verdict = "pending"
	skipped  verdict = "not performed"
	failed   verdict = "failed"
)

// judge says what a step counts as, and why it failed.
func (d *deviations) judge(t *replay.Transcript, outcomes []replay.Outcome, n int) (verdict, string) {
	o := outcomes[n]
	deviation, consequence := find(d.Deviations, t, n), find(d.Consequences, t, n)
	listed := cmp.Or(deviation, consequence)
	component := d.componentOf(t, o.Path)
	switch {
	case o.Skipped != "":
		return skipped, ""
	case listed != nil && len(o.Diffs) == 0:
		return failed, "is listed in deviations.json and passes: take it off the list"
	case listed != nil && !listed.excuses(o.Diffs):
		return failed, strings.Join(o.Diffs, "\n")
	case consequence != nil:
		return pending, ""
	case deviation != nil:
		return deviates, ""
	case component != "" && o.Status != 404 && o.Status != 400: // 400: a Host that is not served
		return failed, fmt.Sprintf("%s is listed as pending, and is served: take it off the list", component)
	case len(o.Diffs) == 0:
		return passed, ""
	case component != "", d.needsPending(t, n):
		return pending, ""
	}
	return failed, strings.Join(o.Diffs, "\n")
}

// componentOf is the pending component whose mount the path is under, or "".
func (d *deviations) componentOf(t *replay.Transcript, target string) string {
	var settings struct {
		Features struct {
			Mounts map[string]string `json:"mounts"`
		} `json:"FEATURES"`
	}
	if err := json.Unmarshal(t.Settings, &settings); err != nil {
		return ""
	}
	target, _, _ = strings.Cut(target, "?")
	if decoded, err := url.PathUnescape(target); err == nil {
		target = decoded
	}
	below := path.Clean("/"+target) + "/"
	for _, component := range d.Pending {
		mount := settings.Features.Mounts[component]
		if mount != "" && strings.HasPrefix(below, strings.TrimSuffix(mount, "/")+"/") {
			return component
		}
	}
	return ""
}

// needsPending says whether the request of step n uses a variable that only a pending step could have set.
func (d *deviations) needsPending(t *replay.Transcript, n int) bool {
	return slices.ContainsFunc(t.Steps[n].Uses(), func(variable string) bool {
		from := t.Captures(variable, n)
		if from < 0 {
			return false
		}
		var request struct {
			Path string `json:"path"`
		}
		if err := json.Unmarshal(t.Steps[from].Request, &request); err != nil {
			return false
		}
		return d.componentOf(t, request.Path) != "" || d.needsPending(t, from)
	})
}

// find returns the entry about step n, or nil.
func find(list []deviation, t *replay.Transcript, n int) *deviation {
	i := slices.IndexFunc(list, func(entry deviation) bool {
		return entry.Recording == t.Title() && slices.Contains(entry.Steps, n+1)
	})
	if i < 0 {
		return nil
	}
	return &list[i]
}

// excuses says whether all differences are of the kind that d is about.
func (d *deviation) excuses(diffs []string) bool {
	return !slices.ContainsFunc(diffs, func(diff string) bool { return !strings.HasPrefix(diff, d.Only) })
}

func TestAnEntryExcusesItsKindOfDifferenceOnly(t *testing.T) {
	vary := deviation{Only: "header vary: "}
	for _, test := range []struct {
		entry deviation
		diffs []string
		want  bool
	}{
		{vary, []string{"header vary: expected a, got b"}, true},
		{vary, []string{"header vary: expected a, got b", "status: expected 200, got 500"}, false},
		{deviation{}, []string{"status: expected 200, got 500"}, true},
	} {
		if got := test.entry.excuses(test.diffs); got != test.want {
			t.Errorf("%+v excuses %q: %v, want %v", test.entry, test.diffs, got, test.want)
		}
	}
}
