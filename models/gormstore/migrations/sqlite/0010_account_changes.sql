-- What users did to their accounts and may still take back: changes of the primary address, which "email" was before, and
-- wishes to be deleted. Ids are never used again, for links name them. "undoable" says that nobody but the user has
-- disabled the account since.

-- +goose Up

CREATE TABLE watchword_email_change (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id integer NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    email varchar(254) NOT NULL,
    made_at datetime NOT NULL
);
CREATE INDEX watchword_email_change_user ON watchword_email_change (user_id);
CREATE INDEX watchword_email_change_made ON watchword_email_change (made_at);

CREATE TABLE watchword_pending_deletion (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id integer NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    due datetime NOT NULL,
    undoable bool NOT NULL
);
CREATE UNIQUE INDEX watchword_pending_deletion_user ON watchword_pending_deletion (user_id);
CREATE INDEX watchword_pending_deletion_due ON watchword_pending_deletion (due);
