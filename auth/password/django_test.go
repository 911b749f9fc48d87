package password

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// candidate is a new password and whose it shall be.
type candidate struct {
	Password string
	User     Attributes
}

// stored is a password and its hash.
type stored struct{ Password, Encoded string }

// djangoResults are what testdata/peer.py answers.
type djangoResults struct {
	Faults  [][]Fault
	Checked []bool
	Encoded []string
}

// askDjango has the real Django do a job. Where there is none the test is skipped; in CI there must be one.
func askDjango(t *testing.T, candidates []candidate, hashes []stored) djangoResults {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's, which python3-django belongs to
	if err := exec.Command(python, "-c", "import django").Run(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Django is missing (Debian: python3-django): %v", err)
		}
		t.Skipf("Django is missing (Debian: python3-django): %v", err)
	}
	job, err := json.Marshal(map[string]any{"Candidates": candidates, "Hashes": hashes})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/peer.py")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(job), t.Output()
	answer, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return parse[djangoResults](t, answer)
}

func TestRealDjangoJudgesPasswordsTheSame(t *testing.T) {
	candidates := randomCandidates(4000)
	validators, err := NewValidators(DefaultValidators())
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for i, want := range askDjango(t, candidates, []stored{}).Faults {
		got := append([]Fault{}, validators.Validate(candidates[i].Password, candidates[i].User)...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+q (-Django +got):\n%s", candidates[i], diff)
		}
		for _, fault := range got {
			codes[fault.Code]++
		}
	}
	if len(codes) != 4 {
		t.Errorf("the candidates do not have all four faults: %v", codes)
	}
}

// randomCandidates draws passwords from what is common, from the attributes of their user, and from characters on which
// Go and Python may differ.
func randomCandidates(n int) []candidate {
	random := rand.New(rand.NewPCG(1, 2))
	alphabets := [][]rune{
		[]rune("abcdefgh"), []rune("aAbB1_-.@ "), []rune("0123456789"), []rune("٠١٢²³①½Ⅷ"),
		[]rune("äÖßẞİıΣσς'’.\u0301"), []rune("a\u00a0\x1c\u0085\u200b\u3000z"), []rune("漢字😀🜁𝟘"),
	}
	text := func(most int) string {
		letters := make([]rune, random.IntN(most+1))
		alphabet := alphabets[random.IntN(len(alphabets))]
		for i := range letters {
			letters[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(letters)
	}
	common := []string{"password", "ILoveYou", " qwertyuiop\n", "12345678", "trustno1", "\x1cPASSWORD1\u3000"}
	all := make([]candidate, 0, n)
	for range n {
		c := candidate{Password: text(24), User: Attributes{
			"username": text(12), "first_name": text(8), "last_name": text(8), "email": text(8) + "@" + text(6),
		}}
		switch random.IntN(4) {
		case 0:
			c.Password = c.User["username"] + text(6)
		case 1:
			c.Password = common[random.IntN(len(common))] + text(1)
		}
		all = append(all, c)
	}
	return all
}

func TestRealDjangoAndThisPackageReadEachOthersHashes(t *testing.T) {
	var hashes []stored
	registries := map[string]*Registry{}
	for _, name := range []string{"pbkdf2_sha256", "pbkdf2_sha1", "md5"} {
		registries[name] = newRegistry(t, fast(name))
		for _, password := range []string{"Alice-pass-123", "pässwörd✓", "a\x00b", "😀"} {
			hashes = append(hashes, stored{password, encode(t, registries[name], password)})
		}
	}
	results := askDjango(t, []candidate{}, hashes)
	if len(results.Checked) != len(hashes) || len(results.Encoded) != len(hashes) {
		t.Fatalf("got %d and %d answers, want %d", len(results.Checked), len(results.Encoded), len(hashes))
	}
	r := newRegistry(t, ExactConfig())
	r.hashers["md5"] = md5Hasher{}
	for i, hash := range hashes {
		if !results.Checked[i] {
			t.Errorf("Django does not read %s", hash.Encoded)
		}
		if ok, _, err := r.Check(t.Context(), hash.Password, results.Encoded[i]); !ok || err != nil {
			t.Errorf("Django's %s: got %v, %v", results.Encoded[i], ok, err)
		}
	}
}
