package email

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Parts are files below EMAIL_TEMPLATES_DIR for the parts of one kind of mail, each of which takes the place of what the
// mail would have there. An empty name leaves the part as it is.
type Parts struct {
	Title string // one line; further ones are joined to it
	Text  string
	HTML  string // a whole document, or a definition of "content" that layout.html frames
}

// names are the files that are set.
func (p Parts) names() []string {
	return slices.DeleteFunc([]string{p.Title, p.Text, p.HTML}, func(name string) bool { return name == "" })
}

// isPart reports whether a file of the folder is for a part of a mail.
func isPart(parts map[string]Parts, name string) bool {
	for _, p := range parts {
		if slices.Contains(p.names(), name) {
			return true
		}
	}
	return false
}

// replaceParts puts the files of parts in their places.
func (s sources) replaceParts(parts map[string]Parts) error {
	var faults []error
	for mail, p := range parts {
		if len(p.names()) == 0 {
			continue
		}
		if s.folder == "" {
			faults = append(faults, fmt.Errorf("EMAIL_TEMPLATES_DIR: must name the folder of %s", strings.Join(p.names(), ", ")))
			continue
		}
		if err := s.replacePart(mail, p); err != nil {
			faults = append(faults, fmt.Errorf("EMAIL_TEMPLATES_DIR: %w", err))
		}
	}
	return errors.Join(faults...)
}

// replacePart puts the files for one kind of mail in their places.
func (s sources) replacePart(mail string, p Parts) error {
	root, err := os.OpenRoot(s.folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	subject, text, _ := strings.Cut(s.files[mail+textEnding], "\n")
	if err := readPart(root, p.Title, &subject); err != nil {
		return err
	}
	if p.Title != "" {
		subject = subjectPrefix + " " + strings.Join(strings.Fields(subject), " ")
	}
	if err := readPart(root, p.Text, &text); err != nil {
		return err
	}
	s.files[mail+textEnding] = subject + "\n" + text
	html, has := s.files[mail+htmlEnding]
	if err := readPart(root, p.HTML, &html); err != nil {
		return err
	}
	if has || p.HTML != "" {
		s.files[mail+htmlEnding] = html
	}
	return nil
}

// readPart reads a file below root into what text points to; no name leaves it alone.
func readPart(root *os.Root, name string, text *string) error {
	if name == "" {
		return nil
	}
	file, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxTemplate+1))
	if err == nil && len(data) > maxTemplate {
		err = fmt.Errorf("%s: is longer than %d bytes", name, maxTemplate)
	}
	*text = string(data)
	return err
}
