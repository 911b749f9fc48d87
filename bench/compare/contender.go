package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// contender is a running server, with what its user got by logging in.
type contender struct {
	name    string
	base    string
	command *exec.Cmd

	credentials string // JSON: what logs in
	access      string
	refresh     string
	chains      []string // further refresh tokens, for loads that use them up
	opaque      string
	session     string // the cookie
}

// start starts a server that writes its log to a file, and waits until it answers.
func start(ctx context.Context, name, address, logged string, command *exec.Cmd) (*contender, error) {
	c := &contender{name: name, base: "http://" + address, command: command}
	file, err := os.Create(logged)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // the server has its own
	command.Stderr = file
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	if err := command.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		if answer, err := http.Get(c.base + "/healthz"); err == nil {
			_ = answer.Body.Close()
			return c, ctx.Err()
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.stop()
	said, err := os.ReadFile(logged)
	return nil, errors.Join(fmt.Errorf("%s does not answer:\n%s", name, said), err)
}

func (c *contender) stop() {
	_ = c.command.Process.Signal(syscall.SIGTERM) // it may have gone already
	_ = c.command.Wait()
}

// logIn logs in with every scheme.
func (c *contender) logIn(ctx context.Context, password string) error {
	credentials, err := json.Marshal(map[string]string{"username": username, "password": password})
	if err != nil {
		return err
	}
	c.credentials = string(credentials)
	for range chainCount + 1 {
		pair, _, err := c.post(ctx, "/api/token/", c.credentials)
		if err != nil {
			return err
		}
		c.chains = append(c.chains, pair["refresh"])
		c.access, c.refresh = pair["access"], pair["refresh"]
	}
	c.chains = c.chains[:chainCount]
	token, _, err := c.post(ctx, "/auth/login/", c.credentials)
	if err != nil {
		return err
	}
	c.opaque = token["token"]
	_, cookies, err := c.post(ctx, "/dj-rest-auth/login/", c.credentials)
	if err != nil {
		return err
	}
	for _, cookie := range cookies {
		if cookie.Name == "sessionid" {
			c.session = cookie.Name + "=" + cookie.Value
		}
	}
	if c.access == "" || c.refresh == "" || c.opaque == "" || c.session == "" {
		return fmt.Errorf("%s does not log in with every scheme", c.name)
	}
	return nil
}

// post sends JSON and returns the texts of the answer.
func (c *contender) post(ctx context.Context, path, body string) (texts map[string]string, cookies []*http.Cookie, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		return nil, nil, fmt.Errorf("%s: POST %s: %s", c.name, path, answer.Status)
	}
	var fields map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&fields); err != nil {
		return nil, nil, fmt.Errorf("%s: POST %s: %w", c.name, path, err)
	}
	texts = map[string]string{}
	for name, value := range fields {
		if text, ok := value.(string); ok {
			texts[name] = text
		}
	}
	return texts, answer.Cookies(), nil
}

// ticksPerSecond is the unit of /proc/PID/stat on Linux.
const ticksPerSecond = 100

// processor returns the processor time that the server and its workers have used.
func (c *contender) processor() (used time.Duration) {
	for _, pid := range c.processes() {
		stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
		if err != nil {
			continue // it ended in between
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		for _, field := range fields[11:13] { // utime and stime, of which the first two fields are cut off
			ticks, _ := strconv.Atoi(field) // the kernel writes numbers
			used += time.Duration(ticks) * time.Second / ticksPerSecond
		}
	}
	return used
}

// memory returns the memory of the server and its workers in MiB, with what they share counted once.
func (c *contender) memory() (mib float64) {
	for _, pid := range c.processes() {
		rollup, err := os.ReadFile(filepath.Join("/proc", pid, "smaps_rollup"))
		if err != nil {
			continue // it ended in between
		}
		for line := range strings.Lines(string(rollup)) {
			if size, ok := strings.CutPrefix(line, "Pss:"); ok {
				kib, _ := strconv.ParseFloat(strings.Fields(size)[0], 64) // the kernel writes numbers
				mib += kib / 1024
			}
		}
	}
	return mib
}

// processes returns the ids of the server and its workers.
func (c *contender) processes() []string {
	pid := strconv.Itoa(c.command.Process.Pid)
	children, _ := os.ReadFile(filepath.Join("/proc", pid, "task", pid, "children")) // none if it cannot be read
	return append([]string{pid}, strings.Fields(string(children))...)
}
