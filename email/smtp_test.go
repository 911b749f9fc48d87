package email

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/email/smtptest"
)

// sender returns a sender to the server that trusts its certificate.
func sender(t *testing.T, server *smtptest.Server, cfg Config) *mailServer {
	t.Helper()
	cfg.Backend, cfg.Host, cfg.Port = BackendSMTP, "127.0.0.1", server.Port()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m := s.(*mailServer)
	m.tls.RootCAs = server.Pool()
	return m
}

func TestAMailServerGetsTheMail(t *testing.T) {
	for name, test := range map[string]struct {
		server smtptest.Config
		cfg    Config
	}{
		"in clear":               {},
		"in clear, logged in":    {smtptest.Config{User: "u", Password: "p"}, Config{User: "u", Password: "p"}},
		"STARTTLS if offered":    {smtptest.Config{Encryption: smtptest.STARTTLS}, Config{}},
		"STARTTLS insisted":      {smtptest.Config{Encryption: smtptest.STARTTLS}, Config{UseTLS: true}},
		"STARTTLS and logged in": {smtptest.Config{Encryption: smtptest.STARTTLS, User: "u", Password: "p"}, Config{UseTLS: true, User: "u", Password: "p"}},
		"TLS":                    {smtptest.Config{Encryption: smtptest.TLS}, Config{UseSSL: true}},
		"TLS and logged in":      {smtptest.Config{Encryption: smtptest.TLS, User: "u", Password: "p"}, Config{UseSSL: true, User: "u", Password: "p"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := smtptest.Start(t, test.server)
			test.cfg.From = "webmaster@localhost"
			if err := sender(t, server, test.cfg).Send(t.Context(), newMessage()); err != nil {
				t.Fatal(err)
			}
			mails := server.Mails()
			if len(mails) != 1 || mails[0].From != "team@example.com" || mails[0].To != "ada@example.com" {
				t.Fatalf("the server has %+v", mails)
			}
			if diff := cmp.Diff(wantParsed(), parse(t, mails[0].Raw)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsSayWhetherToTryAgain(t *testing.T) {
	reply := func(code int, text string) func(string) error {
		return func(string) error { return smtptest.Reply(code, text) }
	}
	data := func(err error) func(smtptest.Mail) error { return func(smtptest.Mail) error { return err } }
	for name, test := range map[string]struct {
		server smtptest.Config
		cfg    Config
		want   Kind
		code   int
		step   string
	}{
		"busy greeting": {server: smtptest.Config{Greet: func() error { return smtptest.Reply(421, "busy") }},
			want: Unavailable, code: 421},
		"hangs up at once":       {server: smtptest.Config{Greet: func() error { return smtptest.ErrHangUp }}, want: Unavailable},
		"no STARTTLS":            {cfg: Config{UseTLS: true}, want: Unavailable, step: "STARTTLS"},
		"no TLS":                 {cfg: Config{UseSSL: true}, want: Unavailable, step: "connecting"},
		"no AUTH":                {cfg: Config{User: "u", Password: "p"}, want: Unavailable, step: "AUTH"},
		"wrong password":         {server: smtptest.Config{User: "u", Password: "p"}, cfg: Config{User: "u", Password: "x"}, want: Unavailable, code: 535, step: "AUTH"},
		"no password":            {server: smtptest.Config{User: "u", Password: "p"}, want: Unavailable, code: 530, step: stepFrom},
		"sender unknown":         {server: smtptest.Config{From: reply(550, "5.1.8 no such sender")}, want: Temporary, code: 550, step: stepFrom},
		"sender comes too often": {server: smtptest.Config{From: reply(450, "4.7.1 slow down")}, want: Temporary, code: 450},
		"receiver unknown":       {server: smtptest.Config{To: reply(550, "5.1.1 no such user")}, want: Permanent, code: 550, step: "RCPT TO"},
		"receiver greylisted":    {server: smtptest.Config{To: reply(451, "4.7.1 greylisted")}, want: Temporary, code: 451},
		"relaying denied":        {server: smtptest.Config{To: reply(554, "5.7.1 relaying denied")}, want: Temporary, code: 554},
		"closing down":           {server: smtptest.Config{To: reply(421, "4.3.2 closing down")}, want: Unavailable, code: 421},
		"hangs up at RCPT":       {server: smtptest.Config{To: func(string) error { return smtptest.ErrHangUp }}, want: Temporary},
		"text refused":           {server: smtptest.Config{Data: data(smtptest.Reply(552, "5.3.4 too big"))}, want: Permanent, code: 552, step: "end of DATA"},
		"text deferred":          {server: smtptest.Config{Data: data(smtptest.Reply(452, "4.3.1 disk full"))}, want: Temporary, code: 452},
		"hangs up after DATA":    {server: smtptest.Config{Data: data(smtptest.ErrHangUp)}, want: Temporary, step: "end of DATA"},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.From = "webmaster@localhost"
			test.cfg.Timeout = 5 * time.Second
			err := sender(t, smtptest.Start(t, test.server), test.cfg).Send(t.Context(), newMessage())
			var failed *SendError
			if !errors.As(err, &failed) {
				t.Fatalf("Send = %v, want a SendError", err)
			}
			if failed.Kind != test.want || failed.Code != test.code || test.step != "" && failed.Step != test.step {
				t.Errorf("Send = %v at %q with %d (%v), want %v at %q with %d",
					failed.Kind, failed.Step, failed.Code, err, test.want, test.step, test.code)
			}
		})
	}
}

func TestNobodyAnswering(t *testing.T) {
	cfg := Config{From: "webmaster@localhost"}
	err := sender(t, smtptest.New(t, smtptest.Config{}), cfg).Send(t.Context(), newMessage())
	if KindOf(err) != Unavailable {
		t.Errorf("Send = %v, want one that is unavailable", err)
	}
}

func TestACertificateThatNobodyVouchesForIsRefused(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{Encryption: smtptest.STARTTLS, User: "u", Password: "p"})
	s := sender(t, server, Config{From: "webmaster@localhost", UseTLS: true, User: "u", Password: "p"})
	s.tls.RootCAs = nil
	err := s.Send(t.Context(), newMessage())
	var unknown *tls.CertificateVerificationError
	if !errors.As(err, &unknown) || KindOf(err) != Unavailable {
		t.Errorf("Send = %v, want an error about the certificate", err)
	}
	if n := len(server.Mails()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}

// TestAServerThatTakesForEverIsLeft talks to ports that accept connections and never finish a line.
func TestAServerThatTakesForEverIsLeft(t *testing.T) {
	for name, talk := range map[string]func(conn net.Conn){
		"says nothing": func(net.Conn) {},
		"says a little at a time": func(conn net.Conn) {
			for {
				if _, err := conn.Write([]byte("2")); err != nil {
					return
				}
				runtime.Gosched()
			}
		},
		"listens for ever": func(conn net.Conn) {
			_, _ = conn.Write([]byte("220 hello\r\n"))
			_, _ = io.Copy(io.Discard, conn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{
				Host: "127.0.0.1", Port: listen(t, talk), From: "webmaster@localhost", Timeout: 50 * time.Millisecond,
			}
			wantUnavailable(t.Context(), t, cfg)
			cfg.Timeout = time.Hour
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			wantUnavailable(ctx, t, cfg)
		})
	}
}

// listen lets talk have every connection to the returned port, until the test ends.
func listen(t *testing.T, talk func(conn net.Conn)) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var talking sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		talking.Wait()
	})
	talking.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			talking.Go(func() { talk(conn) })
		}
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func wantUnavailable(ctx context.Context, t *testing.T, cfg Config) {
	t.Helper()
	s, err := NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, newMessage()); KindOf(err) != Unavailable {
		t.Errorf("Send = %v, want one that is unavailable", err)
	}
}

