package replay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watchword/tests/contract"
)

// Target is the server that a transcript is played against.
type Target struct {
	Host    string // host:port
	MailDir string // where it writes its mails, one file or several

	// Manage runs a management command in the server's environment and returns its output. Optional: without it such
	// steps are skipped.
	Manage func(argv []string) (string, error)

	// Check hears of every answer. Optional.
	Check func(contract.Answer)
}

// Outcome is how one step went.
type Outcome struct {
	Step    int // from 0
	Title   string
	Path    string
	Status  int      // of the answer; 0 without one, and for commands
	Diffs   []string // differences, none when the step passed
	Skipped string   // why the step was not performed; "" when it was
}

// Play performs all steps in order and tells how each went. Steps marked as quirks are not sent.
func Play(ctx context.Context, t *Transcript, target Target) ([]Outcome, error) {
	box, err := openMailbox(target.MailDir)
	if err != nil {
		return nil, err
	}
	p := player{
		target: target, box: box, jars: map[string]*jar{},
		vars: variables{"BASE": "http://" + target.Host, "HOST": target.Host},
	}
	outcomes := make([]Outcome, len(t.Steps))
	for i := range t.Steps {
		step := &t.Steps[i]
		outcomes[i] = p.perform(ctx, step)
		outcomes[i].Step = i
		outcomes[i].Title = fmt.Sprintf("#%d %s%s", i+1, step.Name, outcomes[i].Title)
	}
	return outcomes, nil
}

// player is the state between steps.
type player struct {
	target Target
	box    *mailbox
	jars   map[string]*jar
	vars   variables
}

func (p *player) perform(ctx context.Context, step *Step) Outcome {
	switch {
	case step.Quirk:
		return Outcome{Skipped: "quirk"}
	case step.Manage != nil:
		return p.manage(step)
	}
	if step.Sleep > 0 {
		time.Sleep(time.Duration(step.Sleep * float64(time.Second)))
	}
	var r request
	if err := p.vars.decode(step.Request, &r); err != nil {
		return Outcome{Diffs: []string{"a request that cannot be read: " + err.Error()}}
	}
	out := Outcome{Path: r.Path, Title: fmt.Sprintf(" (%s %s)", r.Method, short(r.Path))}
	j := p.jar(r.Cookies, step.NewJar)
	got, err := r.send(ctx, p.target.Host, j)
	if err != nil {
		out.Diffs = []string{"no answer, or none that can be read: " + err.Error()}
		return out
	}
	out.Status = got.status
	if p.target.Check != nil {
		p.target.Check(contract.Answer{Method: r.Method, Path: r.Path, Status: got.status, Header: got.header, Body: got.body})
	}
	mails, err := p.box.wait(p.expectedMails(step))
	if err != nil {
		out.Diffs = append(out.Diffs, "the mails cannot be read: "+err.Error())
	}
	out.Diffs = append(out.Diffs, diffStep(step, got, mails, p.vars)...)
	for _, name := range sortedKeys(step.Capture) {
		value, ok := capture(step.Capture[name], got, mails, j)
		if !ok {
			out.Diffs = append(out.Diffs, fmt.Sprintf("capture %s: nothing at %s", name, step.Capture[name]))
			continue
		}
		p.vars[name] = value
	}
	return out
}

func (p *player) expectedMails(step *Step) int {
	var expected []expectedMail
	if err := p.vars.decode(step.Mail, &expected); err != nil {
		return 0 // diffStep reports it
	}
	return len(expected)
}

// jar finds the cookie jar that a request names; nil for "none".
func (p *player) jar(name string, fresh bool) *jar {
	if name == "none" {
		return nil
	}
	if name == "" {
		name = "jar"
	}
	if fresh || p.jars[name] == nil {
		p.jars[name] = newJar()
	}
	return p.jars[name]
}

func (p *player) manage(step *Step) Outcome {
	title := fmt.Sprintf(" (%s)", strings.Join(step.Manage.Argv, " "))
	if p.target.Manage == nil {
		return Outcome{Title: title, Skipped: "management command"}
	}
	output, err := p.target.Manage(step.Manage.Argv)
	diffs := diff(step.Manage.Stdout, output, "output")
	if err != nil {
		diffs = append(diffs, err.Error())
	}
	return Outcome{Title: title, Diffs: diffs}
}
