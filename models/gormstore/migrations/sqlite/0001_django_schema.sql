-- The tables and fixed rows that Django 4.2's `migrate` leaves on SQLite for auth, admin, contenttypes, sessions, sites,
-- authtoken, token_blacklist, account, socialaccount and students: types, index names and django_migrations are Django's
-- own, so that a Django project pointed at this database finds itself migrated.

-- +goose Up

-- +fresh Begin
CREATE TABLE "account_emailaddress" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "verified" bool NOT NULL,
    "primary" bool NOT NULL,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "email" varchar(254) NOT NULL
);
CREATE INDEX "account_emailaddress_email_03be32b2" ON "account_emailaddress" ("email");
CREATE INDEX "account_emailaddress_user_id_2c513194" ON "account_emailaddress" ("user_id");
CREATE UNIQUE INDEX "account_emailaddress_user_id_email_987c8728_uniq" ON "account_emailaddress" ("user_id", "email");
CREATE UNIQUE INDEX "unique_primary_email" ON "account_emailaddress" ("user_id", "primary") WHERE "primary";
CREATE UNIQUE INDEX "unique_verified_email" ON "account_emailaddress" ("email") WHERE "verified";

CREATE TABLE "account_emailconfirmation" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "created" datetime NOT NULL,
    "sent" datetime NULL,
    "key" varchar(64) NOT NULL UNIQUE,
    "email_address_id" integer NOT NULL REFERENCES "account_emailaddress" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "account_emailconfirmation_email_address_id_5b7f8c58" ON "account_emailconfirmation" ("email_address_id");

CREATE TABLE "auth_group" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(150) NOT NULL UNIQUE
);

CREATE TABLE "auth_group_permissions" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");

CREATE TABLE "auth_permission" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
    "codename" varchar(100) NOT NULL,
    "name" varchar(255) NOT NULL
);
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");

CREATE TABLE "auth_user" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "password" varchar(128) NOT NULL,
    "last_login" datetime NULL,
    "is_superuser" bool NOT NULL,
    "username" varchar(150) NOT NULL UNIQUE,
    "last_name" varchar(150) NOT NULL,
    "email" varchar(254) NOT NULL,
    "is_staff" bool NOT NULL,
    "is_active" bool NOT NULL,
    "date_joined" datetime NOT NULL,
    "first_name" varchar(150) NOT NULL
);

CREATE TABLE "auth_user_groups" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id");
CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id");
CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id");

CREATE TABLE "auth_user_user_permissions" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c" ON "auth_user_user_permissions" ("permission_id");
CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id");
CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" ON "auth_user_user_permissions" ("user_id", "permission_id");

CREATE TABLE "authtoken_token" (
    "key" varchar(40) NOT NULL PRIMARY KEY,
    "created" datetime NOT NULL,
    "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE "django_admin_log" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "object_id" text NULL,
    "object_repr" varchar(200) NOT NULL,
    "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0),
    "change_message" text NOT NULL,
    "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "action_time" datetime NOT NULL
);
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");

CREATE TABLE "django_content_type" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app_label" varchar(100) NOT NULL,
    "model" varchar(100) NOT NULL
);
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");

CREATE TABLE "django_migrations" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app" varchar(255) NOT NULL,
    "name" varchar(255) NOT NULL,
    "applied" datetime NOT NULL
);

CREATE TABLE "django_session" (
    "session_key" varchar(40) NOT NULL PRIMARY KEY,
    "session_data" text NOT NULL,
    "expire_date" datetime NOT NULL
);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");

CREATE TABLE "django_site" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(50) NOT NULL,
    "domain" varchar(100) NOT NULL UNIQUE
);

CREATE TABLE "socialaccount_socialaccount" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "provider" varchar(200) NOT NULL,
    "uid" varchar(191) NOT NULL,
    "last_login" datetime NOT NULL,
    "date_joined" datetime NOT NULL,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "extra_data" text NOT NULL CHECK ((JSON_VALID("extra_data") OR "extra_data" IS NULL))
);
CREATE UNIQUE INDEX "socialaccount_socialaccount_provider_uid_fc810c6e_uniq" ON "socialaccount_socialaccount" ("provider", "uid");
CREATE INDEX "socialaccount_socialaccount_user_id_8146e70c" ON "socialaccount_socialaccount" ("user_id");

CREATE TABLE "socialaccount_socialapp" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "provider" varchar(30) NOT NULL,
    "name" varchar(40) NOT NULL,
    "client_id" varchar(191) NOT NULL,
    "secret" varchar(191) NOT NULL,
    "key" varchar(191) NOT NULL,
    "provider_id" varchar(200) NOT NULL,
    "settings" text NOT NULL CHECK ((JSON_VALID("settings") OR "settings" IS NULL))
);

CREATE TABLE "socialaccount_socialapp_sites" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "socialapp_id" integer NOT NULL REFERENCES "socialaccount_socialapp" ("id") DEFERRABLE INITIALLY DEFERRED,
    "site_id" integer NOT NULL REFERENCES "django_site" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "socialaccount_socialapp_sites_site_id_2579dee5" ON "socialaccount_socialapp_sites" ("site_id");
