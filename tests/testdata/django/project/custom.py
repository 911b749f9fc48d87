"""The settings of the project, with users of its own."""
from .settings import *  # noqa: F401,F403  what is not said here is said there
from .settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, 'members', 'django.contrib.sites']
SITE_ID = 1
AUTH_USER_MODEL = 'members.Member'
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_AUTHENTICATION_METHOD = 'email'
ACCOUNT_EMAIL_REQUIRED = True
ACCOUNT_USERNAME_REQUIRED = False
