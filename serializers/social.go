package serializers

import "watchword/models"

// SocialLogin is what a client has got from an identity provider. What follows IDToken is ours: a project that builds on
// dj-rest-auth says it in Python, or not at all.
//
// Source: dj_rest_auth.registration.serializers.SocialLoginSerializer.
type SocialLogin struct {
	AccessToken Char `json:"access_token" field:"allow_blank"`
	Code        Char `json:"code" field:"allow_blank"`
	IDToken     Char `json:"id_token" field:"allow_blank" label:"Id token"`

	CodeVerifier Char `json:"code_verifier" field:"allow_blank"`
	CallbackURL  Char `json:"callback_url" field:"allow_blank"`
	ClientID     Char `json:"client_id" field:"allow_blank"`
	Nonce        Char `json:"nonce" field:"allow_blank"`
}

// socialLoginFields is how many fields of SocialLogin the original has.
const socialLoginFields = 3

// DescribedSocialLogin returns the fields that the metadata shows: those of the original.
func DescribedSocialLogin(s *Serializer[SocialLogin]) Fields { return s.Fields()[:socialLoginFields] }

// TwitterLogin is an access token of OAuth 1.0a and its secret.
//
// Source: dj_rest_auth.social_serializers.TwitterLoginSerializer.
type TwitterLogin struct {
	AccessToken Char `json:"access_token" field:"required"`
	TokenSecret Char `json:"token_secret" field:"required"`
}

// SocialAccount is what a user is at an identity provider.
//
// Source: dj_rest_auth.registration.serializers.SocialAccountSerializer.
type SocialAccount struct {
	ID         int64  `json:"id"`
	Provider   string `json:"provider"`
	UID        string `json:"uid"`
	LastLogin  Time   `json:"last_login"`
	DateJoined Time   `json:"date_joined"`
}

// NewSocialAccounts returns a list as it goes on the wire.
func NewSocialAccounts(list []models.SocialAccount) []SocialAccount {
	out := make([]SocialAccount, len(list))
	for i, a := range list {
		out[i] = SocialAccount{ID: a.ID, Provider: a.Provider, UID: a.UID, LastLogin: Time(a.LastLogin),
			DateJoined: Time(a.DateJoined)}
	}
	return out
}
