package replay

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

const mailPatience = time.Minute // for mails that a server writes after its answer

// separator ends a message in a mail file, as Django's file backend writes it.
var separator = regexp.MustCompile(`(?m)^-{20,}\r?\n`)

// mailbox is a folder of mail files; it tells which messages are new.
type mailbox struct {
	dir  string
	seen map[string]int // messages read so far, by file
}

// openMailbox ignores everything that is in the folder already.
func openMailbox(dir string) (*mailbox, error) {
	m := &mailbox{dir: dir, seen: map[string]int{}}
	_, err := m.fresh()
	return m, err
}

type foundMail struct {
	at    time.Time
	path  string
	index int
	raw   []byte
}

// fresh returns the messages that were not there at the last call, oldest first.
func (m *mailbox) fresh() ([]message, error) {
	var found []foundMail
	err := filepath.WalkDir(m.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		mails, err := m.freshIn(path)
		found = append(found, mails...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b foundMail) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.path, b.path), cmp.Compare(a.index, b.index))
	})
	messages := make([]message, len(found))
	for i, f := range found {
		if messages[i], err = parseMail(f.raw); err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return messages, nil
}

func (m *mailbox) freshIn(path string) ([]foundMail, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var out []foundMail
	count := 0
	for _, raw := range separator.Split(string(data), -1) {
		if strings.TrimSpace(raw) == "" {
			continue
		}
		if count >= m.seen[path] {
			out = append(out, foundMail{info.ModTime(), path, count, []byte(strings.TrimLeft(raw, "\r\n"))})
		}
		count++
	}
	m.seen[path] = count
	return out, nil
}

// wait returns what has arrived; if it is fewer than expected, it looks again for a while.
func (m *mailbox) wait(expected int) ([]message, error) {
	deadline := time.Now().Add(mailPatience)
	got, err := m.fresh()
	for err == nil && len(got) < expected && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		var more []message
		more, err = m.fresh()
		got = append(got, more...)
	}
	return got, err
}
