package main

import (
	"errors"
	"strings"

	"watchword/auth"
	"watchword/auth/dialects/tutorialjwt"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/jwt"
)

// tutorialConfig is the tutorial's JWTs: the token, and the endpoints that hand it out.
type tutorialConfig struct {
	jwt.TutorialConfig
	Views tutorialjwt.Config `setting:",inline"`
}

func defaultTutorial() tutorialConfig {
	return tutorialConfig{TutorialConfig: jwt.DefaultTutorialConfig(), Views: tutorialjwt.DefaultConfig()}
}

// exactTutorial does as the original.
func exactTutorial() tutorialConfig {
	return tutorialConfig{TutorialConfig: jwt.ExactTutorialConfig(), Views: tutorialjwt.ExactConfig()}
}

// newTutorialJWT returns the tutorial's endpoints. Its tokens prove requests there and nowhere else.
func newTutorialJWT(s *Settings, accounts *auth.Service, store *gormstore.Store) (*tutorialjwt.Dialect, error) {
	tokens, err := s.newTutorialTokens(store)
	if err != nil {
		return nil, err
	}
	cfg := s.Tutorial.Views
	cfg.Serializers = s.Bodies
	return tutorialjwt.New(cfg, tutorialjwt.Deps{
		Accounts: accounts.ByExactEmail(), Tokens: tokens, Schemes: []schemes.Scheme{tokens}, Signals: accounts.Signals(),
	}), nil
}

// newTutorialTokens returns the scheme of the tutorial's tokens. users may be nil when only the settings matter.
func (s *Settings) newTutorialTokens(users jwt.Users) (*jwt.Tutorial, error) {
	tokens, err := jwt.NewTutorial(s.Tutorial.TutorialConfig, s.Signing.SecretKey, users)
	return tokens, prefixed("TUTORIAL_JWT.", err)
}

// tutorialDangers returns what makes the tutorial's tokens dangerous beyond what they are, if they are served at all. A
// secret key that is not there yet will be made, and be long enough.
func (s *Settings) tutorialDangers() []error {
	if !s.Features.Mounts.has(mountTutorialJWT) {
		return nil
	}
	var faults []error
	own := firstOf(s.Tutorial.SigningKey, s.Signing.SecretKey)
	if own != "" {
		if _, err := s.newTutorialTokens(nil); err != nil {
			faults = append(faults, err)
		}
	}
	shared := strings.HasPrefix(s.JWT.Algorithm, "HS") && own == firstOf(s.JWT.SigningKey, s.Signing.SecretKey)
	if s.Compatibility == Safe && shared {
		faults = append(faults, errors.New("TUTORIAL_JWT.SIGNING_KEY: is the secret of SIMPLE_JWT too, so that tokens of "+
			"one could pass for the other's; set another one here, or SIMPLE_JWT.ALGORITHM to RS256"))
	}
	return faults
}
