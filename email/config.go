package email

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Backend names a kind of sender.
type Backend string

// The backends.
const (
	BackendSMTP    Backend = "smtp"      // hand it to a mail server
	BackendConsole Backend = "console"   // print it
	BackendFile    Backend = "filebased" // write it into a folder
	BackendMemory  Backend = "locmem"    // keep it in memory
	BackendInbox   Backend = "inbox"     // keep it in memory, and show it on the pages of a demonstration
	BackendDummy   Backend = "dummy"     // drop it
)

// UnmarshalText accepts a backend's name, "file" and "memory", and the dotted names of Django's backends.
func (b *Backend) UnmarshalText(text []byte) error {
	name := string(text)
	if rest, ok := strings.CutPrefix(name, "django.core.mail.backends."); ok {
		name = strings.TrimSuffix(rest, ".EmailBackend")
	}
	switch name {
	case "file":
		name = string(BackendFile)
	case "memory":
		name = string(BackendMemory)
	}
	known := []Backend{BackendSMTP, BackendConsole, BackendFile, BackendMemory, BackendInbox, BackendDummy}
	if !slices.Contains(known, Backend(name)) {
		return fmt.Errorf("must be smtp, console, filebased, locmem, inbox, dummy or the dotted name of one of Django's, not %q",
			text)
	}
	*b = Backend(name)
	return nil
}

// Local reports whether mails stay on this machine: then they cannot fail for long, and are best kept in order.
func (b Backend) Local() bool { return b != BackendSMTP }

// sendTimeout bounds a conversation with the mail server unless EMAIL_TIMEOUT says otherwise.
const sendTimeout = 10 * time.Second

// Config says how mails are sent, and how they are made. The names are Django's where Django has them.
type Config struct {
	Backend  Backend       `setting:"EMAIL_BACKEND" help:"How mails are sent: smtp; console, which prints them; filebased, which writes them into EMAIL_FILE_PATH; inbox, which shows them on the pages of DEMO and is refused without; locmem or dummy, which send nothing. Django's dotted names are understood. The default is for trying things out: nobody gets these mails."`
	Host     string        `setting:"EMAIL_HOST" help:"The mail server."`
	Port     int           `setting:"EMAIL_PORT" help:"Its port: 25, 587 (with EMAIL_USE_TLS) or 465 (with EMAIL_USE_SSL)."`
	User     string        `setting:"EMAIL_HOST_USER" help:"The user name for the mail server. Empty: no login."`
	Password string        `setting:"EMAIL_HOST_PASSWORD" secret:"true" help:"The password for the mail server."`
	UseTLS   bool          `setting:"EMAIL_USE_TLS" help:"Insist on STARTTLS and a valid certificate. When false, STARTTLS is used if the server offers it, and the certificate is not looked at."`
	UseSSL   bool          `setting:"EMAIL_USE_SSL" help:"Speak TLS from the first byte and insist on a valid certificate."`
	Timeout  time.Duration `setting:"EMAIL_TIMEOUT" help:"How long sending one mail may take. 0 or null: 10 seconds."`
	CertFile string        `setting:"EMAIL_SSL_CERTFILE" help:"A PEM file with a certificate to show to the mail server."`
	KeyFile  string        `setting:"EMAIL_SSL_KEYFILE" help:"The PEM file of its key; empty if that is in the same file."`
	FilePath string        `setting:"EMAIL_FILE_PATH" help:"The folder for the backend filebased: one mail, one file."`

	From         string `setting:"DEFAULT_FROM_EMAIL" help:"The sender of mails: an address, or Name <address>."`
	TemplatesDir string `setting:"EMAIL_TEMPLATES_DIR" help:"A folder with your own texts for some or all mails; see docs/settings.md. Empty: the built-in ones."`

	AccountPrefix string `setting:"ACCOUNT_EMAIL_SUBJECT_PREFIX" help:"What the subjects of the mails about accounts begin with."`
	SubjectPrefix string `setting:"EMAIL_SUBJECT_PREFIX" help:"Does nothing: Django puts it before the subjects of mails to administrators, of which there are none here. Accepted because Django projects set it."`
	UseLocaltime  bool   `setting:"EMAIL_USE_LOCALTIME" help:"Does nothing: mails are dated in UTC. Accepted because Django projects set it."`

	// Parts are files for single parts of mails, by the names of their templates.
	Parts map[string]Parts
	Now   func() time.Time // nil means time.Now
}

// DefaultConfig prints mails. Everything else is Django's.
func DefaultConfig() Config {
	return Config{
		Backend:       BackendConsole,
		Host:          "localhost",
		Port:          25,
		From:          "webmaster@localhost",
		SubjectPrefix: "[Django] ",
		Now:           time.Now,
	}
}

// Validate reports every setting that cannot work. Faults of templates are reported by NewTemplates.
func (c Config) Validate() error {
	var faults []error
	if _, err := ParseSender(c.From); err != nil {
		faults = append(faults, fmt.Errorf("DEFAULT_FROM_EMAIL: %w", err))
	}
	if strings.ContainsFunc(c.AccountPrefix, endsLine) {
		faults = append(faults, errors.New("ACCOUNT_EMAIL_SUBJECT_PREFIX: must be one line"))
	}
	if c.Port < 0 || c.Port > 65535 {
		faults = append(faults, fmt.Errorf("EMAIL_PORT: %d is no port", c.Port))
	}
	if c.Timeout < 0 {
		faults = append(faults, errors.New("EMAIL_TIMEOUT: must not be negative"))
	}
	if c.UseTLS && c.UseSSL {
		faults = append(faults, errors.New("EMAIL_USE_TLS: EMAIL_USE_SSL is set as well; use TLS with port 587 and SSL "+
			"with port 465"))
	}
	if c.Backend == BackendFile && c.FilePath == "" {
		faults = append(faults, errors.New("EMAIL_FILE_PATH: must name a folder for the backend filebased"))
	}
	if c.Backend == BackendSMTP {
		faults = append(faults, c.validateSMTP()...)
	}
	return errors.Join(faults...)
}

func (c Config) validateSMTP() []error {
	var faults []error
	if c.Host == "" || strings.ContainsFunc(c.Host, endsLine) {
		faults = append(faults, errors.New("EMAIL_HOST: must name the mail server"))
	}
	if c.Port == 0 {
		faults = append(faults, errors.New("EMAIL_PORT: 0 is no port"))
	}
	if c.Password != "" && c.User == "" {
		faults = append(faults, errors.New("EMAIL_HOST_USER: must be set when EMAIL_HOST_PASSWORD is"))
	}
	if c.KeyFile != "" && c.CertFile == "" {
		faults = append(faults, errors.New("EMAIL_SSL_CERTFILE: must be set when EMAIL_SSL_KEYFILE is"))
	}
	if _, err := c.certificates(); err != nil {
		faults = append(faults, fmt.Errorf("EMAIL_SSL_CERTFILE: %w", err))
	}
	return faults
}

// ExposesPassword reports whether the password could be read or fetched by whoever sits between us and the mail server:
// the connection is not sure to be encrypted, and not on this machine.
func (c Config) ExposesPassword() bool {
	return c.Backend == BackendSMTP && c.Password != "" && !c.UseTLS && !c.UseSSL && !isLoopback(c.Host)
}

// SendTimeout is how long sending one mail may take.
func (c Config) SendTimeout() time.Duration {
	if c.Timeout == 0 {
		return sendTimeout
	}
	return c.Timeout
}

// isLoopback reports whether host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
