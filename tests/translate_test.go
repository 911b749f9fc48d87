package tests

import (
	"bytes"
	"encoding/json"
	"testing"
)

// Some recorded projects had Python code of their own. Whoever moves such a project says the same by settings; these are
// the settings that say what the code did.

// serializersSay are the fields that the projects' serializers for USER_SERIALIZER had.
var serializersSay = map[string][]string{
	"refproj.serializers.IdNameSerializer":    {"id", "username"},
	"refproj.serializers.ConfirmedSerializer": {"id", "username", "email", "email_confirmed"},
	"refproj.serializers.FullUserSerializer":  {"id", "email", "username", "is_active", "first_name", "last_name"},
}

// foldingModel is a user model whose manager finds names in any case.
const foldingModel = "accounts_ci.User"

// translate returns settings and fixtures without Python code.
func translate(t *testing.T, settings, fixtures json.RawMessage) (json.RawMessage, json.RawMessage) {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(settings, &all); err != nil {
		t.Fatal(err)
	}
	name, _ := all["USER_SERIALIZER"].(string)
	fields, custom := serializersSay[name]
	if custom {
		all["USER_SERIALIZER"] = fields
	}
	if kit, _ := all["AI_KIT_AUTH"].(map[string]any); kit != nil {
		name, _ := kit["USER_SERIALIZER"].(string)
		if fields, ok := serializersSay[name]; ok {
			custom, kit["USER_SERIALIZER"] = true, fields
		}
	}
	if all["AUTH_USER_MODEL"] == foldingModel {
		custom = true
		all["AUTH_USER_MODEL"] = "auth.User"
		all["AUTHENTICATION_BACKENDS"] = []string{"model", "allauth"}
		all["REGISTRATION_DISTINCT_USERNAMES"] = true
		fixtures = bytes.ReplaceAll(fixtures, []byte(`"accounts_ci.user"`), []byte(`"auth.user"`))
	}
	if !custom {
		return settings, fixtures
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return out, fixtures
}
