-- When all logins of a user were ended: tokens that were handed out before are void, though nothing else is kept of them.

-- +goose Up

CREATE TABLE watchword_logins_ended (
    user_id integer NOT NULL PRIMARY KEY REFERENCES auth_user (id) ON DELETE CASCADE,
    ended_at timestamp with time zone NOT NULL
);
