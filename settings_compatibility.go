package main

import "fmt"

// Compatibility decides every default where copying a package to the letter would be unsafe.
type Compatibility string

// The modes.
const (
	Safe  Compatibility = "safe"
	Exact Compatibility = "exact"
)

// UnmarshalText accepts the names of the modes.
func (c *Compatibility) UnmarshalText(text []byte) error {
	switch mode := Compatibility(text); mode {
	case Safe, Exact:
		*c = mode
		return nil
	}
	return fmt.Errorf("must be safe or exact, not %q", text)
}
