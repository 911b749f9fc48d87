"""A project's own users who are as Django's, but in a table with another name and with numbers of a chosen type."""
from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    class Meta(AbstractUser.Meta):
        db_table = 'crm_people'
