-- The one login that goes on when all others of a user are ended: the beginning of the ids of its tokens, '' for none.

-- +goose Up

ALTER TABLE watchword_logins_ended ADD COLUMN spared_login varchar(16) NOT NULL DEFAULT '';