CREATE INDEX "socialaccount_socialapp_sites_socialapp_id_97fb6e7d" ON "socialaccount_socialapp_sites" ("socialapp_id");
CREATE UNIQUE INDEX "socialaccount_socialapp_sites_socialapp_id_site_id_71a9a768_uniq" ON "socialaccount_socialapp_sites" ("socialapp_id", "site_id");

CREATE TABLE "socialaccount_socialtoken" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "token" text NOT NULL,
    "token_secret" text NOT NULL,
    "expires_at" datetime NULL,
    "account_id" integer NOT NULL REFERENCES "socialaccount_socialaccount" ("id") DEFERRABLE INITIALLY DEFERRED,
    "app_id" integer NULL REFERENCES "socialaccount_socialapp" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "socialaccount_socialtoken_account_id_951f210e" ON "socialaccount_socialtoken" ("account_id");
CREATE INDEX "socialaccount_socialtoken_app_id_636a42d7" ON "socialaccount_socialtoken" ("app_id");
CREATE UNIQUE INDEX "socialaccount_socialtoken_app_id_account_id_fca4e0ac_uniq" ON "socialaccount_socialtoken" ("app_id", "account_id");

CREATE TABLE "students_student" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "first_name" varchar(255) NOT NULL,
    "last_name" varchar(255) NOT NULL,
    "email" varchar(254) NOT NULL,
    "classroom" varchar(20) NOT NULL
);

CREATE TABLE "token_blacklist_blacklistedtoken" (
    "blacklisted_at" datetime NOT NULL,
    "token_id" bigint NOT NULL UNIQUE REFERENCES "token_blacklist_outstandingtoken" ("id") DEFERRABLE INITIALLY DEFERRED,
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
);

CREATE TABLE "token_blacklist_outstandingtoken" (
    "token" text NOT NULL,
    "created_at" datetime NULL,
    "expires_at" datetime NOT NULL,
    "user_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "jti" varchar(255) NOT NULL UNIQUE,
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
);
CREATE INDEX "token_blacklist_outstandingtoken_user_id_83bc629a" ON "token_blacklist_outstandingtoken" ("user_id");

