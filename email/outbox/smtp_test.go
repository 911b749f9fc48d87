package outbox

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/email"
	"watchword/email/smtptest"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// eachDatabase runs test with two stores on one SQLite file, and on one PostgreSQL database: two processes.
func eachDatabase(t *testing.T, test func(t *testing.T, stores [2]*gormstore.Store)) {
	for name, url := range map[string]func(t testing.TB) string{
		"sqlite": gormtest.SQLiteURL, "postgres": gormtest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			at := url(t)
			test(t, [2]*gormstore.Store{gormtest.Open(t, at, nil), gormtest.Open(t, at, nil)})
		})
	}
}

// sendTo returns a sender to the server.
func sendTo(t *testing.T, server *smtptest.Server) email.Sender {
	t.Helper()
	cfg := email.DefaultConfig()
	cfg.Backend, cfg.Host, cfg.Port, cfg.Timeout = email.BackendSMTP, "127.0.0.1", server.Port(), 5*time.Second
	sender, err := email.NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// quick is a Config whose waits are short, because here time is real.
func quick() Config {
	cfg := testConfig()
	cfg.Poll, cfg.FirstWait, cfg.MaxPause = 10*time.Millisecond, time.Millisecond, 20*time.Millisecond
	return cfg
}

// start runs a worker until the returned function is called or the test ends.
func start(t *testing.T, cfg Config, store *gormstore.Store, sender email.Sender) (o *Outbox, stop func()) {
	t.Helper()
	o = newOutbox(t, cfg, store)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { NewWorker(cfg, o, store, sender, new(logs).logger()).Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return o, stop
}

// wantOneEach expects one mail to each of that many users, and the link in each of them.
func wantOneEach(t *testing.T, mails []smtptest.Mail, users int) {
	t.Helper()
	got := map[string]int{}
	for _, m := range mails {
		got[m.To]++
		if !strings.Contains(string(m.Raw), secret) {
			t.Errorf("the mail to %s lacks its link", m.To)
		}
	}
	for i := range users {
		if to := address(i); got[to] != 1 {
			t.Errorf("%d mails to %s, want 1", got[to], to)
		}
	}
	if len(got) != users {
		t.Errorf("mails to %d people, want %d", len(got), users)
	}
}

func address(i int) string { return fmt.Sprintf("user%d@example.com", i) }

func TestMailsOutliveAMailServerAndWorkers(t *testing.T) {
	eachDatabase(t, func(t *testing.T, stores [2]*gormstore.Store) {
		const users = 300
		server := smtptest.New(t, smtptest.Config{})
		sender := sendTo(t, server)
		first, stopFirst := start(t, quick(), stores[0], sender)
		for i := range users / 2 {
			enqueue(t, first, address(i))
		}
		stopFirst()
		second, _ := start(t, quick(), stores[1], sender)
		for i := range users / 2 {
			enqueue(t, second, address(users/2+i))
		}
		if n := len(server.Mails()); n != 0 {
			t.Errorf("%d mails were sent to nobody", n)
		}
		server.Start()
		server.Wait(users / 10)
		start(t, quick(), stores[0], sender)
		wantOneEach(t, server.Wait(users), users)
	})
}

func TestAMailServerThatFailsInEveryWay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, stores [2]*gormstore.Store) {
		const users = 60
		var n atomic.Int64
		fail := func(every int64, err error) error {
			if n.Add(1)%every == 0 {
				return err
			}
			return nil
		}
		server := smtptest.Start(t, smtptest.Config{
			Greet: func() error { return fail(5, smtptest.Reply(421, "4.3.2 busy")) },
			To: func(to string) error {
				if strings.HasPrefix(to, "nobody") {
					return smtptest.Reply(550, "5.1.1 no such user")
				}
				return fail(7, smtptest.Reply(451, "4.7.1 greylisted"))
			},
			Data: func(smtptest.Mail) error { return fail(6, smtptest.Reply(452, "4.3.1 disk full")) },
		})
		sender := sendTo(t, server)
		o, _ := start(t, quick(), stores[0], sender)
		start(t, quick(), stores[1], sender)
		for i := range users {
			if i%10 == 0 {
				enqueue(t, o, "nobody@example.com")
			}
			enqueue(t, o, address(i))
		}
		wantOneEach(t, server.Wait(users), users)
	})
}

// TestAServerThatHangsUpAfterDATA takes a mail and does not say so: the one case in which a mail comes twice.
func TestAServerThatHangsUpAfterDATA(t *testing.T) {
	var n atomic.Int64
	server := smtptest.Start(t, smtptest.Config{Data: func(smtptest.Mail) error {
		if n.Add(1) == 1 {
			return smtptest.ErrHangUp
		}
		return nil
	}})
	o, _ := start(t, quick(), gormtest.SQLite(t), sendTo(t, server))
	enqueue(t, o, "ada@example.com")
	mails := server.Wait(2)
	first, second := mails[0].Message(t).Header, mails[1].Message(t).Header
	for _, name := range []string{"Message-Id", "Date"} {
		if first.Get(name) == "" || first.Get(name) != second.Get(name) {
			t.Errorf("%s: %q and %q: want the same", name, first.Get(name), second.Get(name))
		}
	}
}
