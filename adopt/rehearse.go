package adopt

import (
	"context"
	"errors"
	"time"

	"watchword/auth/password"
	"watchword/models"
	"watchword/schemes/session"
)

// pageSize is how many rows are read at a time. So much is in memory at once, however many there are.
const pageSize = 4000

// Rows are the rows of a database, as they were at one moment.
type Rows interface {
	// CountRows counts the rows of a table; 0 if there is no such table.
	CountRows(ctx context.Context, table string) (int, error)
	// UsersAfter returns up to limit users who follow a place, in order.
	UsersAfter(ctx context.Context, after any, limit int) ([]models.RehearsedUser, error)
	// UsersOf returns those of the users with these ids that are there, with ID, Username, Password and IsActive.
	UsersOf(ctx context.Context, ids []models.UserID) ([]models.User, error)
	// SessionsAfter returns up to limit sessions whose keys follow after, in order.
	SessionsAfter(ctx context.Context, after string, limit int) ([]models.RehearsedSession, error)
	// ProofsAfter returns up to limit rows of a kind that follow a place, in order.
	ProofsAfter(ctx context.Context, kind models.Proof, after any, limit int) ([]models.ProofRow, error)
}

// Passwords examines stored hashes.
type Passwords interface {
	// Examine returns the name of the algorithm of a hash, and why no password can match it, or nil.
	Examine(encoded string) (algorithm string, err error)
}

// Sessions examines stored sessions.
type Sessions interface {
	Open(text string) (session.Held, error)
	Judge(held session.Held, u *models.User) error
}

// Deps are what a rehearsal judges with.
type Deps struct {
	Rows      Rows
	Passwords Passwords
	Sessions  Sessions
	// Refresh says whether a refresh token would be taken, but for its user and the blacklist. nil: there is no key to
	// check any with.
	Refresh func(ctx context.Context, token string) error
	// Digests are the lengths of the digests that opaque tokens are looked up by.
	Digests []int
	// TokenAge and LinkAge are how long opaque tokens and links that confirm addresses are good; 0: for ever.
	TokenAge, LinkAge time.Duration
	// StoredLinks says that such links are looked up by their keys; else they are signed and have no rows.
	StoredLinks bool
	// Progress is told how many rows of a table have been looked at. nil: nobody is.
	Progress func(table string, done, total int)
	Now      time.Time
}

// Rehearsal is what of a database would go on working.
type Rehearsal struct {
	Tallies []*Tally `json:"tallies"`
	// Verdict names what is wrong with the settings rather than with rows; "" for nothing.
	Verdict string `json:"verdict,omitempty"`
}

// Lost is how many rows that work at Django would not work here.
func (r *Rehearsal) Lost() int {
	lost := 0
	for _, tally := range r.Tallies {
		for _, failing := range tally.Failing {
			if failing.Lost {
				lost += failing.Count
			}
		}
	}
	return lost
}

// Rehearse looks at every row by which somebody logs in or proves who they are. It changes nothing. Tables that are not
// there have no rows. The error is that of Rows or of ctx.
func Rehearse(ctx context.Context, d Deps) (*Rehearsal, error) {
	r := &Rehearsal{}
	for _, step := range []struct {
		what, table string
		run         func(ctx context.Context, t *Tally) error
	}{
		{"users", "auth_user", d.users},
		{"sessions", "django_session", d.sessions},
		{"tokens of Django REST framework", string(models.ProofPlainToken), d.proofs(models.ProofPlainToken, plainToken)},
		{"tokens of django-rest-authtoken", string(models.ProofOpaqueToken), d.proofs(models.ProofOpaqueToken, d.opaque(d.TokenAge))},
		{"refresh tokens", string(models.ProofRefreshToken), d.proofs(models.ProofRefreshToken, d.refreshToken)},
		{"links of django-allauth that confirm addresses", string(models.ProofAddressLink), d.proofs(models.ProofAddressLink, d.addressLink)},
		{"links of django-rest-authtoken that confirm addresses", string(models.ProofOpaqueLink), d.proofs(models.ProofOpaqueLink, d.opaque(0))},
	} {
		total, err := d.Rows.CountRows(ctx, step.table)
		if err != nil {
			return nil, err
		}
		t := newTally(step.what, step.table, total, d.Progress)
		r.Tallies = append(r.Tallies, t)
		if total == 0 {
			continue
		}
		if err := step.run(ctx, t); err != nil {
			return nil, err
		}
		t.finish()
	}
	r.Verdict = r.verdict()
	return r, nil
}

// verdict looks for what no single row can show.
func (r *Rehearsal) verdict() string {
	for _, t := range r.Tallies {
		if t.Table != "django_session" {
			continue
		}
		if foreign := t.reasons[reasonForeign]; foreign != nil && 2*foreign.Count > t.Total-t.Over {
			return VerdictForeign
		}
	}
	return ""
}

