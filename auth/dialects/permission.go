package dialects

import (
	"fmt"

	"watchword/schemes"
)

// Permission says whether id may use a view.
type Permission func(id schemes.Identity) bool

// IsAuthenticated lets in everybody who is somebody.
func IsAuthenticated(id schemes.Identity) bool { return !id.Anonymous() }

// PermissionClass is the name of a permission in settings.
type PermissionClass string

// The permissions that settings can name.
const (
	Authenticated PermissionClass = "authenticated"
	Anybody       PermissionClass = "anybody"
)

// UnmarshalText reads the name of a class, ours or Django REST framework's dotted one.
func (p *PermissionClass) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(Authenticated), "rest_framework.permissions.IsAuthenticated":
		*p = Authenticated
	case string(Anybody), "rest_framework.permissions.AllowAny":
		*p = Anybody
	default:
		return fmt.Errorf("unknown permission class %q; known are anybody and authenticated", text)
	}
	return nil
}

// AllOf is the permission that all classes give together. None: everybody has it.
func AllOf(classes []PermissionClass) Permission {
	for _, class := range classes {
		if class == Authenticated {
			return IsAuthenticated
		}
	}
	return nil
}
