// Watchword is an authentication server that speaks the HTTP protocols of Django's authentication packages.
//
// Package main chooses and connects: it reads the settings, opens what they name, and hands it to the packages that do
// the work. Each command has a file of its own (command_*.go), the settings are in settings*.go, and server.go puts the
// server together, with a file for each larger part of it (server_*.go).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	_ "time/tzdata" // TIME_ZONE works on machines that have no time zones of their own

	"github.com/alecthomas/kong"

	"watchword/auth/origin"
)

//go:generate go run . settings-reference --output docs/settings.md
//go:generate go run . checks-reference --output docs/checks.md

// The exit codes of run.
const (
	exitOK     = 0
	exitFailed = 1 // it did not work; the message says why
	exitUsage  = 2 // the command line or the settings are wrong: trying again will not help
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// commands is the command line. The names of the commands are Django's where Django has them.
type commands struct {
	Settings string `placeholder:"FILE" help:"Settings file (default: $$WATCHWORD_SETTINGS)."`

	Serve              serveCommand            `cmd:"" default:"withargs" help:"Run the server. This is the default."`
	Migrate            migrateCommand          `cmd:"" help:"Bring the database up to date."`
	Adopt              adoptCommand            `cmd:"" help:"Take up the database of a Django project."`
	CreateSuperuser    createCommand           `cmd:"" name:"createsuperuser" help:"Create an administrator."`
	CreateUser         createUserCommand       `cmd:"" name:"createuser" help:"Create a user."`
	ChangePassword     passwordCommand         `cmd:"" name:"changepassword" help:"Set a user's password."`
	ActivateUser       activateCommand         `cmd:"" name:"activateuser" help:"Enable accounts."`
	DeactivateUser     deactivateCommand       `cmd:"" name:"deactivateuser" help:"Disable accounts and end their logins."`
	LoadData           loadCommand             `cmd:"" name:"loaddata" help:"Load rows from Django fixtures (JSON)."`
	DumpData           dumpCommand             `cmd:"" name:"dumpdata" help:"Print rows as a Django fixture (JSON)."`
	ClearAuthTokens    clearCommand            `cmd:"" name:"clearexpiredauthtokens" help:"Delete expired opaque tokens and links."`
	ClearSessions      clearSessionsCommand    `cmd:"" name:"clearsessions" help:"Delete expired sessions."`
	SendActivation     sendActivationCommand   `cmd:"" name:"sendactivation" help:"Mail activation links."`
	SendConfirmation   sendConfirmationCommand `cmd:"" name:"sendconfirmation" help:"Mail confirmation links."`
	AuditLog           auditCommand            `cmd:"" name:"auditlog" help:"Print what has happened to accounts."`
	FlushExpiredTokens flushCommand            `cmd:"" name:"flushexpiredtokens" help:"Delete the rows of expired tokens."`
	SendTestEmail      sendTestCommand         `cmd:"" name:"sendtestemail" help:"Send a test mail."`
	Check              checkCommand            `cmd:"" help:"Look for mistakes in the settings."`
	DiffSettings       diffCommand             `cmd:"" name:"diffsettings" help:"Print the settings that differ from the defaults."`
	ImportSettings     importCommand           `cmd:"" name:"import-settings" help:"Make a settings file of the settings of a Django project."`
	Keys               keysCommand             `cmd:"" help:"List, generate or rotate the keys that sign tokens."`
	Version            versionCommand          `cmd:"" help:"Print the version."`
	HealthCheck        healthCommand           `cmd:"" name:"healthcheck" help:"Ask a running server whether it is ready."`
	SettingsReference  referenceCommand        `cmd:"" name:"settings-reference" hidden:"" help:"Write the reference of all settings."`
	ChecksReference    checksReferenceCommand  `cmd:"" name:"checks-reference" hidden:"" help:"Write the reference of all findings."`
}

// program is what every command works with.
type program struct {
	ctx      context.Context
	environ  []string
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	settings string // the --settings option
}

// run carries out one command line and returns the exit code. It ends early when ctx does.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{ctx: ctx, environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	var cli commands
	answered := false
	parser, err := kong.New(&cli,
		kong.Name("watchword"),
		kong.Description("An authentication server that speaks the protocols of Django's packages."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { answered = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return p.report(err)
	}
	command, err := parser.Parse(args)
	if answered {
		return exitOK
	}
	if err != nil {
		return p.report(usageError{err})
	}
	p.settings = cli.Settings
	p.ctx = origin.With(p.ctx, commandOrigin(command.Command()))
	return p.report(command.Run(p))
}

// commandOrigin says that what is done comes from a command, and from which user of this machine.
func commandOrigin(command string) origin.Origin {
	name, _, _ := strings.Cut(command, " ")
	return origin.Origin{Route: origin.CommandPrefix + name, Client: fmt.Sprintf("uid %d", os.Getuid())}
}

// usageError is a fault of the command line or the settings.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errReported says that the command has said what is wrong already.
var errReported = errors.New("already reported")

// report prints err for a person and returns the exit code that goes with it.
func (p *program) report(err error) int {
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errReported) {
		p.complain(err)
	}
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// complain prints what is wrong, one fault a line.
func (p *program) complain(err error) {
	text := strings.ReplaceAll(err.Error(), "\n\t", " ") // a continued line
	if !strings.Contains(text, "\n") {
		_, _ = fmt.Fprintf(p.stderr, "watchword: %s\n", text)
		return
	}
	_, _ = fmt.Fprintf(p.stderr, "watchword: several things are wrong:\n  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
}

// printf writes to standard output. A reader that went away is no failure of the command.
func (p *program) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.stdout, format, args...) }

// getenv returns the variable from the environment of run, or "".
func (p *program) getenv(name string) string {
	for _, entry := range p.environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}