// reasonForeign is the reason of sessions that another secret key has signed.
const reasonForeign = "not signed with SECRET_KEY, nor with one of SECRET_KEY_FALLBACKS"

// garbled is the reason of rows that nobody could have written, at which Django fails too.
func garbled(column string) string { return "garbled: " + column + " is not what it must be" }

// flaw says for each error what it means, and whether the row works at Django.
func flaw(err error) (reason string, lost bool) {
	switch {
	case errors.Is(err, password.ErrUnusable):
		return "no usable password: they log in in other ways, or reset it by mail", false
	case errors.Is(err, password.ErrUnknown):
		return "hashed in a way that PASSWORD_HASHERS does not name", true
	case errors.Is(err, password.ErrMalformed):
		return "the hash is garbled, or asks for more work than is ever done", false
	case errors.Is(err, session.ErrForeign):
		return reasonForeign, true
	case errors.Is(err, session.ErrUnreadable):
		return "signed, but not JSON (SESSION_SERIALIZER of the project is not JSONSerializer?)", true
	case errors.Is(err, session.ErrBackend):
		return "of a backend that AUTHENTICATION_BACKENDS does not name", true
	case errors.Is(err, session.ErrNobody):
		return "of a user who is not there", false
	case errors.Is(err, session.ErrDisabled):
		return "of a user who is disabled", false
	case errors.Is(err, session.ErrOutdated):
		return "the password was changed since, or it was opened with another SECRET_KEY", false
	}
	return err.Error(), true
}

// users counts who can log in, by how their passwords are hashed.
func (d Deps) users(ctx context.Context, t *Tally) error {
	var last any
	for {
		page, err := d.Rows.UsersAfter(ctx, last, pageSize)
		if err != nil {
			return err
		}
		for i := range page {
			u := &page[i]
			last = u.Place
			algorithm, err := d.Passwords.Examine(u.Password)
			example := "user " + string(u.ID)
			switch {
			case u.Garbled != "":
				t.fail(garbled(u.Garbled), false, example)
			case errors.Is(err, password.ErrUnknown) && algorithm != "":
				t.fail("hashed by "+algorithm+", which PASSWORD_HASHERS does not name", true, example)
			case errors.Is(err, password.ErrUnknown):
				t.fail("the password column holds no hash", false, example)
			case err != nil:
				reason, lost := flaw(err)
				t.fail(reason, lost, example)
			case !u.Active:
				t.fail("disabled", false, example)
			default:
				t.work(algorithm)
			}
		}
		if t.advance(len(page)) < pageSize {
			return nil
		}
	}
}

// judged is a session and what was found out about it.
type judged struct {
	row  *models.RehearsedSession
	held session.Held
	err  error
}

// sessions counts the sessions that would be taken. Signatures are checked on all cores.
func (d Deps) sessions(ctx context.Context, t *Tally) error {
	last := ""
	for {
		page, err := d.Rows.SessionsAfter(ctx, last, pageSize)
		if err != nil {
			return err
		}
		alive := make([]judged, 0, len(page))
		for i := range page {
			last = page[i].Key
			switch row := &page[i]; {
			case row.Garbled != "":
				t.fail(garbled(row.Garbled), false, example(judged{row: row}))
			case row.ExpireDate.After(d.Now):
				alive = append(alive, judged{row: row})
			default:
				t.over()
			}
		}
		if err := d.judge(ctx, alive); err != nil {
			return err
		}
		for _, j := range alive {
			switch {
			case j.err != nil:
				reason, lost := flaw(j.err)
				t.fail(reason, lost, example(j))
			case j.held.User == "":
				t.work("nobody's")
			default:
				t.work("of users")
			}
		}
		if t.advance(len(page)) < pageSize {
			return nil
		}
	}
}

// judge opens sessions, looks up their users and judges them.
func (d Deps) judge(ctx context.Context, list []judged) error {
	inParallel(len(list), func(i int) { list[i].held, list[i].err = d.Sessions.Open(list[i].row.Data) })
	users := map[models.UserID]*models.User{}
	for _, j := range list {
		if j.held.User != "" {
			users[j.held.User] = nil
		}
	}
	ids := make([]models.UserID, 0, len(users))
	for id := range users {
		ids = append(ids, id)
	}
	found, err := d.Rows.UsersOf(ctx, ids)
	if err != nil {
		return err
	}
	for i := range found {
		users[found[i].ID] = &found[i]
	}
	inParallel(len(list), func(i int) {
		if j := &list[i]; j.err == nil && j.held.User != "" {
			j.err = d.Sessions.Judge(j.held, users[j.held.User])
		}
	})
	return nil
}

// example names a session without giving away its key.
func example(j judged) string {
	if j.held.User != "" {
		return "a session of user " + string(j.held.User)
	}
	return "the session " + j.row.Key[:min(4, len(j.row.Key))] + "…"
}
