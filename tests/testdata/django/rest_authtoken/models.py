"""The tables of django-rest-authtoken, which Debian does not have, as its models declare them."""
from django.conf import settings
from django.db import models


class Token(models.Model):
    hashed_token = models.BinaryField(primary_key=True)
    created = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        abstract = True


class AuthToken(Token):
    pass


class EmailConfirmationToken(Token):
    email = models.EmailField()
