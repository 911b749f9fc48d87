package settings

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Kind is the kind of source that a value came from.
type Kind int

// The kinds of sources, from the weakest to the strongest.
const (
	Default     Kind = iota // built in, or chosen by the program
	File                    // the settings file
	Environment             // an environment variable
	SecretFile              // a file that an environment variable ending in _FILE names
)

// Origin says where a value came from. The zero value is the built-in default.
type Origin struct {
	Kind Kind
	Name string // the path of the settings file, or the name of the environment variable
	Line int    // the line in the settings file, from 1; 0 when unknown
}

// String names the origin for people: "default", "settings.yaml:3", "environment WATCHWORD_LISTEN".
func (o Origin) String() string {
	switch o.Kind {
	case File:
		if o.Line > 0 {
			return fmt.Sprintf("%s:%d", o.Name, o.Line)
		}
		return o.Name
	case Environment:
		return "environment " + o.Name
	case SecretFile:
		return "secret file in " + o.Name
	default:
		return "default"
	}
}

// at returns the origin with the line of node, for origins that have lines.
func (o Origin) at(node *yaml.Node) Origin {
	if o.Kind == File {
		o.Line = node.Line
	}
	return o
}

// Ignored is a name that was met and passed over, see Sources.Ignore.
type Ignored struct {
	Name   string
	Origin Origin
}

// Report says where the settings of one Load came from.
type Report struct {
	// Ignored lists the names that were passed over, in the order in which they were met.
	Ignored []Ignored

	origins map[string]Origin
}

func newReport() *Report { return &Report{origins: map[string]Origin{}} }

// Origin returns where the named setting came from; names are dotted, as in "SIMPLE_JWT.ALGORITHM".
func (r *Report) Origin(setting string) Origin { return r.origins[setting] }
