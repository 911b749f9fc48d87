// Package smtptest is a mail server for tests: a real one on a port of this machine, which keeps what it is given and
// fails when it is told to.
package smtptest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/mail"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// ErrHangUp is what a hook returns to have the connection closed without an answer.
var ErrHangUp = errors.New("hang up")

// Config says how the server is to be. Each hook may fail what the client asks for: with an error of Reply, or with
// ErrHangUp. Hooks are called from many goroutines. The zero value is a server that takes every mail.
type Config struct {
	Encryption Encryption
	User       string // if set, clients must log in with PLAIN
	Password   string

	Greet func() error            // a client has connected
	From  func(from string) error // it says who sends
	To    func(to string) error   // it says who receives
	Data  func(m Mail) error      // it has sent the mail, which is kept if and only if this succeeds or hangs up
}

// Encryption is how a server encrypts.
type Encryption int

// What a server may do.
const (
	Plain    Encryption = iota // no encryption
	STARTTLS                   // when asked
	TLS                        // from the first byte
)

// Mail is a mail that the server was given.
type Mail struct {
	From, To string // of the envelope
	Raw      []byte
}

// Message parses the mail.
func (m Mail) Message(t testing.TB) *mail.Message {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatalf("the mail cannot be parsed: %v", err)
	}
	return parsed
}

// Reply is an error that the server answers with: a code and a text, which may begin with an enhanced code as in
// "5.1.1 no such user".
func Reply(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
}

// Server is a mail server. Its methods may be called from many goroutines.
type Server struct {
	t    testing.TB
	cfg  Config
	addr string
	pair pair

	mutex   sync.Mutex
	running *smtp.Server // nil while it is stopped
	mails   []Mail
	arrived *sync.Cond
}

// New returns a server on a free port of 127.0.0.1 that is not started yet.
func New(t testing.TB, cfg Config) *Server {
	t.Helper()
	reserved, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, cfg: cfg, addr: reserved.Addr().String(), pair: newPair(t)}
	s.arrived = sync.NewCond(&s.mutex)
	if err := reserved.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Start returns a server that runs until the test ends.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	s := New(t, cfg)
	s.Start()
	return s
}

// Port is where the server listens, on 127.0.0.1.
func (s *Server) Port() int {
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// Start begins to listen.
func (s *Server) Start() {
	s.t.Helper()
	listener, err := new(net.ListenConfig).Listen(s.t.Context(), "tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	server.ReadTimeout, server.WriteTimeout = time.Minute, time.Minute
	server.ErrorLog = silent{}
	if s.cfg.Encryption != Plain {
		server.TLSConfig = &tls.Config{
			Certificates: []tls.Certificate{s.pair.certificate}, MinVersion: tls.VersionTLS12,
		}
	}
	if s.cfg.Encryption == TLS {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	s.mutex.Lock()
	s.running = server
	s.mutex.Unlock()
	go func() { _ = server.Serve(listener) }()
}

// Stop closes the port and all connections, if the server runs.
func (s *Server) Stop() {
	s.mutex.Lock()
	running := s.running
	s.running = nil
	s.mutex.Unlock()
	if running != nil {
		_ = running.Close()
	}
}

// Mails returns what the server has kept.
func (s *Server) Mails() []Mail {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.mails)
}

// Wait waits until the server has kept n mails, and returns them. The test's own time-out ends a wait in vain.
func (s *Server) Wait(n int) []Mail {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(s.mails) < n {
		s.arrived.Wait()
	}
	return slices.Clone(s.mails)
}

func (s *Server) keep(m Mail) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mails = append(s.mails, m)
	s.arrived.Broadcast()
}

// session begins a conversation.
func (s *Server) session(conn *smtp.Conn) (smtp.Session, error) {
	if s.cfg.Greet != nil {
		if err := s.cfg.Greet(); err != nil {
			return nil, answer(conn, err)
		}
	}
	return &session{server: s, conn: conn}, nil
}

// answer is what a hook's error becomes.
func answer(conn *smtp.Conn, err error) error {
	if errors.Is(err, ErrHangUp) {
		_ = conn.Conn().Close()
	}
	return err
}

// session is a conversation with one client.
type session struct {
	server  *Server
	conn    *smtp.Conn
	proved  bool
	pending Mail
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if s.server.cfg.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.cfg.User || password != s.server.cfg.Password {
			return smtp.ErrAuthFailed
		}
		s.proved = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.cfg.User != "" && !s.proved {
		return Reply(530, "5.7.0 log in first")
	}
	s.pending = Mail{From: from}
	if s.server.cfg.From == nil {
		return nil
	}
	return answer(s.conn, s.server.cfg.From(from))
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.pending.To = to
	if s.server.cfg.To == nil {
		return nil
	}
	return answer(s.conn, s.server.cfg.To(to))
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) (err error) {
	if s.pending.Raw, err = io.ReadAll(r); err != nil {
		return err
	}
	if s.server.cfg.Data != nil {
		err = s.server.cfg.Data(s.pending)
	}
	if err == nil || errors.Is(err, ErrHangUp) {
		s.server.keep(s.pending)
	}
	return answer(s.conn, err)
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.pending = Mail{} }

// Logout implements smtp.Session.
func (*session) Logout() error { return nil }

// silent is a log that nobody reads.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
