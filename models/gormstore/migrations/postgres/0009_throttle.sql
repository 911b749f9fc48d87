-- How often clients did something lately: the times of what was counted, the oldest first. "counted" says whether the
-- last attempt was. "expires_at" is when a row says nothing any more; a row without times is a note that is good until
-- then. The table is not written ahead: it costs little, and is empty after a crash of the database.

-- +goose Up

CREATE UNLOGGED TABLE watchword_throttle (
    key char(64) NOT NULL PRIMARY KEY,
    hits timestamp with time zone[] NOT NULL,
    counted boolean NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE INDEX watchword_throttle_expires ON watchword_throttle (expires_at);
