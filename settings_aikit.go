package main

import (
	"errors"
	"fmt"
	"strings"

	"watchword/auth"
	"watchword/auth/dialects/aikit"
	"watchword/email"
)

// aikitConfig is django-ai-kit-auth's AI_KIT_AUTH, and settings of our own beside it.
type aikitConfig struct {
	Views      aikit.Config          `setting:",inline"`
	Identity   auth.IdentityConfig   `setting:",inline"`
	Enrolment  auth.EnrolmentConfig  `setting:",inline"`
	Activation auth.ActivationConfig `setting:",inline"`
	Frontend   auth.FrontendConfig   `setting:"FRONTEND"`
	Templates  aikitTemplates        `setting:"EMAIL_TEMPLATES"`

	SendActivation pythonFunction `setting:"SEND_USER_ACTIVATION_MAIL" help:"Only ai-kit's own: others are Python. Mails can be worded by EMAIL_TEMPLATES."`
	SendInvitation pythonFunction `setting:"SEND_ACTIVATION_BY_ADMIN_MAIL" help:"Only ai-kit's own, as above."`
	SendReset      pythonFunction `setting:"SEND_RESET_PW_MAIL" help:"Only ai-kit's own, as above."`

	UseAdmin       bool `setting:"USE_AI_KIT_AUTH_ADMIN" help:"Does nothing: there are no admin pages here. Accepted because Django projects set it."`
	FieldSets      any  `setting:"ADMIN_FIELDSETS" help:"Does nothing, as above."`
	AddedFieldSets any  `setting:"ADMIN_ADD_FIELDSETS" help:"Does nothing, as above."`
}

// aikitTemplates says how the mails are worded. Files are below EMAIL_TEMPLATES_DIR; the names of ai-kit's own stand for
// the built-in ones.
type aikitTemplates struct {
	Function pythonFunction    `setting:"CUSTOM_DATA_FUNCTION" help:"Only ai-kit's own, which returns nothing; use CUSTOM_DATA."`
	Data     map[string]string `setting:"CUSTOM_DATA" help:"What templates get beyond what they know: {phone: …} is {{.Data.phone}} there."`

	UserCreated   aikitParts `setting:"USER_CREATED"`
	ResetPassword aikitParts `setting:"RESET_PASSWORD"`
	SetPassword   aikitParts `setting:"SET_PASSWORD"`
}

// aikitParts are the files of one kind of mail.
type aikitParts struct {
	Title string `setting:"TITLE" help:"A file with the subject of this mail, below EMAIL_TEMPLATES_DIR."`
	Text  string `setting:"BODY_PLAINTEXT" help:"A file with its plain text."`
	HTML  string `setting:"BODY_HTML" help:"A file with its HTML."`
}

// pythonFunction is the dotted name of a function of ai-kit's own, the only ones that are known here.
type pythonFunction string

// UnmarshalText refuses functions of others.
func (f *pythonFunction) UnmarshalText(text []byte) error {
	if !strings.HasPrefix(string(text), aikitServices) {
		return fmt.Errorf("%q is Python and cannot be run here", text)
	}
	*f = pythonFunction(text)
	return nil
}

// The names that ai-kit gives to what it brings along.
const (
	aikitServices = "ai_kit_auth.services."
	aikitFolder   = "ai_kit_auth/"
)

// defaultAIKit makes links that do one thing once, and tells nobody about others.
func defaultAIKit() aikitConfig {
	parts := func(mail string) aikitParts {
		mail = aikitFolder + mail
		return aikitParts{Title: mail + "_title.txt", Text: mail + "_body.txt", HTML: mail + "_body.html"}
	}
	return aikitConfig{
		Views:      aikit.DefaultConfig(),
		Identity:   auth.DefaultIdentityConfig(),
		Enrolment:  auth.DefaultEnrolmentConfig(),
		Activation: auth.DefaultActivationConfig(),
		Frontend:   auth.DefaultFrontendConfig(),
		Templates: aikitTemplates{
			Function:    aikitServices + "custom_email_data",
			UserCreated: parts("user_created"), ResetPassword: parts("reset_password"), SetPassword: parts("reset_password"),
		},
		SendActivation: aikitServices + "default_send_user_activation_mail",
		SendInvitation: aikitServices + "default_send_activation_by_admin_mail",
		SendReset:      aikitServices + "default_send_reset_pw_mail",
		UseAdmin:       true,
	}
}

// exactAIKit does as the original.
func exactAIKit() aikitConfig {
	c := defaultAIKit()
	c.Views = aikit.ExactConfig()
	c.Identity = auth.ExactIdentityConfig()
	c.Enrolment = auth.EnrolmentConfig{}
	c.Activation = auth.ExactActivationConfig()
	return c
}

// validate returns every fault, each beginning with the setting's name.
func (c aikitConfig) validate() error {
	return errors.Join(c.Views.Validate(), c.Identity.Validate(), prefixed("FRONTEND.", c.Frontend.Validate()))
}

// parts returns the files of mails, by the names of their templates.
func (t aikitTemplates) parts() map[string]email.Parts {
	return map[string]email.Parts{
		email.ActivateAccount{}.Template():   t.UserCreated.own(),
		email.ForgottenPassword{}.Template(): t.ResetPassword.own(),
		email.AccountCreated{}.Template():    t.SetPassword.own(),
	}
}

// own leaves out the names of ai-kit's own files.
func (p aikitParts) own() email.Parts {
	own := func(name string) string {
		if strings.HasPrefix(name, aikitFolder) {
			return ""
		}
		return name
	}
	return email.Parts{Title: own(p.Title), Text: own(p.Text), HTML: own(p.HTML)}
}
