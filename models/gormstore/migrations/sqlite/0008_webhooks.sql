-- Events that other programs are to be told of, promised in the transaction that they are about. "payload" is wiped when
-- it was delivered. "due" is when to try next; while somebody is trying, it is when their lease ends.

-- +goose Up

CREATE TABLE watchword_webhook (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id varchar(64) NOT NULL UNIQUE,
    endpoint text NOT NULL,
    event varchar(64) NOT NULL,
    payload BLOB NULL,
    state varchar(10) NOT NULL CHECK (state IN ('queued', 'delivered', 'dead')),
    created datetime NOT NULL,
    due datetime NOT NULL,
    attempts integer NOT NULL,
    error text NOT NULL,
    finished datetime NULL
);
CREATE INDEX watchword_webhook_queue ON watchword_webhook (endpoint, due, id) WHERE state = 'queued';
CREATE INDEX watchword_webhook_finished ON watchword_webhook (finished) WHERE finished IS NOT NULL;
