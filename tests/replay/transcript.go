// Package replay sends recorded HTTP conversations to a server and compares its answers with the recorded ones.
//
// A recording ("transcript") is a JSON file: the settings and rows a server starts with, and the requests in order,
// each with the answer that the original packages gave. Expected texts may hold matchers such as <<jwt>> or <<re:R>>
// and variables such as ${TOKEN}, which earlier answers fill. The package knows nothing of this server: it speaks
// HTTP over a socket of its own, so that every byte of a request is the recording's.
package replay

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// Transcript is one recorded conversation.
type Transcript struct {
	Name     string          `json:"name"`
	Dialect  string          `json:"dialect"`
	About    string          `json:"about"`
	Level    string          `json:"level"`    // core, detail or exotic; a step may say otherwise
	Settings json.RawMessage `json:"settings"` // Django's names, and FEATURES
	Fixtures json.RawMessage `json:"fixtures"` // rows in Django's fixture format
	Stub     *struct {
		Routes []Route `json:"routes"`
	} `json:"stub"` // a stand-in for an identity provider, served at ${STUB}
	Steps []Step `json:"steps"`
}

// Step is one request and its recorded answer, or one management command.
type Step struct {
	Name     string            `json:"name"`
	Request  json.RawMessage   `json:"request"`
	Response json.RawMessage   `json:"response"`
	Mail     json.RawMessage   `json:"mail"` // messages that must be written during the step; absent means none
	Capture  map[string]string `json:"capture"`
	Manage   *Manage           `json:"manage"`
	Sleep    float64           `json:"sleep"` // seconds before the request
	NewJar   bool              `json:"new_jar"`
	Level    string            `json:"level"`
	Quirk    bool              `json:"quirk"` // recorded behaviour that is unsafe or senseless to copy: not sent

	// ClientError says that the original crashed here: any 4xx is right, and only listed headers are compared.
	ClientError bool `json:"expect_client_error"`
}

// Manage is a management command and its expected output.
type Manage struct {
	Argv   []string `json:"argv"`
	Stdout string   `json:"stdout"`
}

// Title names the transcript as DIALECT/NAME.
func (t *Transcript) Title() string { return t.Dialect + "/" + t.Name }

// Load reads one transcript.
func Load(path string) (*Transcript, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var t Transcript
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if t.Name == "" || len(t.Steps) == 0 {
		return nil, fmt.Errorf("%s: no transcript: it has no name or no steps", path)
	}
	return &t, nil
}

// LevelOf is the level that step n (from 0) counts for.
func (t *Transcript) LevelOf(n int) string {
	if level := t.Steps[n].Level; level != "" {
		return level
	}
	return t.Level
}

// Captures tells which step (from 0) sets a variable, before step n; -1 when none does.
func (t *Transcript) Captures(variable string, n int) int {
	for i, step := range slices.Backward(t.Steps[:n]) {
		if _, ok := step.Capture[variable]; ok {
			return i
		}
	}
	return -1
}
