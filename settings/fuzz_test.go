package settings_test

import (
	"os"
	"path/filepath"
	"testing"

	"watchword/settings"
)

// Whatever a file holds, it is read or refused; nothing panics.
func FuzzFile(f *testing.F) {
	f.Add([]byte(yamlFile))
	f.Add([]byte(jsonFile))
	f.Add([]byte("a: &a [*a]\nMOUNTS: {? [x] : y}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "settings")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := defaults()
		if report, _ := settings.Load(&c, settings.Sources{File: name}); report == nil {
			t.Error("no report")
		}
	})
}
