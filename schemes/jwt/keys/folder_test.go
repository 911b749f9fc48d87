package keys

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func testConfig(t *testing.T) (Config, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	cfg := DefaultConfig()
	cfg.Folder = filepath.Join(t.TempDir(), "keys")
	cfg.Now = c.now
	return cfg, c
}

func open(t *testing.T, cfg Config) *Folder {
	t.Helper()
	f, err := OpenFolder(cfg, "ES256")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func states(t *testing.T, f *Folder) []State {
	t.Helper()
	infos, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	var list []State
	for _, info := range infos {
		list = append(list, info.State)
	}
	return list
}

func TestTheLifeOfKeys(t *testing.T) {
	cfg, clock := testConfig(t)
	f := open(t, cfg)
	ring, err := NewRing(f.Set)
	if err != nil {
		t.Fatal(err)
	}
	old := ring.Signing().ID()
	next, err := f.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Rotate(); !errors.Is(err, ErrRotating) {
		t.Errorf("rotating twice: got %v, want ErrRotating", err)
	}
	for _, step := range []struct {
		name   string
		pass   time.Duration
		states []State
		signer string
		old    bool
	}{
		{"published", 0, []State{Signing, Next}, old, true},
		{"just before its turn", cfg.PublishLead - time.Second, []State{Signing, Next}, old, true},
		{"its turn", time.Second, []State{Retiring, Signing}, next.ID, true},
		{"while old tokens live", cfg.Keep + cfg.PublishLead - time.Second, []State{Retiring, Signing}, next.ID, true},
		{"when they are gone", time.Second, []State{Retired, Signing}, next.ID, false},
	} {
		clock.pass(step.pass)
		if err := ring.Reload(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.states, states(t, f)); diff != "" {
			t.Errorf("%s: states: %s", step.name, diff)
		}
		if got := ring.Signing().ID(); got != step.signer {
			t.Errorf("%s: got signer %s, want %s", step.name, got, step.signer)
		}
		if got := len(ring.Verifying(old)) == 1; got != step.old {
			t.Errorf("%s: old key verifies: got %v, want %v", step.name, got, step.old)
		}
	}
	if _, err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]State{Signing, Next}, states(t, f)); diff != "" {
		t.Errorf("after the next rotation: %s", diff)
	}
}

func TestKeysSurviveAReopening(t *testing.T) {
	cfg, _ := testConfig(t)
	first, err := open(t, cfg).Set()
	if err != nil {
		t.Fatal(err)
	}
	second, err := open(t, cfg).Set()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := first.Signing().Sign("x.y")
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Verifying(first.Signing().ID())[0].Verify("x.y", signature); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	cfg, _ := testConfig(t)
	f := open(t, cfg)
	path := filepath.Join(cfg.Folder, fileName(1))
	for name, want := range map[string]os.FileMode{cfg.Folder: 0o700, path: 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", name, got, want)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Set(); err == nil {
		t.Error("a key that everybody can read was taken")
	}
	if _, err := ReadPrivate(path); err == nil {
		t.Error("ReadPrivate took a key that everybody can read")
	}
	if err := os.Chmod(cfg.Folder, 0o777); err != nil { //nolint:gosec // the fault under test
		t.Fatal(err)
	}
	if _, err := OpenFolder(cfg, "ES256"); err == nil {
		t.Error("a folder that everybody can write to was taken")
	}
}

func TestABrokenFileKeepsTheOldKeys(t *testing.T) {
	cfg, _ := testConfig(t)
	ring, err := NewRing(open(t, cfg).Set)
	if err != nil {
		t.Fatal(err)
	}
	before := ring.Signing().ID()
	if err := os.WriteFile(filepath.Join(cfg.Folder, fileName(2)), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ring.Reload(); err == nil {
		t.Error("a broken file was not reported")
	}
	if got := ring.Signing().ID(); got != before {
		t.Errorf("got signer %s, want %s", got, before)
	}
}

func TestADeletedFileIsARevokedKey(t *testing.T) {
	cfg, clock := testConfig(t)
	f := open(t, cfg)
	if _, err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	clock.pass(cfg.PublishLead)
	ring, err := NewRing(f.Set)
	if err != nil {
		t.Fatal(err)
	}
	if len(ring.Verifying("")) != 2 {
		t.Fatal("want two keys")
	}
	if err := os.Remove(filepath.Join(cfg.Folder, fileName(1))); err != nil {
		t.Fatal(err)
	}
	if err := ring.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := len(ring.Verifying("")); got != 1 {
		t.Errorf("got %d keys, want 1", got)
	}
}

func TestManyProcessesAgree(t *testing.T) {
	cfg, _ := testConfig(t)
	signers := make([]string, 8)
	rotated := make([]error, 8)
	var all sync.WaitGroup
	for i := range signers {
		all.Go(func() {
			f, err := OpenFolder(cfg, "ES256")
			if err != nil {
				t.Error(err)
				return
			}
			set, err := f.Set()
			if err != nil {
				t.Error(err)
				return
			}
			signers[i] = set.Signing().ID()
			_, rotated[i] = f.Rotate()
		})
	}
	all.Wait()
	won := 0
	for i := range signers {
		if signers[i] != signers[0] {
			t.Errorf("two processes made first keys: %v", signers)
		}
		if rotated[i] == nil {
			won++
		} else if !errors.Is(rotated[i], ErrRotating) {
			t.Error(rotated[i])
		}
	}
	if won != 1 {
		t.Errorf("got %d rotations, want 1", won)
	}
}

func TestRotationStopsBeforeTooManyKeysVerify(t *testing.T) {
	cfg, clock := testConfig(t)
	cfg.Keep = 1000 * time.Hour
	f := open(t, cfg)
	for range maxVerifying - 1 {
		if _, err := f.Rotate(); err != nil {
			t.Fatal(err)
		}
		clock.pass(cfg.PublishLead)
	}
	if _, err := f.Rotate(); err == nil {
		t.Error("a ninth living key was made")
	}
	if _, err := f.Set(); err != nil {
		t.Errorf("the eight cannot be used: %v", err)
	}
}

func TestGenerateMakesAKeyThatLoads(t *testing.T) {
	for _, algorithm := range []string{"RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"} {
		text, err := Generate(algorithm, 2048)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Load(algorithm, text, ""); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
	for _, c := range []struct {
		algorithm string
		bits      int
	}{{"RS256", 1024}, {"HS256", 2048}, {"none", 2048}} {
		if _, err := Generate(c.algorithm, c.bits); err == nil {
			t.Errorf("%s with %d bits was made", c.algorithm, c.bits)
		}
	}
}
