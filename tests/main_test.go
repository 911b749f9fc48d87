// Package tests looks at the server from outside: the built binary over HTTP, real databases, real Django.
//
// Variables: WATCHWORD_TEST_BINARY tests a binary that is built already, WATCHWORD_TEST_POSTGRES names a PostgreSQL
// server on which databases may be created, TEST_TRANSCRIPTS and TEST_ATTACKS name further recordings and attack
// cases. What is missing is skipped, but with CI=true it fails.
package tests

import (
	"context"
	"fmt"
	"os"
	"testing"

	"watchword/tests/harness"
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	remove, err := harness.Build(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	code := m.Run()
	if err := harness.DropTemplates(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
