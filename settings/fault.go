package settings

import "strings"

// Fault is one thing that is wrong with the settings.
type Fault struct {
	Setting string // dotted; empty when a source as a whole is meant
	Origin  Origin
	Problem string // what is wrong and what is expected; never holds a secret
}

// Error says it in one line: "LISTEN: environment WATCHWORD_LISTEN: must be …".
func (f Fault) Error() string {
	parts := make([]string, 0, 3)
	if f.Setting != "" {
		parts = append(parts, f.Setting)
	}
	if f.Origin.Kind != Default {
		parts = append(parts, f.Origin.String())
	}
	return strings.Join(append(parts, f.Problem), ": ")
}

// Faults is every Fault of one Load.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults one by one, for errors.As.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}
