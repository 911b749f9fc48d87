-- The refresh tokens that one login was prolonged with. "id" is the jti of the first of them, and of all only
-- "current_jti" may be used. The tokens that were traded for another point to their family from
-- watchword_retired_refresh until they would have expired, so that their reuse is noticed. No row points to Django's
-- tables, which may be cleaned up by others.

-- +goose Up

CREATE TABLE watchword_refresh_family (
    id varchar(255) NOT NULL PRIMARY KEY,
    started_at timestamp with time zone NOT NULL,
    parent_jti varchar(255) NOT NULL,
    current_jti varchar(255) NOT NULL UNIQUE,
    access_jti varchar(255) NOT NULL,
    rotated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NULL
);
CREATE INDEX watchword_refresh_family_expires ON watchword_refresh_family (expires_at);

CREATE TABLE watchword_retired_refresh (
    jti varchar(255) NOT NULL PRIMARY KEY,
    family_id varchar(255) NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE INDEX watchword_retired_refresh_expires ON watchword_retired_refresh (expires_at);
