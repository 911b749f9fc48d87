-- That the database is a Django project's, whose tables are left alone, and what was found there. No row: this server
-- made the database.

-- +goose Up

CREATE TABLE watchword_adoption (
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    adopted_at datetime NOT NULL,
    server varchar(100) NOT NULL,
    found text NOT NULL
);
