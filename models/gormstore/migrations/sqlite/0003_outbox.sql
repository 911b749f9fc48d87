-- Mails that were promised in a transaction and are sent after it. "sealed" is the encrypted message and is wiped when
-- the mail was sent. "due" is when to try it next; while somebody is sending it, it is when their lease ends.

-- +goose Up

CREATE TABLE watchword_outbox (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id varchar(255) NOT NULL UNIQUE,
    recipient varchar(254) NOT NULL,
    sealed BLOB NULL,
    state varchar(10) NOT NULL CHECK (state IN ('queued', 'sent', 'dead')),
    created datetime NOT NULL,
    due datetime NOT NULL,
    attempts integer NOT NULL,
    error text NOT NULL,
    finished datetime NULL
);
CREATE INDEX watchword_outbox_queue ON watchword_outbox (due, id) WHERE state = 'queued';
CREATE INDEX watchword_outbox_age ON watchword_outbox (created) WHERE state = 'queued';
CREATE INDEX watchword_outbox_finished ON watchword_outbox (finished) WHERE finished IS NOT NULL;
