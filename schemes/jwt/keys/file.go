package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/MicahParks/jwkset"

	"watchword/secretfile"
)

// stored is a key as it lies in a file.
type stored struct {
	path      string
	number    int
	key       *Key
	created   time.Time
	signsFrom time.Time
}

// record is the content of a key file: a private JWK with two members of our own (RFC 7517 section 4 allows them).
type record struct {
	jwkset.JWKMarshal
	Created   time.Time `json:"created"`
	SignsFrom time.Time `json:"signs_from"`
}

// add makes a key and stores it under number. The error is fs.ErrExist when another process took the number.
func (f *Folder) add(number int, created, signsFrom time.Time) error {
	private, err := generate(f.algorithm, f.cfg.Bits)
	if err != nil {
		return err
	}
	id, err := thumbprint(private.Public())
	if err != nil {
		return err
	}
	full, err := jwkset.NewJWKFromKey(private, jwkset.JWKOptions{
		Marshal: jwkset.JWKMarshalOptions{Private: true},
		Metadata: jwkset.JWKMetadataOptions{
			ALG: jwkset.ALG(f.algorithm), KID: id, USE: jwkset.UseSig,
		},
	})
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	text, err := json.MarshalIndent(record{full.Marshal(), created.UTC(), signsFrom.UTC()}, "", "  ")
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return writeNew(filepath.Join(f.cfg.Folder, fileName(number)), text)
}

// writeNew writes a file that appears complete or not at all, and never replaces another: a link is made to the
// finished temporary file, which fails where the name is taken.
func writeNew(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := os.Link(temporary.Name(), path); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a new name in a folder survive a crash.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// readFile reads a key file of a Folder.
func readFile(path string) (stored, error) {
	text, err := readBounded(path, checkOwn)
	if err != nil {
		return stored{}, err
	}
	var times record
	if err := json.Unmarshal(text, &times); err != nil {
		return stored{}, errors.New("the key file is damaged")
	}
	m, err := parseOneJWK(text)
	if err != nil {
		return stored{}, err
	}
	if m.private == nil || m.algorithm == "" || times.SignsFrom.IsZero() {
		return stored{}, errors.New("the key file is incomplete")
	}
	key, err := newKey(m.algorithm, m)
	if err != nil {
		return stored{}, err
	}
	return stored{path: path, key: key, created: times.Created, signsFrom: times.SignsFrom}, nil
}

// ReadPrivate returns the text of a private key file. A file that secretfile.Check has something against is refused.
func ReadPrivate(path string) (string, error) {
	text, err := readBounded(path, secretfile.Check)
	return string(text), err
}

// ReadPublic returns the text of a public key file.
func ReadPublic(path string) (string, error) {
	text, err := readBounded(path, func(string, fs.FileMode) error { return nil })
	return string(text), err
}

// checkOwn refuses a file of ours on which others have any permission.
func checkOwn(path string, mode fs.FileMode) error {
	if mode.Perm()&0o077 != 0 {
		return fmt.Errorf("others can read this private key (mode %04o); run: chmod 600 %s", mode.Perm(), path)
	}
	return nil
}

// readBounded reads a file of bounded size against whose mode check has nothing.
func readBounded(path string, check func(path string, mode fs.FileMode) error) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if err := check(path, info.Mode()); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("the file has more than %d bytes; a key has far fewer", maxText)
	}
	return text, err
}
