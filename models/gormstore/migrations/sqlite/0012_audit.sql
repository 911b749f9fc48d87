-- What has happened to accounts: who, what, from where. The rows outlive their users, so "user_id" is no foreign key; it is
-- NULL where nobody is known. Nothing in this table is secret.

-- +goose Up

CREATE TABLE watchword_audit (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    at datetime NOT NULL,
    event varchar(32) NOT NULL,
    user_id varchar(64) NULL,
    username varchar(254) NOT NULL,
    scheme varchar(32) NOT NULL,
    client varchar(64) NOT NULL,
    request varchar(64) NOT NULL,
    route varchar(200) NOT NULL
);
CREATE INDEX watchword_audit_at ON watchword_audit (at);
CREATE INDEX watchword_audit_user ON watchword_audit (user_id, id) WHERE user_id IS NOT NULL;
