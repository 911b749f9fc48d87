-- Indexes for the two ways of finding a user that Django's own schema leaves to a scan of the whole table: by name
-- without regard to case (Django's iexact) and by e-mail address. Django neither needs nor minds them.

-- +goose Up

-- +fresh Begin
CREATE INDEX watchword_auth_user_username_upper ON auth_user (UPPER(username));
CREATE INDEX watchword_auth_user_email ON auth_user (email);
-- +fresh End
