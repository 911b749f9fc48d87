package dialects

import (
	"net/http"

	"watchword/schemes"
	"watchword/serializers"
)

// tokenNotValid is the code of everything that is wrong with a JWT itself.
const tokenNotValid = "token_not_valid"

// jwtRefusal is the answer to a bad JWT in a header: it lists what each kind of token that was tried found wrong.
type jwtRefusal struct {
	Detail   string       `json:"detail"`
	Code     string       `json:"code"`
	Messages []jwtMessage `json:"messages"`
}

type jwtMessage struct {
	Class   string `json:"token_class"`
	Type    string `json:"token_type"`
	Message string `json:"message"`
}

// TokenMessages says what is wrong with a JWT itself.
//
// Source: rest_framework_simplejwt.tokens and backends, 5.5.
func TokenMessages() map[schemes.Reason]string {
	return map[schemes.Reason]string{
		schemes.Invalid:          "Token is invalid",
		schemes.HeaderCharacters: "Token is invalid",
		schemes.HeaderEncoding:   "Token is invalid",
		schemes.Expired:          "Token is expired",
		schemes.Revoked:          "Token is blacklisted",
		schemes.NoExpiry:         "Token has no 'exp' claim",
		schemes.NoID:             "Token has no id",
		schemes.NoType:           "Token has no type",
		schemes.WrongType:        "Token has wrong type",
	}
}

// InvalidToken says what is wrong with a JWT that came in a body.
func InvalidToken(message string) *serializers.Problem {
	return serializers.AuthenticationFailed(serializers.Detail{Detail: message, Code: tokenNotValid})
}

// words says why a credential was refused: the body of the answer by the name of the scheme and the reason.
func words() map[string]map[schemes.Reason]any {
	return map[string]map[schemes.Reason]any{
		"jwt":     jwtWords("AccessToken", "access"),
		"sliding": jwtWords("SlidingToken", "sliding"),
		"token":   tokenWords(),
		"basic":   basicWords(),
	}
}

// jwtWords are the words for a JWT of one kind in a header.
//
// Source: rest_framework_simplejwt.authentication.JWTAuthentication, 5.5.
func jwtWords(class, kind string) map[schemes.Reason]any {
	header := serializers.Detail{Detail: "Authorization header must contain two space-delimited values",
		Code: "bad_authorization_header"}
	table := map[schemes.Reason]any{
		schemes.HeaderEmpty:     header,
		schemes.HeaderParts:     header,
		schemes.NoUser:          detail("Token contained no recognizable user identification", tokenNotValid),
		schemes.UserMissing:     detail("User not found", "user_not_found"),
		schemes.UserInactive:    detail("User is inactive", "user_inactive"),
		schemes.PasswordChanged: detail("The user's password has been changed.", "password_changed"),
	}
	for reason, message := range TokenMessages() {
		table[reason] = jwtRefusal{"Given token not valid for any token type", tokenNotValid,
			[]jwtMessage{{class, kind, message}}}
	}
	return table
}

// tokenWords are the words for an opaque token.
//
// Source: rest_framework.authentication.TokenAuthentication.
func tokenWords() map[schemes.Reason]any {
	invalid, nobody := detail("Invalid token.", ""), detail("User inactive or deleted.", "")
	return map[schemes.Reason]any{
		schemes.HeaderEmpty:      detail("Invalid token header. No credentials provided.", ""),
		schemes.HeaderParts:      detail("Invalid token header. Token string should not contain spaces.", ""),
		schemes.HeaderCharacters: detail("Invalid token header. Token string should not contain invalid characters.", ""),
		schemes.Invalid:          invalid,
		schemes.Expired:          invalid,
		schemes.Revoked:          invalid,
		schemes.UserMissing:      nobody,
		schemes.UserInactive:     nobody,
	}
}

// basicWords are the words for a name and password.
//
// Source: rest_framework.authentication.BasicAuthentication.
func basicWords() map[schemes.Reason]any {
	return map[schemes.Reason]any{
		schemes.HeaderEmpty: detail("Invalid basic header. No credentials provided.", ""),
		schemes.HeaderParts: detail("Invalid basic header. Credentials string should not contain spaces.", ""),
		schemes.HeaderEncoding: detail("Invalid basic header. Credentials not correctly base64 encoded.",
			""),
		schemes.WrongCredentials: detail("Invalid username/password.", ""),
	}
}

func detail(text, code string) serializers.Detail {
	return serializers.Detail{Detail: text, Code: code}
}

// refusal says in words why a credential was refused.
func (s *Site) refusal(f *schemes.Failure) *serializers.Problem {
	if f.Reason == schemes.CSRF {
		return serializers.NewProblem(http.StatusForbidden, "CSRF Failed: "+csrfReason(f))
	}
	if body, ok := s.words[f.Scheme][f.Reason]; ok {
		return serializers.AuthenticationFailed(body)
	}
	return serializers.AuthenticationFailed(detail("Incorrect authentication credentials.", ""))
}

// csrfReason is the cause that the CSRF check gave, in Django's words.
func csrfReason(f *schemes.Failure) string {
	if f.Err == nil {
		return "CSRF token missing."
	}
	return f.Err.Error()
}
