package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// browserLife is how long a browser may be in use: more than one test waits for, since it serves many steps.
const browserLife = 2 * Patience

// Browser is a headless Chromium with a profile of its own. All host names below .test lead to loopback.
type Browser struct{ ctx context.Context }

// NewBrowser starts a browser, which is ended with the test. options add to its command line.
func NewBrowser(t testing.TB, options ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Missing(t, "Chromium")
	}
	options = append(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(Patience)), options...)
	ctx, cancel := context.WithTimeout(t.Context(), browserLife)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &Browser{ctx: ctx}
	b.Do(t)
	return b
}

// Do performs actions in the tab, and ends the test when one fails.
func (b *Browser) Do(t testing.TB, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Read performs an action that has a result, and ends the test when it fails.
func Read[T any](t testing.TB, b *Browser, action chromedp.Action[T]) T {
	t.Helper()
	result, err := chromedp.Run(b.ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Open goes to a page.
func (b *Browser) Open(t testing.TB, url string) {
	t.Helper()
	b.Do(t, chromedp.Navigate(url))
}

// Follow performs actions that lead to another page, and waits until it is there.
func (b *Browser) Follow(t testing.TB, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Call calls a function of the page with arguments and returns what it promises.
func Call[T any](t testing.TB, b *Browser, function string, args ...any) T {
	t.Helper()
	texts := make([]string, len(args))
	for i, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	call := fmt.Sprintf("%s(%s)", function, strings.Join(texts, ", "))
	return Read(t, b, chromedp.Evaluate[T](call, chromedp.EvalAwaitPromise))
}

// Pages serves the pages that the browser opens, under any host name, and returns the port.
func Pages(t testing.TB) (port string) {
	t.Helper()
	files := http.NewServeMux()
	files.Handle("/", http.FileServer(http.Dir(filepath.Join("testdata", "browser"))))
	library := filepath.Join("clients", "node_modules", "axios-0.21", "dist", "axios.min.js")
	if _, err := os.Stat(library); err != nil {
		Missing(t, "tests/clients/node_modules (npm ci --prefix tests/clients)")
	}
	files.HandleFunc("/axios.min.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, library) })
	server := httptest.NewServer(files)
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
