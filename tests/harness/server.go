package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"watchword/tests/contract"
)

// Config says how a server is started.
type Config struct {
	Database      Database
	Settings      any      // written to the settings file as JSON; nil: DefaultSettings
	Fixtures      any      // rows for loaddata; nil: none
	Adopt         bool     // the database is a Django project's
	Compatibility string   // "safe" (default) or "exact"
	Environ       []string // further variables, NAME=value
	Secrets       []string // texts that must not be in the log, beside those that Do sends and gets
	Untouched     bool     // nothing is set but where it listens, as when somebody starts it for the first time
}

// Server is a running server.
type Server struct {
	URL, Host string
	Dir       string // its working folder
	MailDir   string // where it writes mails

	cfg     Config
	environ []string
	log     *os.File
	client  *http.Client
	process *exec.Cmd
	exited  chan struct{} // closed when process has ended
	stopped sync.Once

	settings    string // all that a server's description can depend on
	describing  sync.Mutex
	described   *contract.Contract // what the server says of itself; nil: not read yet
	undescribed bool               // it says nothing
	faults      []string           // of its answers

	mu      sync.Mutex
	secrets []string // that were sent and got through Do
	said    []string // what is wrong with what commands have printed
}

// Start loads the fixtures, starts the server and waits until it is ready. The server is stopped when the test ends; its
// log is shown if the test failed, and searched for secrets in any case.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	s := prepare(t, cfg)
	if cfg.Adopt {
		if out, err := s.Command(t.Context(), "adopt"); err != nil {
			t.Fatalf("adopt: %v\n%s", err, out)
		}
	}
	if cfg.Fixtures != nil {
		path := writeJSON(t, filepath.Join(s.Dir, "fixtures.json"), cfg.Fixtures)
		if out, err := s.Command(t.Context(), "loaddata", path); err != nil {
			t.Fatalf("loaddata: %v\n%s", err, out)
		}
	}
	s.Launch(t)
	return s
}

