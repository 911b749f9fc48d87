package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"watchword/tests/attack"
)

// elsewhere are the attack cases that a test of another name plays.
var elsewhere = map[string]string{
	"flow-preregister":          "TestWhoRegisteredFirstWithSomebodysAddressGetsNothing",
	"flow-social-unverified":    "TestWhoRegisteredFirstWithSomebodysAddressGetsNothing",
	"flow-social-other-app":     "TestSocialLoginRefusesWhatIsNotForUs",
	"flow-social-id-token":      "TestSocialLoginRefusesWhatIsNotForUs",
	"flow-social-state":         "TestSocialLoginRefusesWhatIsNotForUs",
	"flow-social-callback":      "TestSocialLoginRefusesWhatIsNotForUs",
	"flow-social-last":          "TestSocialAccountsAreConnectedAndDisconnected",
	"flow-log-secrets":          "TestSecretsInOddPlacesAreNotLogged",
	"mass-disconnect-foreign":   "TestSocialAccountsAreConnectedAndDisconnected",
	"jwthdr-cookie-and-header":  "TestTheHeaderGoesBeforeTheCookie",
	"cors-wild-credentials":     "TestCORSFaults",
	"life-rotation-restart":     "TestRotatedTokenStaysDeadAfterAKill",
	"life-secretkey-fallback":   "TestFormerSecretKeysAreAcceptedOnceAndReplaced",
	"throttle-verify-mail-bomb": "TestAnAddressGetsOneMailInThreeMinutesWhereMailsAreBounded",
	"throttle-memory":           "TestMemoryIsBounded",

	"race-reset-reset":         "TestOfManyResetsAtOnceOneWins",
	"race-register-case":       "TestOneOfManyGetsAName",
	"race-blacklist":           "TestParallelBlacklistingLeavesOneRow",
	"race-logout-token":        "TestOneOfManyLogoutsSucceeds",
	"race-session-save-logout": "TestSessionsThatEndMeanwhileAreNotBroughtBack",
	"race-rehash-pwchange":     "TestCheckPasswordHashesAnewAndAChangeGoesOnFromThere",
	"race-key-rotate":          "TestKeysRotateUnderAVerifier",
	"race-oauth-code":          "TestManyFirstSocialLoginsMakeOneAccount",

	"enum-register-email": "TestAKnownAddressIsAnsweredLikeAnUnknownOneWhereThatIsHidden",
}

// notPlayed are the attack cases that no test plays, with the reason.
var notPlayed = map[string]string{
	"race-oauth-state":       "the state of a login with a provider is kept by the client, and none is kept here",
	"enum-refresh-deleted":   "only who holds a token that we signed for that very user hears that they are gone; others hear nothing of them",
	"enum-register-username": "a form must say that a name is taken; how often it is asked is for ScopedRateThrottle to bound",
}

// testFunction finds the declarations of tests.
var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// TestEveryAttackIsPlayed keeps the list of attacks and the tests in step: each case is run from the file, named by a
// test of this package, played by a test that elsewhere names, or listed among those that are not played.
func TestEveryAttackIsPlayed(t *testing.T) {
	t.Parallel()
	named, functions := testSources(t)
	for _, c := range loadCases(t) {
		function, away := elsewhere[c.ID]
		_, left := notPlayed[c.ID]
		here := isRunFromFile(c) || told[c.ID] == "" && strings.Contains(named, `"`+c.ID+`"`)
		switch {
		case away && !functions[function]:
			t.Errorf("%s: there is no %s", c.ID, function)
		case here && (away || left), away && left:
			t.Errorf("%s is played: take it off a list", c.ID)
		case !here && !away && !left && pendingReason(c) == "":
			t.Errorf("%s is played by no test", c.ID)
		}
	}
}

// isRunFromFile says whether a case is one of those that are read from the file and run.
func isRunFromFile(c attack.Case) bool {
	if c.Group == "session" || c.Group == "csrf" {
		return c.Request != nil
	}
	return slices.Contains(attackGroups, c.Group) && c.Steps == nil && told[c.ID] == "" && pendingReason(c) == ""
}

// testSources returns the text of the tests of this package, but this file, and the names of all tests of the module.
func testSources(t *testing.T) (text string, functions map[string]bool) {
	t.Helper()
	var all strings.Builder
	functions = map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range testFunction.FindAllSubmatch(source, -1) {
			functions[string(found[1])] = true
		}
		if filepath.Dir(path) == filepath.Join("..", "tests") && filepath.Base(path) != "attacks_coverage_test.go" {
			_, _ = all.Write(source) // never fails
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String(), functions
}
