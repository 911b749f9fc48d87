"""Shows the users in Django's admin."""
from django.contrib import admin

from .models import Person

admin.site.register(Person)