// prepare makes the folders, the settings file and the environment, and starts nothing.
func prepare(t testing.TB, cfg Config) *Server {
	t.Helper()
	dir := t.TempDir()
	host := FreeHost(t)
	s := &Server{URL: "http://" + host, Host: host, Dir: dir, MailDir: filepath.Join(dir, "mail"), cfg: cfg,
		client: newClient()}
	if err := os.Mkdir(s.MailDir, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := cfg.Settings
	if settings == nil {
		settings = DefaultSettings(t)
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	s.log = log
	compatibility := cfg.Compatibility
	if compatibility == "" {
		compatibility = "safe"
	}
	s.environ = append(inherited(),
		"WATCHWORD_SETTINGS="+writeJSON(t, filepath.Join(dir, "settings.json"), settings),
		"WATCHWORD_DATABASE_URL="+cfg.Database.URL,
		"WATCHWORD_LISTEN="+host,
		"WATCHWORD_EMAIL_BACKEND=filebased",
		"WATCHWORD_EMAIL_FILE_PATH="+s.MailDir,
		"WATCHWORD_COMPATIBILITY="+compatibility,
		"WATCHWORD_DEMO=true",
		"WATCHWORD_DRAIN_DELAY=0s", // no load balancer to wait for
		// Many servers share a machine here that may be slow, or have a slow disk: what is right must not turn into a 503.
		"WATCHWORD_REQUEST_TIMEOUT=1m",
		"WATCHWORD_DATABASE_POOL_TIMEOUT=1m",
		"WATCHWORD_DATABASE_STATEMENT_TIMEOUT=1m",
		`WATCHWORD_PASSWORD_GATE={"WAIT": "1m"}`,
	)
	if cfg.Untouched {
		settings, s.environ = nil, append(inherited(), "WATCHWORD_LISTEN="+host)
	}
	s.environ = append(s.environ, cfg.Environ...)
	s.settings = settingsOf(t, settings, compatibility, cfg.Environ)
	t.Cleanup(func() { s.finish(t) })
	return s
}

// Command runs one of the program's commands in the server's environment and returns what it printed.
func (s *Server) Command(ctx context.Context, args ...string) (string, error) {
	return s.Run(ctx, Invocation{Args: args})
}

// Invocation is a command with more than arguments.
type Invocation struct {
	Args    []string
	Environ []string // further variables, NAME=value
	Input   string   // what is typed
}

// Run is [Server.Command] with environment and input.
func (s *Server) Run(ctx context.Context, i Invocation) (string, error) {
	cmd := exec.CommandContext(ctx, os.Getenv(binaryVariable), i.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin = s.Dir, slices.Concat(s.environ, i.Environ), strings.NewReader(i.Input)
	out, err := cmd.CombinedOutput()
	s.searchOutput(string(out), i)
	return string(out), err
}

// searchOutput searches what a command has printed. What is found is told when the server is stopped.
func (s *Server) searchOutput(out string, i Invocation) {
	if slices.Contains(i.Args, dumping) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range search(out, slices.Concat(s.cfg.Secrets, s.secrets, secretKeys(i.Environ))) {
		s.said = append(s.said, strings.Join(i.Args, " ")+": "+fault)
	}
}

// Launch starts the server process and waits until it is ready. Use it after [Server.Kill] or [Server.Terminate].
func (s *Server) Launch(t testing.TB) {
	t.Helper()
	cmd := exec.Command(os.Getenv(binaryVariable), "serve") // no context: finish stops it in an orderly way
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.Dir, s.environ, s.log, s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	s.process, s.exited = cmd, exited
	go func() {
		_ = cmd.Wait() // the state is in cmd.ProcessState
		close(exited)
	}()
	s.awaitReady(t)
}

func (s *Server) awaitReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	for {
		if got, err := s.Do(ctx, http.MethodGet, "/readyz", "", nil); err == nil && got.Status == http.StatusOK {
			return
		}
		select {
		case <-s.exited:
			t.Fatalf("the server ended (%v); its log:\n%s", s.process.ProcessState, tail(s.Log(t)))
		case <-ctx.Done():
			t.Fatalf("the server is not ready after %v; its log:\n%s", Patience, tail(s.Log(t)))
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Signal sends a signal to the server process.
func (s *Server) Signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

// Kill ends the server without warning, as a power cut would, and waits until it is gone.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.Signal(t, syscall.SIGKILL)
	<-s.exited
	s.client.CloseIdleConnections()
}

// Terminate asks the server to stop, and waits until it has.
func (s *Server) Terminate(t testing.TB) {
	t.Helper()
	s.Signal(t, syscall.SIGTERM)
	s.AwaitExit(t)
}

// AwaitExit waits for the end of a server that was asked to stop, and says what is wrong with that end.
func (s *Server) AwaitExit(t testing.TB) {
	t.Helper()
	s.client.CloseIdleConnections()
	select {
	case <-s.exited:
		if state := s.process.ProcessState; !state.Success() {
			t.Errorf("the server ended with %v", state)
		}
	case <-time.After(Patience):
		t.Errorf("the server has not stopped %v after it was asked to", Patience)
		_ = s.process.Process.Kill()
		<-s.exited
	}
}

// PID is the number of the server's process.
func (s *Server) PID() int { return s.process.Process.Pid }

// Running says whether the process is alive.
func (s *Server) Running() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// finish stops the server if it runs, and looks at its log.
func (s *Server) finish(t testing.TB) {
	s.stopped.Do(func() {
		if s.process != nil && s.Running() {
			s.Terminate(t)
		}
		s.checkLog(t)
		s.reportFaults(t)
		if t.Failed() {
			t.Logf("the server's log:\n%s", tail(s.Log(t)))
		}
		if err := s.log.Close(); err != nil {
			t.Error(err)
		}
	})
}

// inherited is the environment without anything that configures the server.
func inherited() []string {
	var out []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "WATCHWORD_") && !strings.HasPrefix(variable, "DJANGO_") {
			out = append(out, variable)
		}
	}
	return out
}

func settingsOf(t testing.TB, settings any, compatibility string, environ []string) string {
	t.Helper()
	data, err := json.Marshal([]any{settings, compatibility, environ})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeJSON(t testing.TB, path string, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// lastPort counts through ports that the system does not hand out by itself, so that no outgoing connection takes a
// port between its choice and the server's start.
var lastPort atomic.Int32

// FreeHost is an address of loopback at which nobody listens, and which is given to nobody else in this run.
func FreeHost(t testing.TB) string {
	t.Helper()
	const first, count = 20000, 12000
	for range count {
		port := first + (int(lastPort.Add(1))+os.Getpid()*31)%count
		address := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return address
	}
	t.Fatal("no free port")
	return ""
}
