package dialects

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/google/go-cmp/cmp"
)

func TestTheLastWordAboutACookieCounts(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Get: Action{Handle: func(c echo.Context) error {
		SetCookies(c, []*http.Cookie{{Name: "id", Value: "old", Path: "/"}, {Name: "id", Value: "twin", Path: "/below"}, {Name: "i", Value: "x"}})
		SetCookies(c, []*http.Cookie{{Name: "id", Path: "/", MaxAge: -1}, {Name: "no name"}})
		for _, value := range []string{"old", "new"} {
			SetCookies(c, []*http.Cookie{{Name: "wide", Value: value, Domain: ".example.com"}})
		}
		return Respond(c, http.StatusOK, nil)
	}}})
	got := s.ask(http.MethodGet, "/", "").Header()["Set-Cookie"]
	want := []string{"id=; Path=/; Max-Age=0", "id=twin; Path=/below", "i=x", "wide=new; Domain=.example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
