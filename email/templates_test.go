package email

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryMailCanBeMade(t *testing.T) {
	templates, err := NewTemplates(DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, mail := range catalogue() {
		m, err := templates.Render(mail)
		if err != nil {
			t.Errorf("%s: %v", mail.Template(), err)
			continue
		}
		m.To = "ada@example.com"
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", mail.Template(), err)
		}
		if m.From != "webmaster@localhost" || m.Subject == "" || m.HTML == "" {
			t.Errorf("%s: %+v", mail.Template(), m)
		}
	}
}

func TestWhatUsersWriteIsTextInBothParts(t *testing.T) {
	templates, err := NewTemplates(DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	m, err := templates.Render(ConfirmRegistration{
		Site: "example.com", Username: "<script>alert(1)</script>{{.URL}}", URL: "https://example.com/?a=b&c=d",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Text, "Hello <script>alert(1)</script>{{.URL}},") {
		t.Errorf("the text changes the name:\n%s", m.Text)
	}
	if !strings.Contains(m.Text, "\nhttps://example.com/?a=b&c=d\n") {
		t.Errorf("the text changes the link:\n%s", m.Text)
	}
	if strings.Contains(m.HTML, "<script>") || !strings.Contains(m.HTML, `href="https://example.com/?a=b&amp;c=d"`) {
		t.Errorf("the HTML is not escaped:\n%s", m.HTML)
	}
	m, err = templates.Render(ConfirmRegistration{URL: "javascript:alert(1)"})
	if err != nil || strings.Contains(m.HTML, `href="javascript`) {
		t.Errorf("a link that is code: %v\n%s", err, m.HTML)
	}
}

func TestAFolderReplacesTemplates(t *testing.T) {
	subject := "Subject: Own\n"
	for name, test := range map[string]struct {
		files               map[string]string
		subject, text, html string
		noHTML              bool
	}{
		"an empty folder": {nil, "Mails from here arrive", "this is the test mail", "this is the test mail", false},
		"the text alone makes a mail of text": {map[string]string{"test.txt": subject + "own text of {{.Site}}"},
			"Own", "own text of here", "", true},
		"both parts": {map[string]string{"test.txt": subject + "own", "test.html": `{{define "content"}}<b>own</b>{{end}}`},
			"Own", "own", "<b>own</b>", false},
		"the HTML alone": {map[string]string{"test.html": `{{define "content"}}<b>own</b>{{end}}`},
			"Mails from here arrive", "this is the test mail", "<b>own</b>", false},
		"the frame": {map[string]string{"layout.html": `<i>frame</i>{{template "content" .}}`},
			"Mails from here arrive", "this is the test mail", "<i>frame</i>", false},
		"other files": {map[string]string{"README.md": "{{"}, "Mails from here arrive", "test mail", "test mail", false},
	} {
		t.Run(name, func(t *testing.T) {
			templates, err := NewTemplates(Config{From: "a@b.org", TemplatesDir: writeFiles(t, test.files)})
			if err != nil {
				t.Fatal(err)
			}
			m, err := templates.Render(Test{Site: "here"})
			if err != nil {
				t.Fatal(err)
			}
			if m.Subject != test.subject || !strings.Contains(m.Text, test.text) || !strings.Contains(m.HTML, test.html) {
				t.Errorf("subject %q, text %q, HTML %q", m.Subject, m.Text, m.HTML)
			}
			if (m.HTML == "") != test.noHTML {
				t.Errorf("HTML %q", m.HTML)
			}
			if other, err := templates.Render(ConfirmRegistration{}); err != nil || other.HTML == "" {
				t.Errorf("the other mail: %v", err)
			}
		})
	}
}

func TestAllFaultsOfTemplatesAreReportedAtOnce(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"test.txt":                  "no subject",
		"confirm_registration.txt":  "Subject: x\n{{.Usrname}}",
		"confirm_registration.html": "{{",
		"tset.html":                 "",
	})
	_, err := NewTemplates(Config{From: "a@b.org", TemplatesDir: dir})
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, want := range []string{"test: ", "Subject:", "confirm_registration.html", "tset.html is for no mail"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing of %q in:\n%v", want, err)
		}
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if !strings.HasPrefix(line, "EMAIL_TEMPLATES_DIR: ") {
			t.Errorf("the line does not name the setting: %q", line)
		}
	}
	for name, text := range map[string]string{
		"a field that is not there":  "Subject: x\n{{.Usrname}}",
		"a subject that is too long": "Subject: " + strings.Repeat("x", maxSubject+1) + "\ntext",
		"no text":                    "Subject: x\n",
	} {
		dir := writeFiles(t, map[string]string{"confirm_registration.txt": text})
		if _, err := NewTemplates(Config{From: "a@b.org", TemplatesDir: dir}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := NewTemplates(Config{TemplatesDir: filepath.Join(dir, "nonexistent")}); err == nil {
		t.Error("a folder that is not there was accepted")
	}
}

// writeFiles makes a folder with the given files.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSubjectsAboutAccountsBeginAsSet(t *testing.T) {
	cfg := DefaultConfig()
	cfg.AccountPrefix = "[Shop] "
	templates, err := NewTemplates(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, mail := range catalogue() {
		_, isTest := mail.(Test)
		m, err := templates.Render(mail)
		if err != nil || strings.HasPrefix(m.Subject, "[Shop] ") == isTest {
			t.Errorf("%s: subject %q, %v", mail.Template(), m.Subject, err)
		}
	}
	cfg.AccountPrefix = "a\r\nBcc: b@example.org"
	if err := cfg.Validate(); err == nil {
		t.Error("a prefix of two lines is accepted")
	}
}
