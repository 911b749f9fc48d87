package tests

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watchword/tests/harness"
	"watchword/tests/replay"
)

// transcriptsVariable names further recordings: files or folders, separated as in PATH.
const transcriptsVariable = "TEST_TRANSCRIPTS"

// TestRecordedConversationsReplay starts a server for every recording, on either database, and compares every answer.
func TestRecordedConversationsReplay(t *testing.T) {
	t.Parallel()
	known := loadDeviations(t)
	transcripts := loadTranscripts(t)
	checkListed(t, known, transcripts)
	if harness.RaceDetector {
		transcripts = oneOfEach(transcripts)
	}
	for _, transcript := range transcripts {
		t.Run(transcript.Title(), func(t *testing.T) {
			t.Parallel()
			harness.EachDatabase(t, func(t *testing.T, db harness.Database) { replayOn(t, transcript, db, known) })
		})
	}
}

// oneOfEach returns one recording of each protocol. The detector makes the 600,000 rounds of a hash take seconds, and one
// request after the other has no races to find.
func oneOfEach(transcripts []*replay.Transcript) []*replay.Transcript {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(transcripts), func(transcript *replay.Transcript) bool {
		protocol, _, _ := strings.Cut(transcript.Title(), "/")
		again := seen[protocol]
		seen[protocol] = true
		return again
	})
}

func replayOn(t *testing.T, transcript *replay.Transcript, db harness.Database, known *deviations) {
	settings, fixtures := translate(t, transcript.Settings, transcript.Fixtures)
	if stub := replay.ServeStub(transcript); stub != nil {
		defer stub.Close()
		settings, fixtures = withStub(t, settings, stub.URL), withStub(t, fixtures, stub.URL)
	}
	server := harness.Start(t, harness.Config{Database: db, Settings: settings, Fixtures: fixtures, Compatibility: "exact"})
	outcomes, err := replay.Play(t.Context(), transcript, replay.Target{
		Host: server.Host, MailDir: server.MailDir, Check: server.Check,
		Manage: func(argv []string) (string, error) { return server.Command(t.Context(), argv...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	report(t, transcript, outcomes, known)
}

// report fails the test for every step that differs unlisted, and counts the rest.
func report(t *testing.T, transcript *replay.Transcript, outcomes []replay.Outcome, known *deviations) {
	t.Helper()
	counts := map[verdict]int{}
	for n, o := range outcomes {
		result, why := known.judge(transcript, outcomes, n)
		counts[result]++
		if result == failed {
			t.Errorf("%s [%s]\n%s", o.Title, transcript.LevelOf(n), why)
		}
	}
	var summary []string
	for _, result := range []verdict{passed, deviates, pending, skipped, failed} {
		if counts[result] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", counts[result], result))
		}
	}
	t.Log(strings.Join(summary, ", "))
}

// checkListed makes sure that every entry of deviations.json names a step that exists.
func checkListed(t *testing.T, known *deviations, transcripts []*replay.Transcript) {
	t.Helper()
	for _, entry := range slices.Concat(known.Consequences, known.Deviations) {
		if !slices.ContainsFunc(transcripts, func(transcript *replay.Transcript) bool {
			return entry.Recording == transcript.Title() && slices.Max(entry.Steps) <= len(transcript.Steps)
		}) {
			t.Errorf("deviations.json lists steps %v of %s, which are not all there", entry.Steps, entry.Recording)
		}
	}
}

func withStub(t *testing.T, raw json.RawMessage, url string) json.RawMessage {
	t.Helper()
	out, err := replay.Expand(raw, "STUB", url)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// loadTranscripts reads the recordings in testdata, and those that TEST_TRANSCRIPTS names, each once.
func loadTranscripts(t *testing.T) []*replay.Transcript {
	t.Helper()
	byTitle := map[string]*replay.Transcript{}
	for _, place := range append([]string{"testdata/transcripts"}, filepath.SplitList(os.Getenv(transcriptsVariable))...) {
		err := filepath.WalkDir(place, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" {
				return err
			}
			transcript, err := replay.Load(path)
			if err != nil {
				return err
			}
			byTitle[transcript.Title()] = transcript
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	titles := make([]string, 0, len(byTitle))
	for title := range byTitle {
		titles = append(titles, title)
	}
	slices.Sort(titles)
	transcripts := make([]*replay.Transcript, len(titles))
	for i, title := range titles {
		transcripts[i] = byTitle[title]
	}
	if len(transcripts) == 0 {
		t.Fatal("no recordings")
	}
	return transcripts
}
