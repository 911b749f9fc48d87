"""Settings of a Django project with simplejwt and Django's admin, as small as it can be. What differs between tests is in the environment."""
import os
from urllib.parse import urlsplit


def database(url):
    parts = urlsplit(url)
    if parts.scheme == 'sqlite':
        return {'ENGINE': 'django.db.backends.sqlite3', 'NAME': parts.path[1:], 'OPTIONS': {'timeout': 10}}
    return {'ENGINE': 'django.db.backends.postgresql', 'NAME': parts.path[1:], 'HOST': parts.hostname,
            'PORT': parts.port, 'USER': parts.username, 'PASSWORD': parts.password or ''}


SECRET_KEY = os.environ['BRIDGE_SECRET_KEY']
ALLOWED_HOSTS = ['testserver', '127.0.0.1']
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
                  'django.contrib.messages', 'django.contrib.admin', 'rest_framework', 'rest_framework.authtoken', 'rest_authtoken',
                  'rest_framework_simplejwt.token_blacklist', 'allauth', 'allauth.account',
                  'allauth.socialaccount']
MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
              'django.contrib.auth.middleware.AuthenticationMiddleware',
              'django.contrib.messages.middleware.MessageMiddleware']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {
    'context_processors': ['django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
                           'django.contrib.messages.context_processors.messages']}}]
STATIC_URL = '/static/'
DATABASES = {'default': database(os.environ['BRIDGE_DATABASE'])}
ROOT_URLCONF = 'project.urls'
USE_TZ = True
TIME_ZONE = 'UTC'
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
PASSWORD_HASHERS = ['django.contrib.auth.hashers.' + name for name in (
    'PBKDF2PasswordHasher', 'PBKDF2SHA1PasswordHasher', 'Argon2PasswordHasher', 'BCryptSHA256PasswordHasher',
    'BCryptPasswordHasher', 'MD5PasswordHasher')]
REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTAuthentication'],
                  'UNAUTHENTICATED_USER': None}
SIMPLE_JWT = {'ALGORITHM': 'RS256', 'ROTATE_REFRESH_TOKENS': True, 'BLACKLIST_AFTER_ROTATION': True,
              'SIGNING_KEY': os.environ.get('BRIDGE_SIGNING_KEY', ''),
              'VERIFYING_KEY': os.environ.get('BRIDGE_VERIFYING_KEY', ''),
              'JWK_URL': os.environ.get('BRIDGE_JWK_URL')}
