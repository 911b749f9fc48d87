package adopt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchword/models"
)

// proofFlaw says what is wrong with a row: over says that it has ended at Django too; reason is "" for nothing.
type proofFlaw struct {
	over   bool
	reason string
	lost   bool
}

// proofs counts the rows of a kind that would work. judge must be safe for concurrent use.
func (d Deps) proofs(kind models.Proof, judge func(ctx context.Context, row *models.ProofRow) proofFlaw) func(context.Context, *Tally) error {
	return func(ctx context.Context, t *Tally) error {
		var last any
		for {
			page, err := d.Rows.ProofsAfter(ctx, kind, last, pageSize)
			if err != nil {
				return err
			}
			flaws := make([]proofFlaw, len(page))
			inParallel(len(page), func(i int) { flaws[i] = judge(ctx, &page[i]) })
			for i, f := range flaws {
				last = page[i].Place
				switch {
				case page[i].Garbled != "":
					t.fail(garbled(page[i].Garbled), false, "user "+string(page[i].User))
				case f.over:
					t.over()
				case f.reason != "":
					t.fail(f.reason, f.lost, "user "+string(page[i].User))
				default:
					t.work("")
				}
			}
			if t.advance(len(page)) < pageSize {
				return nil
			}
		}
	}
}

// ofUser says what is wrong with the user of a row.
func ofUser(row *models.ProofRow) proofFlaw {
	switch {
	case !row.Found:
		return proofFlaw{reason: "of a user who is not there"}
	case !row.Active:
		return proofFlaw{reason: "of a user who is disabled"}
	}
	return proofFlaw{}
}

// plainToken judges a token of Django REST framework, any text of which is a key.
func plainToken(_ context.Context, row *models.ProofRow) proofFlaw {
	if len(row.Secret) != 40 {
		return proofFlaw{reason: "not 40 characters: Django REST framework has not made it", lost: true}
	}
	return ofUser(row)
}

// opaque judges a row of django-rest-authtoken, of which only a digest is stored, and which is good for so long.
func (d Deps) opaque(age time.Duration) func(context.Context, *models.ProofRow) proofFlaw {
	return func(_ context.Context, row *models.ProofRow) proofFlaw {
		switch {
		case age > 0 && row.At != nil && row.At.Add(age).Before(d.Now):
			return proofFlaw{over: true}
		case !slices.Contains(d.Digests, len(row.Secret)):
			return proofFlaw{reason: fmt.Sprintf("a digest of %d bytes, which AUTH_TOKEN_DIGESTS does not name", len(row.Secret)), lost: true}
		case age == 0 && row.Found && !row.Active: // a link, which may be about to enable its user
			return proofFlaw{}
		}
		return ofUser(row)
	}
}

// refreshToken judges an outstanding token.
func (d Deps) refreshToken(ctx context.Context, row *models.ProofRow) proofFlaw {
	switch {
	case row.Ended || row.At != nil && !row.At.After(d.Now):
		return proofFlaw{over: true}
	case d.Refresh == nil:
		return proofFlaw{reason: "SIMPLE_JWT names no key of the Django project", lost: true}
	}
	if d.Refresh(ctx, string(row.Secret)) != nil {
		return proofFlaw{reason: "not signed with a key of SIMPLE_JWT, or for another audience or issuer", lost: true}
	}
	return ofUser(row)
}

// addressLink judges a stored key of django-allauth.
func (d Deps) addressLink(_ context.Context, row *models.ProofRow) proofFlaw {
	switch {
	case row.Ended || row.At == nil || row.At.Add(d.LinkAge).Before(d.Now):
		return proofFlaw{over: true}
	case !row.Found:
		return proofFlaw{reason: "of an address or a user who is not there"}
	case !d.StoredLinks:
		return proofFlaw{reason: "a stored key, which ACCOUNT_EMAIL_CONFIRMATION_HMAC refuses"}
	}
	return proofFlaw{}
}
