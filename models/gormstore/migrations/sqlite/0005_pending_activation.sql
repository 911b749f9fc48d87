-- Who has registered and not proved their address yet. Who is not active and not in here was disabled by somebody.

-- +goose Up

CREATE TABLE watchword_pending_activation (
    user_id integer NOT NULL PRIMARY KEY REFERENCES auth_user (id) ON DELETE CASCADE,
    since datetime NOT NULL
);

-- +fresh Begin
-- Users are also found by their address without regard to case (Django's iexact).
CREATE INDEX watchword_auth_user_email_upper ON auth_user (UPPER(email));
-- +fresh End
