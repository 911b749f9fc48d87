"""The Django project that bench/compare measures Watchword against: what a team would run, without its debugging parts."""
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

database = urlsplit(os.environ['BENCH_POSTGRES'])
SECRET_KEY = os.environ['BENCH_SECRET_KEY']
ALLOWED_HOSTS = ['127.0.0.1']
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions', 'rest_framework',
                  'rest_framework.authtoken', 'rest_framework_simplejwt.token_blacklist']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
              'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
              'django.contrib.auth.middleware.AuthenticationMiddleware']
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': database.path[1:],
                         'HOST': database.hostname, 'PORT': database.port, 'USER': database.username,
                         'PASSWORD': database.password or '', 'CONN_MAX_AGE': None}}
ROOT_URLCONF = 'project.urls'
USE_TZ = True
TIME_ZONE = 'UTC'
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
PASSWORD_HASHERS = ['project.hashers.WatchwordArgon2']
REST_FRAMEWORK = {
    'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTAuthentication',
                                       'rest_framework.authentication.TokenAuthentication',
                                       'rest_framework.authentication.SessionAuthentication'],
    'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
}
rotate = os.environ['BENCH_ROTATE'] == 'true'
private_key = Path(os.environ['BENCH_PRIVATE_KEY'])
SIMPLE_JWT = {'ALGORITHM': 'RS256', 'ROTATE_REFRESH_TOKENS': rotate, 'BLACKLIST_AFTER_ROTATION': rotate,
              'ACCESS_TOKEN_LIFETIME': timedelta(hours=1), 'SIGNING_KEY': private_key.read_text(),
              'VERIFYING_KEY': private_key.with_suffix('.pub').read_text()}
