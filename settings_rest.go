package main

import (
	"fmt"
	"slices"
	"strings"

	"watchword/auth/dialects"
)

// restConfig is Django REST framework's REST_FRAMEWORK. Classes are named as here or by their dotted Python names.
type restConfig struct {
	dialects.RESTConfig
	dialects.ThrottleConfig
	Authentication []authenticationClass      `setting:"DEFAULT_AUTHENTICATION_CLASSES" help:"Who is asked who sent a request, in this order: session, jwt, token, authtoken, basic."`
	Permission     []dialects.PermissionClass `setting:"DEFAULT_PERMISSION_CLASSES" help:"Who may use views that do not say it themselves: authenticated, anybody. All views of this version say it."`
}

// authenticationClass is a way of saying who sent a request. Its values are the names used here.
type authenticationClass string

// The classes that this version knows.
const (
	classSession   authenticationClass = "session"
	classBasic     authenticationClass = "basic"
	classToken     authenticationClass = "token"
	classJWT       authenticationClass = "jwt"
	classJWTCookie authenticationClass = "jwt-cookie"
	classAuthToken authenticationClass = "authtoken"
	classTutorial  authenticationClass = "tutorial-jwt"
)

// defaultREST reads tokens only, and lets in nobody without one.
func defaultREST() restConfig {
	return restConfig{
		Authentication: []authenticationClass{classJWT},
		Permission:     []dialects.PermissionClass{dialects.Authenticated},
		RESTConfig:     dialects.DefaultRESTConfig(),
	}
}

// exactREST returns Django REST framework's own defaults.
func exactREST() restConfig {
	c := defaultREST()
	c.Authentication = []authenticationClass{classSession, classBasic}
	c.Permission = []dialects.PermissionClass{dialects.Anybody}
	return c
}

// UnmarshalText reads the name of a class, ours or Python's.
func (c *authenticationClass) UnmarshalText(text []byte) error {
	return readClass(c, text, "authentication class", map[string]authenticationClass{
		"rest_framework.authentication.SessionAuthentication":       classSession,
		"rest_framework.authentication.BasicAuthentication":         classBasic,
		"rest_framework.authentication.TokenAuthentication":         classToken,
		"rest_framework_simplejwt.authentication.JWTAuthentication": classJWT,
		"dj_rest_auth.jwt_auth.JWTCookieAuthentication":             classJWTCookie,
		"rest_authtoken.auth.AuthTokenAuthentication":               classAuthToken,
		"authentication.backends.JWTAuthentication":                 classTutorial,
	})
}

// readClass sets c to the class that text names, by one of the Python names or by ours, which are the values.
func readClass[C ~string](c *C, text []byte, kind string, python map[string]C) error {
	if class, ok := python[string(text)]; ok {
		*c = class
		return nil
	}
	var known []string
	for _, class := range python {
		if string(class) == string(text) {
			*c = class
			return nil
		}
		known = append(known, string(class))
	}
	slices.Sort(known)
	return fmt.Errorf("unknown %s %q; known are %s", kind, text, strings.Join(known, ", "))
}

// missing says what this version does not have of the class, or nothing.
func (c authenticationClass) missing() string {
	switch c {
	case classTutorial:
		return "its tokens are read below the mount tutorial-jwt only; elsewhere the others are asked."
	default:
		return ""
	}
}
