package serializers

import "testing"

// What Python 3.11's base64.b64decode makes of the same.
func TestBase64IsReadAsPythonReadsIt(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "QQ==": "A", "QUI=": "AB", "QUJD": "ABC", "=QUJD": "ABC", "Q U\nI-=": "AB", "Q=Q==": "A", "Q=UI=": "AB",
		"QQ==QQ==": "A", "QUI=QUI=": "AB", "QUJDRA==junk": "ABCD", "QUJD====QUJD": "ABCABC", "QQ=Q=": "A\x04",
	} {
		if got, err := decodeBase64([]byte(text)); err != nil || string(got) != want {
			t.Errorf("%q = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"Q", "QQ", "QQ=", "QUI", "QUJDR", "QUJDR==="} {
		if got, err := decodeBase64([]byte(text)); err == nil {
			t.Errorf("%q = %q; want it refused", text, got)
		}
	}
}
