// Package secretfile says whether a file may hold a secret: who else can read it, or put another in its place.
package secretfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mountFolders are where Docker and its kin mount secrets.
var mountFolders = [...]string{"/run/secrets/", "/var/run/secrets/"}

// kubernetesLink is what the kubelet calls its link to the present content of a volume of secrets, which is a folder
// beside it.
const kubernetesLink = "..data"

// Check returns why the file with that name and mode should hold no secret, and what to do: every user of the machine can
// write it, or can read it. Where a container runtime mounts secrets, everybody may read: the container is the wall.
func Check(name string, mode fs.FileMode) error {
	switch others := mode.Perm() & 0o007; {
	case others&0o002 != 0:
		return errors.New(name + " can be written by every user of this machine; run: chmod 600 " + name)
	case others&0o004 != 0 && !Mounted(name):
		return errors.New(name + " can be read by every user of this machine; run: chmod 600 " + name)
	}
	return nil
}

// Mounted reports whether a container runtime has put the file there: it is below /run/secrets, or in a volume of
// Kubernetes, where every name leads into the folder that ..data names.
//
// Source: Kubernetes, pkg/volume/util AtomicWriter.
func Mounted(name string) bool {
	name = filepath.Clean(name)
	if slices.ContainsFunc(mountFolders[:], func(folder string) bool { return strings.HasPrefix(name, folder) }) {
		return true
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return false
	}
	for folder := filepath.Dir(real); folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		present, err := os.Readlink(filepath.Join(filepath.Dir(folder), kubernetesLink))
		if err == nil && present == filepath.Base(folder) {
			return true
		}
	}
	return false
}
