package email

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
)

// builtin holds the texts of all mails: NAME.txt and, in the frame of layout.html, NAME.html.
//
//go:embed templates
var builtin embed.FS

const (
	layoutFile    = "layout.html"
	contentBlock  = "content" // what layout.html frames
	textEnding    = ".txt"
	htmlEnding    = ".html"
	subjectPrefix = "Subject:"
	maxTemplate   = 256 << 10 // bytes of a template that is read from a folder
)

// Mail is what one kind of mail is about: the data of its templates. A new kind is a type with this method, its
// templates, and an example in catalogue.
type Mail interface {
	// Template names the templates.
	Template() string
}

// catalogue is an example of every kind of mail. Templates are tried with it.
func catalogue() []Mail {
	data := map[string]string{}
	return []Mail{
		AccountCreated{Site: "example.com", Username: "ada", URL: "https://example.com/activate?token=x", Data: data},
		ActivateAccount{Site: "example.com", Username: "ada", URL: "https://example.com/activate?token=x", Data: data},
		AddressClaimed{Site: "example.com", Username: "ada", Address: "ada@example.com"},
		AlreadyRegistered{Site: "example.com", Username: "ada", Address: "ada@example.com"},
		ConfirmRegistration{Site: "example.com", Username: "ada", URL: "https://example.com/confirm/token/"},
		DeletionScheduled{Site: "example.com", Username: "ada", Until: "2026-03-04", URL: "https://example.com/undo/key/"},
		PrimaryChanged{Site: "example.com", Username: "ada", Old: "ada@example.com", New: "ada@example.org",
			URL: "https://example.com/undo/key/"},
		AddressRemoved{Site: "example.com", Username: "ada", Address: "ada@example.com"},
		ForgottenPassword{Site: "example.com", Username: "ada", URL: "https://example.com/reset?token=x", Data: data},
		PasswordChanged{Site: "example.com", Username: "ada"},
		ResetPassword{Site: "example.com", Username: "ada", URL: "https://example.com/reset/uid/token/"},
		Test{Site: "example.com"},
		VerifyAddress{Site: "example.com", Username: "ada", URL: "https://example.com/confirm/key/"},
	}
}

// Templates makes messages. It is safe for concurrent use.
type Templates struct {
	from   string
	prefix string // of subjects
	text   map[string]*texttemplate.Template
	html   map[string]*htmltemplate.Template
}

