package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/term"
)

// errNoInput says that a question was asked and nobody is there to answer.
var errNoInput = errors.New("there is no more input to read an answer from")

// ask prints a question and returns the line that is typed.
func (p *program) ask(question string) (string, error) {
	p.printf("%s", question)
	return readLine(p.stdin)
}

// askSecret is ask, and does not show on a terminal what is typed.
func (p *program) askSecret(question string) (string, error) {
	p.printf("%s", question)
	if !isTerminal(p.stdin) {
		return readLine(p.stdin)
	}
	fd := int(p.stdin.(*os.File).Fd())
	defer showAgain(fd)()
	secret, err := term.ReadPassword(fd)
	p.printf("\n")
	if errors.Is(err, io.EOF) {
		return "", errNoInput
	}
	return string(secret), err
}

// showAgain makes the terminal show what is typed again even if the program is interrupted before it ends.
func showAgain(fd int) (done func()) {
	state, err := term.GetState(fd)
	if err != nil {
		return func() {}
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	go func() {
		if _, interrupted := <-interrupts; interrupted {
			_ = term.Restore(fd, state)
			os.Exit(exitFailed)
		}
	}()
	return func() {
		signal.Stop(interrupts)
		close(interrupts)
	}
}

// readLine reads up to the end of the line and not a byte further: what follows answers the next question.
func readLine(r io.Reader) (string, error) {
	var line strings.Builder
	for one := make([]byte, 1); ; {
		n, err := r.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return strings.TrimSuffix(line.String(), "\r"), nil
		case n == 1:
			line.WriteByte(one[0])
		case errors.Is(err, io.EOF) && line.Len() > 0:
			return line.String(), nil
		case errors.Is(err, io.EOF):
			return "", errNoInput
		case err != nil:
			return "", fmt.Errorf("cannot read the answer: %w", err)
		}
	}
}
