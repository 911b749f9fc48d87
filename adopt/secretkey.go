package adopt

import (
	"context"
	"errors"
	"time"

	"watchword/models"
	"watchword/schemes/session"
)

// VerdictForeign says that SECRET_KEY is not the project's.
const VerdictForeign = "most sessions were not signed with this SECRET_KEY: it is not the one of the Django project " +
	"(SECRET_KEY_FALLBACKS may name former ones)"

// SessionRows are what CheckSecretKey looks at.
type SessionRows interface {
	// CountRows counts the rows of a table; 0 if there is no such table.
	CountRows(ctx context.Context, table string) (int, error)
	// SessionsAfter returns up to limit sessions whose keys follow after, in order.
	SessionsAfter(ctx context.Context, after string, limit int) ([]models.RehearsedSession, error)
}

// CheckSecretKey returns VerdictForeign if most of the sessions that are alive, of a page of them, whose keys are random,
// were signed with another key; else "". Where nobody has a session it cannot tell.
func CheckSecretKey(ctx context.Context, rows SessionRows, sessions Sessions, now time.Time) (verdict string, err error) {
	if n, err := rows.CountRows(ctx, "django_session"); err != nil || n == 0 {
		return "", err
	}
	page, err := rows.SessionsAfter(ctx, "", pageSize)
	if err != nil {
		return "", err
	}
	alive, foreign := 0, 0
	for _, row := range page {
		if row.Garbled != "" || !row.ExpireDate.After(now) {
			continue
		}
		alive++
		if _, err := sessions.Open(row.Data); errors.Is(err, session.ErrForeign) {
			foreign++
		}
	}
	if 2*foreign > alive {
		return VerdictForeign, nil
	}
	return "", nil
}
