package jwt

import "testing"

// Source: rest_framework_simplejwt.tokens.Token, where TOKEN_TYPE_CLAIM is None.
func TestWithoutATypeClaimNobodyAsksForTheType(t *testing.T) {
	s := exact(t, func(c *Config) { c.TokenTypeClaim = "" })
	g := s.issue(t)
	for name, raw := range map[string]string{"access": g.Access, "refresh": g.Refresh} {
		p, err := parse(raw, s.folded)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.payload {
			if m.name == "" || m.name == "token_type" {
				t.Errorf("the %s token has the claim %q", name, m.name)
			}
		}
		if id, err := s.Authenticate(bearerRequest("Bearer " + raw)); err != nil || id.Anonymous() {
			t.Errorf("the %s token is taken for %v, %v; want its user", name, id, err)
		}
		if err := s.Verify(t.Context(), raw); err != nil {
			t.Errorf("verify the %s token: %v", name, err)
		}
	}
	if _, err := s.Refresh(t.Context(), g.Refresh); err != nil {
		t.Errorf("refresh: %v", err)
	}
	nameless := s.forge(t, `{"":"x","exp":4102444800,"iat":1,"jti":"a","user_id":1}`)
	if err := s.Verify(t.Context(), nameless); err != nil {
		t.Errorf("a claim without a name means something: %v", err)
	}
}
