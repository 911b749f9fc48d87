"""Says what type the numbers of the users are of."""
import os

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = 'people'
    default_auto_field = 'django.db.models.' + os.environ['BRIDGE_AUTO_FIELD']
