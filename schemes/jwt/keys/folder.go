package keys

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// State is where a key is in its life.
type State string

// The states of a key, in the order in which it goes through them.
const (
	Next     State = "next"     // published, so that everybody knows it before it signs
	Signing  State = "signing"  // makes new tokens
	Retiring State = "retiring" // verifies the tokens that it made
	Retired  State = "retired"  // no token of it can be good any more; gone with the next rotation
)

// ErrRotating says that a new key is waiting for its turn to sign already.
var ErrRotating = errors.New("keys: a new key is published and waits for its turn to sign")

// Info describes a key in a Folder.
type Info struct {
	Number    int    // of its file; grows with every key
	ID        string // the kid
	Algorithm string
	State     State
	Created   time.Time
	SignsFrom time.Time
	RetiresAt time.Time // zero: no successor yet
}

// Folder is the keys that a server makes itself: one JWK file per key, with the times of its life in it. What each key
// may do follows from these times and the clock, so processes that share the folder agree without talking, and a
// deleted file is a revoked key. Files are added complete and under numbers that only one process can take, and are
// never changed. Folder is safe for concurrent use, also between processes.
type Folder struct {
	cfg       Config
	algorithm string
}

// OpenFolder opens the folder for keys of algorithm. It is made, and gets its first key, if need be; keys for other
// algorithms in it are left alone. The folder must belong to the server's user alone.
func OpenFolder(cfg Config, algorithm string) (*Folder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := ownFolder(cfg.Folder); err != nil {
		return nil, err
	}
	f := &Folder{cfg: cfg, algorithm: algorithm}
	stored, err := f.read()
	if err != nil {
		return nil, err
	}
	if len(stored.usable(algorithm)) == 0 {
		now := cfg.Now()
		if err := f.add(stored.nextNumber(), now, now); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	return f, nil
}

// ownFolder makes the folder, and refuses one in which others can put or delete files.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("keys: others can write to %s (mode %04o); run: chmod 700 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

// Set returns the keys as they are now. It is what NewRing wants.
func (f *Folder) Set() (*Set, error) {
	stored, err := f.read()
	if err != nil {
		return nil, err
	}
	var signing *Key
	var others []*Key
	usable := stored.usable(f.algorithm)
	for i, info := range f.describe(usable) {
		switch info.State {
		case Signing:
			signing = usable[i].key
		case Next, Retiring:
			others = append(others, usable[i].key)
		case Retired:
		}
	}
	if signing == nil {
		return nil, fmt.Errorf("keys: no key for %s in %s", f.algorithm, f.cfg.Folder)
	}
	return NewSet(signing, others...)
}

// List describes the keys, the oldest first.
func (f *Folder) List() ([]Info, error) {
	stored, err := f.read()
	if err != nil {
		return nil, err
	}
	return f.describe(stored.usable(f.algorithm)), nil
}

// Rotate makes a new key, which is published at once and signs after the publish lead, and deletes the files of retired
// keys. While an earlier new key still waits for its turn it returns ErrRotating and changes nothing; of several who
// rotate at once one wins.
func (f *Folder) Rotate() (Info, error) {
	stored, err := f.read()
	if err != nil {
		return Info{}, err
	}
	usable := stored.usable(f.algorithm)
	living := 0
	for i, info := range f.describe(usable) {
		switch info.State {
		case Next:
			return Info{}, ErrRotating
		case Retired:
			if err := os.Remove(usable[i].path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return Info{}, fmt.Errorf("keys: %w", err)
			}
		case Signing, Retiring:
			living++
		}
	}
	if living >= maxVerifying {
		return Info{}, fmt.Errorf("keys: tokens of %d keys may still be good; wait until one retires", living)
	}
	return f.rotate(stored.nextNumber())
}

func (f *Folder) rotate(number int) (Info, error) {
	now := f.cfg.Now()
	err := f.add(number, now, now.Add(f.cfg.PublishLead))
	if errors.Is(err, fs.ErrExist) {
		return Info{}, ErrRotating
	}
	if err != nil {
		return Info{}, err
	}
	all, err := f.List()
	if err != nil {
		return Info{}, err
	}
	for _, info := range all {
		if info.Number == number {
			return info, nil
		}
	}
	return Info{}, fmt.Errorf("keys: key %d was deleted at once", number)
}

// describe works out what each key may do now. The one that signs is the last whose turn has come; with a clock behind
// them all, the first. A key verifies for a publish lead more than its tokens live, since another process may have
// noticed a little later that its turn to sign was over.
func (f *Folder) describe(list []stored) []Info {
	now := f.cfg.Now()
	signing := 0
	for i, s := range list {
		if !s.signsFrom.After(now) {
			signing = i
		}
	}
	infos := make([]Info, len(list))
	for i, s := range list {
		info := Info{Number: s.number, ID: s.key.id, Algorithm: s.key.algorithm, Created: s.created, SignsFrom: s.signsFrom}
		if i+1 < len(list) {
			info.RetiresAt = list[i+1].signsFrom.Add(f.cfg.Keep + f.cfg.PublishLead)
		}
		switch {
		case i > signing:
			info.State = Next
		case i == signing:
			info.State = Signing
		case info.RetiresAt.After(now):
			info.State = Retiring
		default:
			info.State = Retired
		}
		infos[i] = info
	}
	return infos
}

// contents are the keys in a folder by number.
type contents []stored

// usable returns the keys for algorithm in the order in which they sign.
func (c contents) usable(algorithm string) []stored {
	var list []stored
	for _, s := range c {
		if s.key.algorithm == algorithm {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b stored) int {
		return cmp.Or(a.signsFrom.Compare(b.signsFrom), cmp.Compare(a.number, b.number))
	})
	return list
}

func (c contents) nextNumber() int {
	next := 1
	for _, s := range c {
		next = max(next, s.number+1)
	}
	return next
}

// read reads every key file. Files with other names are left alone.
func (f *Folder) read() (contents, error) {
	entries, err := os.ReadDir(f.cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	var all contents
	for _, entry := range entries {
		number, ok := fileNumber(entry.Name())
		if !ok {
			continue
		}
		s, err := readFile(filepath.Join(f.cfg.Folder, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("keys: %s: %w", filepath.Join(f.cfg.Folder, entry.Name()), err)
		}
		s.number = number
		all = append(all, s)
	}
	return all, nil
}

func fileName(number int) string { return fmt.Sprintf("%06d.json", number) }

func fileNumber(name string) (number int, ok bool) {
	if !strings.HasSuffix(name, ".json") {
		return 0, false
	}
	_, err := fmt.Sscanf(name, "%06d.json", &number)
	return number, err == nil && fileName(number) == name
}
