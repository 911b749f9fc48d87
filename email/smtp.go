package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// mailServer hands mails to a mail server, each in a connection of its own.
type mailServer struct {
	cfg Config
	tls *tls.Config
}

// NewSMTP returns a sender that hands mails to the mail server of cfg. It connects only to send. The error is about the
// certificate of EMAIL_SSL_CERTFILE.
func NewSMTP(cfg Config) (Sender, error) {
	certificates, err := cfg.certificates()
	if err != nil {
		return nil, fmt.Errorf("EMAIL_SSL_CERTFILE: %w", err)
	}
	return &mailServer{cfg: cfg, tls: &tls.Config{
		ServerName:         cfg.Host,
		MinVersion:         tls.VersionTLS12,
		Certificates:       certificates,
		InsecureSkipVerify: !cfg.UseTLS && !cfg.UseSSL, //nolint:gosec // without them encryption is a favour (RFC 7435)
	}}, nil
}

// certificates reads the certificate to show to the server; none if there is none to show.
func (c Config) certificates() ([]tls.Certificate, error) {
	if c.CertFile == "" {
		return nil, nil
	}
	key := c.KeyFile
	if key == "" {
		key = c.CertFile
	}
	pair, err := tls.LoadX509KeyPair(c.CertFile, key)
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{pair}, nil
}

// Send implements Sender. The whole conversation takes no longer than EMAIL_TIMEOUT, however slowly the server talks.
func (s *mailServer) Send(ctx context.Context, m Message) error {
	text, err := encode(m, false)
	if err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	from, err := ParseSender(m.From)
	if err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	to, err := ParseAddress(m.To)
	if err != nil {
		return &SendError{Kind: Permanent, Step: "writing the mail", Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.SendTimeout())
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return unavailable("connecting", err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })() // wakes whoever reads or writes
	client, err := s.begin(conn)
	if err != nil {
		return err
	}
	if err := deliver(client, from, to, text); err != nil {
		return err
	}
	_ = client.Quit() // it has the mail; how it says goodbye is no matter
	return nil
}

// dial opens the connection, encrypted if EMAIL_USE_SSL says so.
func (s *mailServer) dial(ctx context.Context) (net.Conn, error) {
	address := net.JoinHostPort(strings.Trim(s.cfg.Host, "[]"), strconv.Itoa(s.cfg.Port))
	if s.cfg.UseSSL {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, "tcp", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}

// begin greets the server, encrypts and logs in. Whatever goes wrong here concerns all mails.
func (s *mailServer) begin(conn net.Conn) (*smtp.Client, error) {
	client, err := smtp.NewClient(conn, s.cfg.Host)
	if err != nil {
		return nil, unavailable("greeting", err)
	}
	if err := client.Hello(localName()); err != nil {
		return nil, unavailable("EHLO", err)
	}
	if err := s.encrypt(client); err != nil {
		return nil, unavailable("STARTTLS", err)
	}
	if err := s.login(client); err != nil {
		return nil, unavailable("AUTH", err)
	}
	return client, nil
}

// encrypt switches to TLS if the server offers it, and insists if the settings do.
func (s *mailServer) encrypt(client *smtp.Client) error {
	if s.cfg.UseSSL {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); offered {
		return client.StartTLS(s.tls)
	}
	if s.cfg.UseTLS {
		return errors.New("the server does not offer it, and EMAIL_USE_TLS insists")
	}
	return nil
}

// login proves who we are, with the best method that the server knows.
func (s *mailServer) login(client *smtp.Client) error {
	if s.cfg.User == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	method := s.method(strings.Fields(strings.ToUpper(offered)))
	if method == nil {
		return fmt.Errorf("EMAIL_HOST_USER is set, and the server offers none of SCRAM-SHA-256, PLAIN, LOGIN and "+
			"CRAM-MD5, but %q", offered)
	}
	return client.Auth(method)
}

// method chooses among the methods that the server offers; nil if we know none of them. The password is sent as it is
// only where the settings insist on encryption or the administrator was warned; see ExposesPassword.
func (s *mailServer) method(offered []string) smtp.Auth {
	user, password, host := s.cfg.User, s.cfg.Password, s.cfg.Host
	for _, known := range []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(user, password)},
		{"PLAIN", smtp.PlainAuth("", user, password, host, true)},
		{"LOGIN", smtp.LoginAuth(user, password, host, true)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(user, password)},
	} {
		for _, name := range offered {
			if name == known.name {
				return known.auth
			}
		}
	}
	return nil
}

// deliver hands over one mail.
func deliver(client *smtp.Client, from, to Address, text []byte) error {
	if err := client.Mail("<" + from.Spec + ">"); err != nil {
		return refusal(stepFrom, err)
	}
	if err := client.Rcpt("<" + to.Spec + ">"); err != nil {
		return refusal("RCPT TO", err)
	}
	body, err := client.Data()
	if err != nil {
		return refusal("DATA", err)
	}
	if _, err := body.Write(text); err != nil {
		return refusal("sending the text", err)
	}
	if err := body.Close(); err != nil {
		return refusal("end of DATA", err)
	}
	return nil
}