func TestErrorsRepeatNoLinks(t *testing.T) {
	const said = "5.2.3 rejected, see\nhttps://example.com/confirm/secret/ for more\x07"
	server := smtptest.Start(t, smtptest.Config{
		Data: func(smtptest.Mail) error { return smtptest.Reply(554, strings.ReplaceAll(said, "\n", " ")) },
	})
	err := sender(t, server, Config{From: "webmaster@localhost"}).Send(t.Context(), newMessage())
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "5.2.3 rejected, see (link) for more") {
		t.Errorf("Send = %v, want the answer without its link", err)
	}
	if got := (&SendError{Step: "x", Err: errors.New(strings.Repeat("ä", 1000))}).Error(); len(got) > maxErrorText+20 {
		t.Errorf("the error has %d bytes", len(got))
	}
}

func TestAPasswordIsExposedWithoutEncryption(t *testing.T) {
	base := Config{Backend: BackendSMTP, Host: "mail.example.com", User: "u", Password: "p"}
	for name, test := range map[string]struct {
		change func(*Config)
		want   bool
	}{
		"no encryption":    {func(*Config) {}, true},
		"STARTTLS":         {func(c *Config) { c.UseTLS = true }, false},
		"TLS":              {func(c *Config) { c.UseSSL = true }, false},
		"no password":      {func(c *Config) { c.Password = "" }, false},
		"this machine":     {func(c *Config) { c.Host = "LOCALHOST" }, false},
		"this machine's 6": {func(c *Config) { c.Host = "[::1]" }, false},
		"another backend":  {func(c *Config) { c.Backend = BackendConsole }, false},
	} {
		cfg := base
		test.change(&cfg)
		if got := cfg.ExposesPassword(); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestSettingsThatCannotWorkAreAllNamed(t *testing.T) {
	cfg := DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	cfg = Config{
		Backend: BackendSMTP, Port: 70000, Password: "hidden", UseTLS: true, UseSSL: true, Timeout: -1, KeyFile: "key.pem",
		From: "nobody",
	}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, name := range []string{
		"DEFAULT_FROM_EMAIL", "EMAIL_TIMEOUT", "EMAIL_USE_TLS", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER",
		"EMAIL_SSL_CERTFILE",
	} {
		if !strings.Contains("\n"+err.Error(), "\n"+name+":") {
			t.Errorf("nothing about %s in:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hidden") {
		t.Error("the password is in the error")
	}
	for _, port := range []int{-1, 65536} {
		if err := (Config{Backend: BackendConsole, Port: port, From: "a@b.org"}).Validate(); err == nil {
			t.Errorf("the port %d is taken while nobody connects to it", port)
		}
	}
	if err := (Config{Backend: BackendFile, From: "a@b.org"}).Validate(); err == nil || !strings.HasPrefix(err.Error(), "EMAIL_FILE_PATH:") {
		t.Errorf("filebased without a folder: %v", err)
	}
	if err := (Config{Backend: BackendSMTP, Host: "h", Port: 25, From: "a@b.org", CertFile: "/nonexistent"}).Validate(); err == nil {
		t.Error("a certificate that is not there was accepted")
	}
}
