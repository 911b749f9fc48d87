"""The settings of the project, with users of its own who are numbered."""
from .settings import *  # noqa: F401,F403  what is not said here is said there
from .settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, 'people', 'django.contrib.sites']
SITE_ID = 1
AUTH_USER_MODEL = 'people.Person'