// NewTemplates reads the templates: those in the folder cfg.TemplatesDir, and the built-in ones for mails that it has no
// text for. A folder with only the text of a mail makes that a mail of plain text. The error holds every fault at once:
// what cannot be read or parsed, names fields that the mail does not have, or is for no mail.
func NewTemplates(cfg Config) (*Templates, error) {
	t := &Templates{
		from: cfg.From, prefix: cfg.AccountPrefix,
		text: map[string]*texttemplate.Template{},
		html: map[string]*htmltemplate.Template{},
	}
	src, err := readSources(cfg.TemplatesDir, cfg.Parts)
	faults := []error{err}
	for _, mail := range catalogue() {
		if err := t.add(mail, src); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return t, nil
}

// Render makes the message about mail, from DEFAULT_FROM_EMAIL and with a fresh ID. Who gets it, and when it was
// written, is left to the caller.
func (t *Templates) Render(mail Mail) (Message, error) {
	name := mail.Template()
	text, ok := t.text[name]
	if !ok {
		return Message{}, fmt.Errorf("there are no templates for the mail %s", name)
	}
	m := Message{ID: NewID(t.from), From: t.from}
	var out bytes.Buffer
	if err := text.Execute(&out, mail); err != nil {
		return Message{}, err
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	subject, ok := strings.CutPrefix(first, subjectPrefix)
	if !ok {
		return Message{}, fmt.Errorf("%s.txt: the first line must be: Subject: and the subject", name)
	}
	m.Subject, m.Text = strings.TrimSpace(subject), strings.TrimSpace(rest)+"\n"
	if _, test := mail.(Test); !test {
		m.Subject = t.prefix + m.Subject
	}
	if html := t.html[name]; html != nil {
		out.Reset()
		if err := html.ExecuteTemplate(&out, entry(html, name), mail); err != nil {
			return Message{}, err
		}
		m.HTML = out.String()
	}
	return m, nil
}

// entry names the template that an HTML part begins with: the frame, or the part itself where it is a whole document.
func entry(html *htmltemplate.Template, name string) string {
	if html.Lookup(contentBlock) == nil {
		return name + htmlEnding
	}
	return layoutFile
}

// add parses the templates of one mail and tries them.
func (t *Templates) add(mail Mail, src sources) (err error) {
	name := mail.Template()
	textFile, htmlFile := name+textEnding, name+htmlEnding
	if t.text[name], err = texttemplate.New(textFile).Parse(src.files[textFile]); err != nil {
		return src.fault(textFile, err)
	}
	if html, ok := src.files[htmlFile]; ok {
		parsed, err := htmltemplate.New(layoutFile).Parse(src.files[layoutFile])
		if err != nil {
			return src.fault(layoutFile, err)
		}
		if _, err = parsed.New(htmlFile).Parse(html); err != nil {
			return src.fault(htmlFile, err)
		}
		t.html[name] = parsed
	}
	m, err := t.Render(mail)
	if err == nil {
		m.From, m.To = "ada@example.com", "ada@example.com" // DEFAULT_FROM_EMAIL is Config.Validate's
		err = m.Validate()
	}
	if err != nil {
		return src.fault(name, err)
	}
	return nil
}

// sources is the text of every template, by file name, and the folder that some are from.
type sources struct {
	folder string
	files  map[string]string
}

// fault says which template is wrong.
func (s sources) fault(file string, err error) error {
	if s.folder == "" {
		return fmt.Errorf("the built-in template %s: %w", file, err)
	}
	return fmt.Errorf("EMAIL_TEMPLATES_DIR: %s: %w", path.Join(s.folder, file), err)
}

// readSources reads the built-in templates and puts those of folder over them, and then the parts that have files of
// their own.
func readSources(folder string, parts map[string]Parts) (sources, error) {
	src := sources{folder: folder, files: map[string]string{}}
	own, err := fs.Sub(builtin, "templates")
	if err != nil {
		return src, err
	}
	if err := src.read(own); err != nil {
		return src, err
	}
	if folder == "" {
		return src, src.replaceParts(parts)
	}
	known := src.names()
	over := sources{folder: folder, files: map[string]string{}}
	if err := over.read(os.DirFS(folder)); err != nil {
		return src, fmt.Errorf("EMAIL_TEMPLATES_DIR: %w", err)
	}
	var faults []error
	for _, name := range over.names() {
		if !slices.Contains(known, name) && !isPart(parts, name) {
			faults = append(faults, fmt.Errorf("EMAIL_TEMPLATES_DIR: %s is for no mail; there are %s",
				path.Join(folder, name), strings.Join(known, ", ")))
		}
	}
	src.replace(over)
	return src, errors.Join(append(faults, src.replaceParts(parts))...)
}

// read adds the templates in files. What ends otherwise than .txt or .html is none.
func (s sources) read(files fs.FS) error {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if ending := path.Ext(name); ending != ".txt" && ending != ".html" {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if len(text) > maxTemplate {
			return fmt.Errorf("%s: is longer than %d bytes", name, maxTemplate)
		}
		s.files[name] = string(text)
	}
	return nil
}

// names returns the names of all templates, sorted.
func (s sources) names() []string {
	var names []string
	for name := range s.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// replace puts the templates of over over those of s. A text of somebody's own does not go with our HTML.
func (s sources) replace(over sources) {
	for name, text := range over.files {
		s.files[name] = text
		html := strings.TrimSuffix(name, ".txt") + ".html"
		if _, has := over.files[html]; strings.HasSuffix(name, ".txt") && !has {
			delete(s.files, html)
		}
	}
}
