"""Runs one of Django's own commands on a SQLite file: manage.py FILE COMMAND [ARGUMENT…]."""

import sys

import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    SECRET_KEY="not a secret",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.sites",
        "rest_framework.authtoken",
        "rest_framework_simplejwt.token_blacklist",
    ],
    SILENCED_SYSTEM_CHECKS=["admin"],
)
django.setup()
call_command(*sys.argv[2:], skip_checks=True)
