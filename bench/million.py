"""Fills the database of a Django project with users and sessions, as many as the first argument says, so that
`watchword adopt --rehearse` can be measured. Django must have migrated it; DATABASE_URL is PostgreSQL's, SECRET_KEY the
project's. One password is hashed once: a rehearsal does not hash.

    python3 bench/million.py 1000000
"""
import io
import os
import sys
from datetime import datetime, timedelta, timezone

import django
import psycopg2
from django.conf import settings

settings.configure(SECRET_KEY=os.environ['SECRET_KEY'], DEFAULT_HASHING_ALGORITHM='sha256', INSTALLED_APPS=[
    'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions'])
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402  Django must be set up first
from django.core import signing  # noqa: E402
from django.contrib.sessions.serializers import JSONSerializer  # noqa: E402
from django.utils.crypto import salted_hmac  # noqa: E402

COUNT = int(sys.argv[1])
PAGE = 20000
HASH = make_password('a horse with 9 batteries')
AUTH = salted_hmac('django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash', HASH, algorithm='sha256').hexdigest()
NOW = datetime.now(timezone.utc)
END = (NOW + timedelta(days=14)).isoformat()


def session(user):
    return signing.dumps({'_auth_user_id': str(user), '_auth_user_backend': 'django.contrib.auth.backends.ModelBackend',
                          '_auth_user_hash': AUTH}, salt='django.contrib.sessions.SessionStore',
                         serializer=JSONSerializer, compress=True)


def copy(cursor, table, columns, rows):
    cursor.copy_expert('COPY %s (%s) FROM STDIN' % (table, columns), io.StringIO(''.join('\t'.join(row) + '\n' for row in rows)))


connection = psycopg2.connect(os.environ['DATABASE_URL'])
with connection, connection.cursor() as cursor:
    for first in range(1, COUNT + 1, PAGE):
        ids = range(first, min(first + PAGE, COUNT + 1))
        copy(cursor, 'auth_user', 'id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, '
             'date_joined', ((str(i), HASH, 'f', 'user%d' % i, '', '', 'user%d@example.org' % i, 'f', 't', NOW.isoformat())
                             for i in ids))
        copy(cursor, 'django_session', 'session_key, session_data, expire_date',
             (('%032d' % (i * 7919 % 10**32), session(i), END) for i in ids))
