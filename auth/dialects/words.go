package dialects

import (
	"net/http"

	"watchword/schemes"
	"watchword/serializers"
)

// The words for refused credentials, one function per scheme. A function returns the body of the answer, or nil for a
// reason that it has no words for.

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

// refusal says in words why a credential was refused.
func refusal(f *schemes.Failure) *serializers.Problem {
	if f.Reason == schemes.CSRF {
		return serializers.NewProblem(http.StatusForbidden, "CSRF Failed: "+csrfReason(f))
	}
	var body any
	switch f.Scheme {
	case "jwt":
		body = jwtWords(f)
	case "token":
		body = tokenWords(f)
	case "authtoken":
		body = loginTokenWords(f)
	case "basic":
		body = basicWords(f)
	case "tutorial-jwt":
		body = tutorialWords(f)
	}
	if body == nil {
		body = detail("Incorrect authentication credentials.", "")
	}
	return serializers.AuthenticationFailed(body)
}

// csrfReason is the cause that the CSRF check gave, in Django's words.
func csrfReason(f *schemes.Failure) string {
	if f.Err == nil {
		return "CSRF token missing."
	}
	return f.Err.Error()
}

// jwtWords are the words for a JWT in a header.
//
// Source: rest_framework_simplejwt.authentication.JWTAuthentication, 5.5.
func jwtWords(f *schemes.Failure) any {
	switch f.Reason {
	case schemes.HeaderEmpty, schemes.HeaderParts:
		return detail("Authorization header must contain two space-delimited values", "bad_authorization_header")
	case schemes.NoUser:
		return detail("Token contained no recognizable user identification", tokenNotValid)
	case schemes.UserMissing:
		return detail("User not found", "user_not_found")
	case schemes.UserInactive:
		return detail("User is inactive", "user_inactive")
	case schemes.PasswordChanged:
		return passwordChanged()
	default:
		return jwtAttempts(f)
	}
}

// jwtAttempts lists what each kind of token found wrong with a JWT.
func jwtAttempts(f *schemes.Failure) any {
	if tokenMessage(f.Reason, "") == "" {
		return nil
	}
	attempts := f.Attempts
	if attempts == nil {
		attempts = []schemes.Attempt{{Class: "AccessToken", Type: "access", Reason: f.Reason}}
	}
	said := jwtRefusal{Detail: "Given token not valid for any token type", Code: tokenNotValid}
	for _, a := range attempts {
		said.Messages = append(said.Messages, jwtMessage{a.Class, a.Type, tokenMessage(a.Reason, "")})
	}
	return said
}

// TokenRefused says why a JWT that came in a body is no good, or returns nil for reasons that bodies do not have.
//
// Source: rest_framework_simplejwt.serializers and exceptions, 5.5.
func TokenRefused(f *schemes.Failure) *serializers.Problem {
	switch f.Reason {
	case schemes.PasswordChanged:
		return serializers.AuthenticationFailed(passwordChanged())
	case schemes.UserMissing, schemes.UserInactive, schemes.NoUser:
		return serializers.AuthenticationFailed(detail("No active account found for the given token.", ""))
	default:
		if message := TokenMessage(f); message != "" {
			return serializers.AuthenticationFailed(detail(message, tokenNotValid))
		}
		return nil
	}
}

// TokenMessage says what is wrong with a JWT itself; "" when f is about something else.
func TokenMessage(f *schemes.Failure) string { return tokenMessage(f.Reason, f.Claim) }

// TokenBlacklisted is what is said of a JWT that was taken back.
func TokenBlacklisted() string { return tokenMessage(schemes.Revoked, "") }

// tokenMessage says what is wrong with a JWT itself; "" for other reasons. claim is the end that the reason is about,
// "" for the usual one.
//
// Source: rest_framework_simplejwt.tokens and backends, 5.5.
func tokenMessage(reason schemes.Reason, claim string) string {
	switch reason {
	case schemes.Invalid, schemes.HeaderCharacters, schemes.HeaderEncoding:
		return "Token is invalid"
	case schemes.Expired:
		if claim != "" {
			return "Token '" + claim + "' claim has expired"
		}
		return "Token is expired"
	case schemes.Revoked:
		return "Token is blacklisted"
	case schemes.NoExpiry:
		if claim == "" {
			claim = "exp"
		}
		return "Token has no '" + claim + "' claim"
	case schemes.NoID:
		return "Token has no id"
	case schemes.NoType:
		return "Token has no type"
	case schemes.WrongType:
		return "Token has wrong type"
	default:
		return ""
	}
}

func passwordChanged() serializers.Detail {
	return detail("The user's password has been changed.", "password_changed")
}

// tokenWords are the words for an opaque token.
//
// Source: rest_framework.authentication.TokenAuthentication.
func tokenWords(f *schemes.Failure) any {
	switch f.Reason {
	case schemes.HeaderEmpty:
		return detail("Invalid token header. No credentials provided.", "")
	case schemes.HeaderParts:
		return detail("Invalid token header. Token string should not contain spaces.", "")
	case schemes.HeaderCharacters:
		return detail("Invalid token header. Token string should not contain invalid characters.", "")
	case schemes.Invalid, schemes.Expired, schemes.Revoked:
		return detail("Invalid token.", "")
	case schemes.UserMissing, schemes.UserInactive:
		return detail("User inactive or deleted.", "")
	default:
		return nil
	}
}

// loginTokenWords are the words for an opaque token of which there is one for each login.
//
// Source: rest_authtoken.auth.AuthTokenAuthentication.
func loginTokenWords(f *schemes.Failure) any {
	if f.Reason == schemes.HeaderEmpty {
		return detail("invalid auth header, No credentials provided.", "")
	}
	return detail("invalid auth token", "")
}

// basicWords are the words for a name and password in a header.
//
// Source: rest_framework.authentication.BasicAuthentication.
func basicWords(f *schemes.Failure) any {
	switch f.Reason {
	case schemes.HeaderEmpty:
		return detail("Invalid basic header. No credentials provided.", "")
	case schemes.HeaderParts:
		return detail("Invalid basic header. Credentials string should not contain spaces.", "")
	case schemes.HeaderEncoding:
		return detail("Invalid basic header. Credentials not correctly base64 encoded.", "")
	case schemes.WrongCredentials:
		return detail("Invalid username/password.", "")
	default:
		return nil
	}
}

// tutorialWords are the words for the tutorial's JWT.
//
// Source: the JWTAuthentication of the tutorial.
func tutorialWords(f *schemes.Failure) any {
	switch f.Reason {
	case schemes.Invalid, schemes.Expired, schemes.NoExpiry:
		return detail("Invalid authentication. Could not decode token.", "")
	case schemes.NoUser, schemes.UserMissing:
		return detail("No user matching this token was found.", "")
	case schemes.UserInactive:
		return detail("This user has been deactivated.", "")
	default:
		return nil
	}
}

func detail(text, code string) serializers.Detail {
	return serializers.Detail{Detail: text, Code: code}
}
