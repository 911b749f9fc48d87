"""More questions for bridge.py: about tokens that are rows, and about accounts at identity providers.

    {"op": "plain_token", "username"}                    the token of Django REST framework; {"json": {"key"}}
    {"op": "plain_user", "key"}                          whom its class takes the token for; {"json": {"username"}}
    {"op": "opaque_token", "username"}                   a new token as django-rest-authtoken makes it; {"json": {"token"}}
    {"op": "opaque_user", "token"}                       whom a token there is for; {"json": {"username"}}
    {"op": "connect", "username", "provider", "uid"}     an account at a provider, in django-allauth
    {"op": "connected", "provider", "uid"}               whose such an account is; {"json": {"user", "email", "verified"}}
    {"op": "active", "username", "active"}               disables or enables a user
"""
import base64
import hashlib
import os

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from rest_authtoken.models import AuthToken
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

User = get_user_model()


def named(username):
    return User.objects.get_by_natural_key(username)


def plain_token(username):
    token, _ = Token.objects.get_or_create(user=named(username))
    return {'json': {'key': token.key}}


def plain_user(key):
    try:
        user, _ = TokenAuthentication().authenticate_credentials(key)
    except AuthenticationFailed:
        return {'json': {'username': ''}}
    return {'json': {'username': user.get_username()}}


def opaque_token(username):
    raw = os.urandom(48)
    AuthToken.objects.create(hashed_token=hashlib.sha512(raw).digest(), user=named(username))
    return {'json': {'token': base64.urlsafe_b64encode(raw).decode()}}


def opaque_user(token):
    digest = hashlib.sha512(base64.urlsafe_b64decode(token)).digest()
    found = AuthToken.objects.filter(hashed_token=digest, user__is_active=True).first()
    return {'json': {'username': found.user.get_username() if found else ''}}


def connect(username, provider, uid):
    SocialAccount.objects.create(user=named(username), provider=provider, uid=uid, extra_data={})
    return {}


def connected(provider, uid):
    account = SocialAccount.objects.get(provider=provider, uid=uid)
    address = EmailAddress.objects.get(user=account.user)
    return {'json': {'user': account.user_id, 'email': address.email, 'verified': address.verified}}


def active(username, active):
    User.objects.filter(pk=named(username).pk).update(is_active=active)
    return {}


OPERATIONS = {'plain_token': plain_token, 'plain_user': plain_user, 'opaque_token': opaque_token,
              'opaque_user': opaque_user, 'connect': connect, 'connected': connected, 'active': active}
