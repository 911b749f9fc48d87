package secretfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// volume is a folder in which secrets are as the kubelet mounts them: key, and below it deep/key.
func volume(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const content = "..2026_11_22_10_00_00.123456789"
	err := os.MkdirAll(filepath.Join(dir, content, "deep"), 0o755)
	for _, name := range []string{"key", "deep/key"} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, content, name), []byte("secret"), 0o600)
		}
	}
	for name, target := range map[string]string{"..data": content, "key": "..data/key", "deep": "..data/deep"} {
		if err == nil {
			err = os.Symlink(target, filepath.Join(dir, name))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCheck(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mounted := volume(t)
	beside := filepath.Join(mounted, "beside")
	if err := os.WriteFile(beside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path string
		mode       fs.FileMode
		taken      bool
	}{
		{"its owner's", plain, 0o600, true},
		{"its group's, too", plain, 0o640, true},
		{"everybody reads", plain, 0o644, false},
		{"everybody writes", plain, 0o602, false},
		{"mounted by Docker", "/run/secrets/key", 0o444, true},
		{"by a way round", "/run/secrets/../../etc/key", 0o444, false},
		{"mounted by Docker, and everybody writes", "/run/secrets/key", 0o666, false},
		{"mounted by Kubernetes", filepath.Join(mounted, "key"), 0o644, true},
		{"deep in a volume of Kubernetes", filepath.Join(mounted, "deep", "key"), 0o644, true},
		{"mounted by Kubernetes, and everybody writes", filepath.Join(mounted, "key"), 0o666, false},
		{"a file beside what Kubernetes has mounted", beside, 0o644, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := Check(tt.path, tt.mode); (err == nil) != tt.taken {
				t.Errorf("got %v, want taken: %v", err, tt.taken)
			}
		})
	}
}
