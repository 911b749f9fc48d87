-- The tables and fixed rows of django-rest-authtoken 2.1 as Django 4.2's `migrate` leaves them, and tables of our own
-- beside them, which Django neither needs nor minds.

-- +goose Up

-- +fresh Begin
CREATE TABLE rest_authtoken_authtoken (
    hashed_token bytea NOT NULL,
    created timestamp with time zone NOT NULL,
    user_id integer NOT NULL,
    CONSTRAINT rest_authtoken_authtoken_pkey PRIMARY KEY (hashed_token),
    CONSTRAINT rest_authtoken_authtoken_user_id_5faa84e4_fk_auth_user_id FOREIGN KEY (user_id)
        REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX rest_authtoken_authtoken_user_id_5faa84e4 ON rest_authtoken_authtoken (user_id);

CREATE TABLE rest_authtoken_emailconfirmationtoken (
    hashed_token bytea NOT NULL,
    created timestamp with time zone NOT NULL,
    email varchar(254) NOT NULL,
    user_id integer NOT NULL,
    CONSTRAINT rest_authtoken_emailconfirmationtoken_pkey PRIMARY KEY (hashed_token),
    CONSTRAINT rest_authtoken_email_user_id_97e39da5_fk_auth_user FOREIGN KEY (user_id)
        REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX rest_authtoken_emailconfirmationtoken_user_id_97e39da5
    ON rest_authtoken_emailconfirmationtoken (user_id);

INSERT INTO django_content_type (app_label, model)
    VALUES ('rest_authtoken', 'authtoken'), ('rest_authtoken', 'emailconfirmationtoken');
INSERT INTO auth_permission (name, content_type_id, codename)
    SELECT 'Can ' || action.column1 || ' ' || model.column2, c.id, action.column1 || '_' || c.model
    FROM django_content_type AS c
        JOIN (VALUES ('authtoken', 'auth token'), ('emailconfirmationtoken', 'email confirmation token')) AS model
            ON model.column1 = c.model
        CROSS JOIN (VALUES ('add', 1), ('change', 2), ('delete', 3), ('view', 4)) AS action
    WHERE c.app_label = 'rest_authtoken'
    ORDER BY c.id, action.column2;
INSERT INTO django_migrations (app, name, applied)
    VALUES ('rest_authtoken', '0001_initial', now()), ('rest_authtoken', '0002_auto_20200822_1320', now());

-- Expired tokens are found by their age.
CREATE INDEX watchword_authtoken_created ON rest_authtoken_authtoken (created);
CREATE INDEX watchword_emailconfirmationtoken_created ON rest_authtoken_emailconfirmationtoken (created);
-- +fresh End

-- When a login token was last used, for tokens that live on by use.
CREATE TABLE watchword_authtoken_refresh (
    hashed_token bytea NOT NULL PRIMARY KEY REFERENCES rest_authtoken_authtoken (hashed_token) ON DELETE CASCADE,
    refreshed_at timestamp with time zone NOT NULL
);

-- Who has proved that an address is theirs, for projects that do not keep this in is_active.
CREATE TABLE watchword_confirmed_email (
    user_id integer NOT NULL PRIMARY KEY REFERENCES auth_user (id) ON DELETE CASCADE,
    email varchar(254) NOT NULL,
    confirmed_at timestamp with time zone NOT NULL
);

-- Work that one server process at a time does for all.
CREATE TABLE watchword_lease (
    name varchar(100) NOT NULL PRIMARY KEY,
    holder varchar(100) NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
