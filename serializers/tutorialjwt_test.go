package serializers_test

import (
	"testing"

	"watchword/models"
	"watchword/serializers"
	"watchword/serializers/pyjson"
)

func TestTutorialAnswersKeepTheOrderOfTheOriginal(t *testing.T) {
	for want, value := range map[string]any{
		`{"token":"a.b.c"}`: serializers.TutorialToken{Token: "a.b.c"},
		`{"id":5,"email":"zoë@example.com","username":"zoë"}`: serializers.NewTutorialUser(
			&models.User{ID: "5", Email: "zoë@example.com", Username: "zoë", Password: "secret"}),
	} {
		got, err := pyjson.Marshal(value, 0)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}
