"""Does with Django's sessions what a test does with ours, on the same database: reads jobs from stdin, one JSON object a
line, and answers each with a line.

    {"op": "login", "key", "username"}       in the session of that key, or a new one; {"key"}
    {"op": "whoami", "key"}                  {"username", "entries"}
    {"op": "set", "key", "name", "value"}    an entry of the session of that key, or of a new one; {"key"}
    {"op": "logout", "key"}                  {}
"""
import json
import os
import sys
from urllib.parse import urlsplit

import django
from django.conf import settings


def database(url):
    parts = urlsplit(url)
    if parts.scheme == 'sqlite':
        return {'ENGINE': 'django.db.backends.sqlite3', 'NAME': parts.path[1:]}
    return {'ENGINE': 'django.db.backends.postgresql', 'NAME': parts.path[1:], 'HOST': parts.hostname,
            'PORT': parts.port, 'USER': parts.username, 'PASSWORD': parts.password or ''}


settings.configure(
    SECRET_KEY=os.environ['PEER_SECRET_KEY'], DATABASES={'default': database(os.environ['PEER_DATABASE'])}, USE_TZ=True,
    INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions'])
django.setup()

from django.contrib import auth  # noqa: E402  Django must be set up first
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.http import HttpRequest  # noqa: E402


def request(key):
    r = HttpRequest()
    r.session = SessionStore(key or None)
    r.user = auth.get_user(r)
    return r


def saved(r):
    r.session.save()
    return {'key': r.session.session_key}


def login(key, username):
    r = request(key)
    auth.login(r, User.objects.get(username=username), backend='django.contrib.auth.backends.ModelBackend')
    return saved(r)


def whoami(key):
    r = request(key)
    return {'username': r.user.get_username(), 'entries': dict(r.session.items())}


def put(key, name, value):
    r = request(key)
    r.session[name] = value
    return saved(r)


def logout(key):
    auth.logout(request(key))
    return {}


OPERATIONS = {'login': login, 'whoami': whoami, 'set': put, 'logout': logout}

for line in sys.stdin:
    job = json.loads(line)
    print(json.dumps(OPERATIONS[job.pop('op')](**job)), flush=True)
