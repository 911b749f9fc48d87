package main

import (
	"runtime"
	"runtime/debug"

	"watchword/schemes/jwt/libcrypto"
)

// versionCommand prints what is running.
type versionCommand struct{}

// Run prints the version, the commit it was built from, Go's version, and the library that RSA_LIBRARY is about.
func (*versionCommand) Run(p *program) error {
	version, commit := buildVersion()
	p.printf("watchword %s (commit %s, %s %s/%s)\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	library, err := libcrypto.Open()
	if err != nil {
		p.printf("RSA by crypto/rsa (%v)\n", err)
		return nil
	}
	p.printf("RSA by %s\n", library.Version())
	return nil
}

// buildVersion returns what the Go tool recorded in the program: the module's version and the commit.
func buildVersion() (version, commit string) {
	version, commit = "devel", "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, commit
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value[:min(12, len(setting.Value))]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			commit += " with changes"
		}
	}
	return version, commit
}