-- The rows of a fresh database.
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (1, 'admin', 'logentry');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (2, 'auth', 'permission');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (3, 'auth', 'group');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (4, 'auth', 'user');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (5, 'contenttypes', 'contenttype');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (6, 'sessions', 'session');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (7, 'sites', 'site');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (8, 'authtoken', 'token');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (9, 'authtoken', 'tokenproxy');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (10, 'token_blacklist', 'blacklistedtoken');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (11, 'token_blacklist', 'outstandingtoken');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (12, 'account', 'emailaddress');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (13, 'account', 'emailconfirmation');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (14, 'socialaccount', 'socialaccount');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (15, 'socialaccount', 'socialapp');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (16, 'socialaccount', 'socialtoken');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES (17, 'students', 'student');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (1, 1, 'add_logentry', 'Can add log entry');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (2, 1, 'change_logentry', 'Can change log entry');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (3, 1, 'delete_logentry', 'Can delete log entry');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (4, 1, 'view_logentry', 'Can view log entry');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (5, 2, 'add_permission', 'Can add permission');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (6, 2, 'change_permission', 'Can change permission');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (7, 2, 'delete_permission', 'Can delete permission');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (8, 2, 'view_permission', 'Can view permission');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (9, 3, 'add_group', 'Can add group');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (10, 3, 'change_group', 'Can change group');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (11, 3, 'delete_group', 'Can delete group');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (12, 3, 'view_group', 'Can view group');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (13, 4, 'add_user', 'Can add user');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (14, 4, 'change_user', 'Can change user');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (15, 4, 'delete_user', 'Can delete user');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (16, 4, 'view_user', 'Can view user');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (17, 5, 'add_contenttype', 'Can add content type');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (18, 5, 'change_contenttype', 'Can change content type');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (19, 5, 'delete_contenttype', 'Can delete content type');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (20, 5, 'view_contenttype', 'Can view content type');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (21, 6, 'add_session', 'Can add session');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (22, 6, 'change_session', 'Can change session');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (23, 6, 'delete_session', 'Can delete session');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (24, 6, 'view_session', 'Can view session');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (25, 7, 'add_site', 'Can add site');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (26, 7, 'change_site', 'Can change site');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (27, 7, 'delete_site', 'Can delete site');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (28, 7, 'view_site', 'Can view site');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (29, 8, 'add_token', 'Can add Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (30, 8, 'change_token', 'Can change Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (31, 8, 'delete_token', 'Can delete Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (32, 8, 'view_token', 'Can view Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (33, 9, 'add_tokenproxy', 'Can add Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (34, 9, 'change_tokenproxy', 'Can change Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (35, 9, 'delete_tokenproxy', 'Can delete Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (36, 9, 'view_tokenproxy', 'Can view Token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (37, 10, 'add_blacklistedtoken', 'Can add blacklisted token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (38, 10, 'change_blacklistedtoken', 'Can change blacklisted token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (39, 10, 'delete_blacklistedtoken', 'Can delete blacklisted token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (40, 10, 'view_blacklistedtoken', 'Can view blacklisted token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (41, 11, 'add_outstandingtoken', 'Can add outstanding token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (42, 11, 'change_outstandingtoken', 'Can change outstanding token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (43, 11, 'delete_outstandingtoken', 'Can delete outstanding token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (44, 11, 'view_outstandingtoken', 'Can view outstanding token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (45, 12, 'add_emailaddress', 'Can add email address');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (46, 12, 'change_emailaddress', 'Can change email address');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (47, 12, 'delete_emailaddress', 'Can delete email address');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (48, 12, 'view_emailaddress', 'Can view email address');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (49, 13, 'add_emailconfirmation', 'Can add email confirmation');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (50, 13, 'change_emailconfirmation', 'Can change email confirmation');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (51, 13, 'delete_emailconfirmation', 'Can delete email confirmation');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (52, 13, 'view_emailconfirmation', 'Can view email confirmation');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (53, 14, 'add_socialaccount', 'Can add social account');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (54, 14, 'change_socialaccount', 'Can change social account');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (55, 14, 'delete_socialaccount', 'Can delete social account');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (56, 14, 'view_socialaccount', 'Can view social account');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (57, 15, 'add_socialapp', 'Can add social application');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (58, 15, 'change_socialapp', 'Can change social application');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (59, 15, 'delete_socialapp', 'Can delete social application');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (60, 15, 'view_socialapp', 'Can view social application');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (61, 16, 'add_socialtoken', 'Can add social application token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (62, 16, 'change_socialtoken', 'Can change social application token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (63, 16, 'delete_socialtoken', 'Can delete social application token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (64, 16, 'view_socialtoken', 'Can view social application token');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (65, 17, 'add_student', 'Can add student');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (66, 17, 'change_student', 'Can change student');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (67, 17, 'delete_student', 'Can delete student');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES (68, 17, 'view_student', 'Can view student');
INSERT INTO "django_site" ("id", "name", "domain") VALUES (1, 'example.com', 'example.com');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (1, 'contenttypes', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (2, 'auth', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (3, 'account', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (4, 'account', '0002_email_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (5, 'account', '0003_alter_emailaddress_create_unique_verified_email', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (6, 'account', '0004_alter_emailaddress_drop_unique_email', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (7, 'account', '0005_emailaddress_idx_upper_email', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (8, 'account', '0006_emailaddress_lower', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (9, 'account', '0007_emailaddress_idx_email', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (10, 'account', '0008_emailaddress_unique_primary_email_fixup', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (11, 'account', '0009_emailaddress_unique_primary_email', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (12, 'admin', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (13, 'admin', '0002_logentry_remove_auto_add', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (14, 'admin', '0003_logentry_add_action_flag_choices', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (15, 'contenttypes', '0002_remove_content_type_name', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (16, 'auth', '0002_alter_permission_name_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (17, 'auth', '0003_alter_user_email_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (18, 'auth', '0004_alter_user_username_opts', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (19, 'auth', '0005_alter_user_last_login_null', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (20, 'auth', '0006_require_contenttypes_0002', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (21, 'auth', '0007_alter_validators_add_error_messages', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (22, 'auth', '0008_alter_user_username_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (23, 'auth', '0009_alter_user_last_name_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (24, 'auth', '0010_alter_group_name_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (25, 'auth', '0011_update_proxy_permissions', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (26, 'auth', '0012_alter_user_first_name_max_length', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (27, 'authtoken', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (28, 'authtoken', '0002_auto_20160226_1747', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (29, 'authtoken', '0003_tokenproxy', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (30, 'authtoken', '0004_alter_tokenproxy_options', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (31, 'sessions', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (32, 'sites', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (33, 'sites', '0002_alter_domain_unique', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (34, 'socialaccount', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (35, 'socialaccount', '0002_token_max_lengths', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (36, 'socialaccount', '0003_extra_data_default_dict', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (37, 'socialaccount', '0004_app_provider_id_settings', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (38, 'socialaccount', '0005_socialtoken_nullable_app', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (39, 'socialaccount', '0006_alter_socialaccount_extra_data', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (40, 'students', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (41, 'token_blacklist', '0001_initial', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (42, 'token_blacklist', '0002_outstandingtoken_jti_hex', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (43, 'token_blacklist', '0003_auto_20171017_2007', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (44, 'token_blacklist', '0004_auto_20171017_2013', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (45, 'token_blacklist', '0005_remove_outstandingtoken_jti', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (46, 'token_blacklist', '0006_auto_20171017_2113', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (47, 'token_blacklist', '0007_auto_20171017_2214', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (48, 'token_blacklist', '0008_migrate_to_bigautofield', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (49, 'token_blacklist', '0010_fix_migrate_to_bigautofield', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (50, 'token_blacklist', '0011_linearizes_history', strftime('%Y-%m-%d %H:%M:%S', 'now'));
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (51, 'token_blacklist', '0012_alter_outstandingtoken_user', strftime('%Y-%m-%d %H:%M:%S', 'now'));
-- +fresh End
