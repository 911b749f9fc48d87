package password

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the list
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// commonList is the list of 20,000 common passwords that Django ships, one a line, compressed by gzip. Royce Williams
// compiled it. Copyright (c) Django Software Foundation and individual contributors; BSD-3-Clause, see
// common-passwords.LICENSE.
//
//go:embed common-passwords.txt.gz
var commonList []byte

// maxCommonList bounds what a list may unfold to, in bytes.
const maxCommonList = 64 << 20

// common refuses passwords that are on a list. The list that comes with the package is unfolded when it is first asked
// for: one and a half megabytes that a server which never sets a password does not need.
//
// Source: Django, CommonPasswordValidator.
type common struct{ list func() map[string]struct{} }

func newCommon(opts *options) common {
	const name = "password_list_path"
	path := opts.text(name, "")
	if path == "" {
		return common{list: sync.OnceValue(embeddedList)}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		opts.fail(name, err.Error())
	}
	list, err := parseList(data)
	if err != nil {
		opts.fail(name, err.Error())
	}
	return common{list: func() map[string]struct{} { return list }}
}

func (v common) Validate(password string, _ Attributes) *Fault {
	if _, found := v.list()[strip(lower(password))]; !found {
		return nil
	}
	return &Fault{Code: TooCommon}
}

func embeddedList() map[string]struct{} {
	list, err := parseList(commonList)
	if err != nil {
		panic(fmt.Sprintf("password: embedded list: %v", err)) // the build is damaged
	}
	return list
}

// parseList reads a list, compressed or not.
func parseList(data []byte) (map[string]struct{}, error) {
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		if data, err = io.ReadAll(io.LimitReader(r, maxCommonList)); err != nil {
			return nil, err
		}
	}
	text := string(data) // all entries share it
	list := make(map[string]struct{}, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		list[strip(line)] = struct{}{}
	}
	return list, nil
}
