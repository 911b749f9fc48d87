package harness

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretForms are texts that nothing may hold that the program writes: tokens, keys, stored password hashes.
var secretForms = map[string]*regexp.Regexp{
	"a token":         regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`),
	"a private key":   regexp.MustCompile(`PRIVATE KEY`),
	"a password hash": regexp.MustCompile(`(pbkdf2_sha\w+|argon2|bcrypt\w*|scrypt|md5)\$\S+\$\S+`),
	"a reset token":   regexp.MustCompile(`\b[0-9a-z]{6,7}-[0-9a-f]{32,64}\b`),
	"a webhook's key": regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{8,}`),
	"a session":       regexp.MustCompile(`sessionid=\w{8,}`),
}

// answered are the forms that the answers to requests have on purpose.
var answered = []string{"a token", "a session"}

// dumping is the command that prints rows as they are, with the hashes and tokens in them.
const dumping = "dumpdata"

// search returns what is wrong with what the program has written: secrets, panics and data races. Forms of secrets that
// are but are named may be there.
func search(text string, secrets []string, but ...string) (faults []string) {
	for what, form := range secretForms {
		if line := lineOf(text, form.FindStringIndex(text)); line != "" && !slices.Contains(but, what) {
			faults = append(faults, what+" is in the log: "+line)
		}
	}
	for _, secret := range secrets {
		if i := strings.Index(text, secret); i >= 0 {
			faults = append(faults, "a secret is in the log: "+lineOf(text, []int{i, i}))
		}
	}
	for _, word := range []string{"DATA RACE", "goroutine ", "panic"} {
		if i := strings.Index(text, word); i >= 0 {
			faults = append(faults, "the log tells of a fault: "+lineOf(text, []int{i, i}))
		}
	}
	return faults
}

// searchScript searches what a script has printed, which may be the answers to its own requests, and the logs in its folder.
func searchScript(t testing.TB, dir, printed string, environ []string) {
	t.Helper()
	secrets := secretKeys(environ)
	faults := search(printed, secrets, answered...)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".log" && entry.Name() != "audit.json" {
			return err
		}
		text, err := os.ReadFile(path)
		faults = append(faults, search(string(text), secrets)...)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// secretKeys are the keys that environ gives to the program, and the one that all tests share.
func secretKeys(environ []string) []string {
	keys := []string{SecretKey}
	for _, variable := range environ {
		if key, ok := strings.CutPrefix(variable, "WATCHWORD_SECRET_KEY="); ok && len(key) >= leastSecret {
			keys = append(keys, key)
		}
	}
	return keys
}
