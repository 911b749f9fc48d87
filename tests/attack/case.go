// Package attack reads attack cases, sends them to a server byte for byte, and checks what came back and what they
// left behind.
//
// A case is one line of JSON: a request, raw bytes for the socket, or a forged token with the places it is tried at;
// and what is expected. Cases told in words (steps, races, statistics) are not for this package.
package attack

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Case is one attack.
type Case struct {
	ID       string          `json:"id"`
	Group    string          `json:"group"`
	Title    string          `json:"title"`
	Request  *Request        `json:"request"`
	Raw      string          `json:"raw"`     // bytes for the socket
	Mint     map[string]Mint `json:"mint"`    // forged tokens by variable name
	Targets  []string        `json:"targets"` // where they go: "header:GET PATH" or "body.FIELD:POST PATH"
	Steps    []string        `json:"steps"`   // a scenario in words
	Expected Expected        `json:"expected"`
}

// Request is an HTTP request with variables in it.
type Request struct {
	Method  string   `json:"method"`
	Path    string   `json:"path"`
	Headers Headers  `json:"headers"`
	Body    string   `json:"body"`
	BodyGen *BodyGen `json:"body_gen"` // instead of Body
}

// BodyGen is a body too long to be written down: prefix, n times unit, suffix.
type BodyGen struct {
	Prefix string `json:"prefix"`
	Unit   string `json:"unit"`
	N      int    `json:"n"`
	Suffix string `json:"suffix"`           // "@close" in it stands for as many closing brackets as units opened
	Rate   int    `json:"rate_bytes_per_s"` // 0: at once
}

// Headers are name and value pairs in order; a JSON object, or a list of pairs where a name repeats.
type Headers [][2]string

// UnmarshalJSON reads either form.
func (h *Headers) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		var pairs [][2]string
		err := json.Unmarshal(data, &pairs)
		*h = pairs
		return err
	}
	var object map[string]string
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	for name, value := range object {
		*h = append(*h, [2]string{name, value})
	}
	return nil
}

// Expected says what must be true afterwards. A 5xx is never right, except 503 where Status lists it.
type Expected struct {
	Status              []int               `json:"status"` // any of these
	BodyMustContain     []string            `json:"body_must_contain"`
	BodyMustNotContain  []string            `json:"body_must_not_contain"`
	HeaderMustMatch     map[string]string   `json:"header_must_match"` // regular expressions
	HeaderMustNotEqual  map[string][]string `json:"header_must_not_equal"`
	HeaderMustNotHave   map[string][]string `json:"header_must_not_contain"`
	HeaderAbsent        []string            `json:"header_absent"`
	CookieNotSet        string              `json:"response_must_not_set_cookie_value"`
	RedirectHost        string              `json:"redirect_host_must_be"`
	StateUnchanged      []string            `json:"state_unchanged"` // names of probes
	NoOutbound          bool                `json:"no_outbound_connection"`
	LogLinesMax         int                 `json:"log_lines_max"` // 0: any number
	MaxRSSGrowthMB      int                 `json:"max_rss_growth_mb"`
	MaxMS               int                 `json:"max_ms"`     // until the answer is there; on a machine at rest
	CPUMaxMS            int                 `json:"cpu_ms_max"` // that the server computes; likewise
	ConnectionClosedSec int                 `json:"connection_closed_within_s"`
	Invariant           string              `json:"invariant"` // in words; a program cannot check it
}

// Load reads a file of cases, one a line.
func Load(path string) ([]Case, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	var cases []Case
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("%s, case %d: %w", path, len(cases)+1, err)
		}
		cases = append(cases, c)
	}
	return cases, lines.Err()
}
