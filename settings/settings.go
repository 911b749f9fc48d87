// Package settings fills Go structs from one YAML or JSON file, from the environment and from secret files.
//
// A field is a setting when it carries a tag with its name:
//
//	type Config struct {
//		AccessTokenLifetime time.Duration `setting:"ACCESS_TOKEN_LIFETIME" help:"How long an access token is valid."`
//		SigningKey          string        `setting:"SIGNING_KEY" secret:"true" help:"The key that tokens are signed with."`
//	}
//
// A struct field with a tag is a group, written as a mapping in the file and with two underscores in the environment
// (WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME). A struct field tagged `setting:",inline"` lends its settings to the
// struct around it. Fields without a tag are left alone.
//
// The package knows no setting by name. It never prints the value of a secret.
package settings

import (
	"errors"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources says where settings come from. Later sources win: defaults, file, environment.
type Sources struct {
	// File is the path of a YAML or JSON file. Empty: no file. A file named *.json, or one that begins with a brace and
	// is not named *.yaml or *.yml, is read as JSON.
	File string
	// Environ is the environment in the form of os.Environ. Only names that begin with Prefix are looked at.
	Environ []string
	// Prefix begins the names of environment variables, such as "WATCHWORD_".
	Prefix string
	// Ignore reports whether a name that no field has is to be passed over and listed in Report.Ignored instead of
	// being refused. The name is dotted: "REST_AUTH.USE_JWT". Nil ignores none.
	Ignore func(name string) bool
}

// Load fills the struct that into points to, which holds the defaults. It returns where each setting came from; its
// error is nil or Faults, all of them together. Settings with a fault keep their defaults, and the Report is never nil,
// so that a caller can go on and look for further faults.
func Load(into any, src Sources) (*Report, error) {
	root := reflect.ValueOf(into).Elem()
	l := &loader{report: newReport(), ignore: src.Ignore, known: leafNames(root, "")}
	if src.File != "" {
		l.loadFile(root, src.File)
	}
	l.loadEnviron(root, src.Environ, src.Prefix)
	if len(l.faults) > 0 {
		return l.report, l.faults
	}
	return l.report, nil
}

// loader carries what one Load has found out so far.
type loader struct {
	report *Report
	faults Faults
	ignore func(name string) bool
	known  []string // the dotted names of all settings
}

// loadFile reads the file into the struct v.
func (l *loader) loadFile(v reflect.Value, name string) {
	origin := Origin{Kind: File, Name: name}
	node, err := readFile(name)
	if err != nil {
		var at *syntaxError
		if errors.As(err, &at) {
			origin.Line = at.line
		}
		l.fault("", origin, err.Error())
		return
	}
	if node == nil || isNull(node) {
		return
	}
	if node.Kind != yaml.MappingNode {
		l.fault("", origin.at(node), "must hold a mapping of names to values")
		return
	}
	l.group(v, "", node, origin)
}

// fault records what is wrong with a setting; the empty name means the source as a whole.
func (l *loader) fault(setting string, origin Origin, problem string) {
	l.faults = append(l.faults, Fault{Setting: setting, Origin: origin, Problem: problem})
}

// unknown handles a name that no field has; siblings are the names that would have been right in its place.
func (l *loader) unknown(path, name string, siblings []string, origin Origin) {
	full := join(path, name)
	if l.ignore != nil && l.ignore(full) {
		l.report.Ignored = append(l.report.Ignored, Ignored{Name: full, Origin: origin})
		return
	}
	problem := "unknown setting"
	if suggestion := l.suggest(name, siblings); suggestion != "" {
		problem += "; did you mean " + suggestion + "?"
	}
	l.fault(full, origin, problem)
}

// suggest returns the name that was probably meant: one like it in the same place, or the same name in another place.
func (l *loader) suggest(name string, siblings []string) string {
	if near := nearest(name, siblings); near != "" {
		return near
	}
	for _, known := range l.known {
		if known == name || strings.HasSuffix(known, "."+name) {
			return known
		}
	}
	return ""
}
