package email

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesTakeThePlaceOfPartsOfAMail(t *testing.T) {
	cfg := DefaultConfig()
	own := writeFiles(t, map[string]string{
		"title.txt": "Hello\n{{.Username}}\n", "body.txt": "Call {{.Data.phone}} or open {{.URL}}.",
		"page.html": "<p>{{.Username}}: <a href=\"{{.URL}}\">go</a></p>", "framed.html": `{{define "content"}}framed{{end}}`,
	})
	cfg.TemplatesDir = filepath.Dir(own)
	file := func(name string) string { return path.Join(filepath.Base(own), name) }
	mail := ActivateAccount{Username: "ada", URL: "https://x/?a=1&b=2", Data: map[string]string{"phone": "7 & 8"}}
	for name, test := range map[string]struct {
		parts               Parts
		subject, text, html string
	}{
		"all":     {Parts{file("title.txt"), file("body.txt"), file("page.html")}, "Hello ada", "Call 7 & 8 or open https://x/?a=1&b=2.\n", "<p>ada: <a"},
		"title":   {Parts{Title: file("title.txt")}, "Hello ada", "Open this link", "<!DOCTYPE html>"},
		"text":    {Parts{Text: file("body.txt")}, "Please activate your account", "Call 7", "<!DOCTYPE html>"},
		"a frame": {Parts{HTML: file("framed.html")}, "Please activate", "Open this link", "framed</div>"},
	} {
		cfg.Parts = map[string]Parts{mail.Template(): test.parts}
		templates, err := NewTemplates(cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := templates.Render(mail)
		if err != nil || !strings.HasPrefix(m.Subject, test.subject) || !strings.Contains(m.Text, test.text) ||
			!strings.Contains(m.HTML, test.html) {
			t.Errorf("%s: %v\n%s\n%s\n%s", name, err, m.Subject, m.Text, m.HTML)
		}
	}
}

func TestPartsThatCannotBeUsedAreRefused(t *testing.T) {
	folder := writeFiles(t, map[string]string{"bad.txt": "{{.Nonsense}}"})
	for name, test := range map[string]struct {
		folder string
		parts  Parts
	}{
		"no folder": {"", Parts{Title: "title.txt"}}, "no file": {folder, Parts{Title: "title.txt"}},
		"outside": {folder, Parts{Text: "../bad.txt"}}, "unknown field": {folder, Parts{Text: "bad.txt"}},
	} {
		cfg := DefaultConfig()
		cfg.TemplatesDir, cfg.Parts = test.folder, map[string]Parts{"activate_account": test.parts}
		if _, err := NewTemplates(cfg); err == nil || !strings.Contains(err.Error(), "EMAIL_TEMPLATES_DIR") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
