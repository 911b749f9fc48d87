"""Lets a test ask Django questions: one JSON object a line on standard input, one answer a line on standard output.

    {"op": "command", "args"}                            one of Django's own commands; {"ok": true or false}
    {"op": "create", "username", "password", "hasher", "more"}   a new user, the password hashed by that algorithm
    {"op": "row", "username"}                            {"json": the fields of a user}
    {"op": "permit", "username", "group", "permission"}  puts a user into a group; {"json": {"permissions"}}
    {"op": "authenticate", "username", "password"}       django.contrib.auth.authenticate; {"ok": true or false}
    {"op": "social", "provider", "uid"}                  allauth's view of an account at a provider; {"json"}
    {"op": "request", "method", "path", "bearer", "body"}   a request to the project's views; {"status", "json"}
    {"op": "browse", "method", "path", "cookies", "form"}   a browser's request; {"status", "json": {"user", "cookies"}}
    {"op": "password", "username", "password"}           a new password for a user
    {"op": "addresses", "username"}                      {"json": {address: {"verified", "primary", "key"}}} of a user
    {"op": "confirm", "key"}                             confirms an address; {"ok": true or false}
    {"op": "reset_link", "username"}                     a link for a forgotten password; {"json": {"uid", "token"}}
    {"op": "reset_token", "username", "token"}           who takes the token; {"json": {"django", "allauth"}}
    {"op": "csrf_token", "cookie"}                       a masked token for a CSRF cookie; {"json": {"token"}}
    {"op": "csrf_match", "cookie", "token"}              whether a token fits a CSRF cookie; {"ok": true or false}
    {"op": "session", "key", "entries"}                  writes entries into a session; {"json": all that it holds}
"""
import json
import os
import sys

import django

os.environ['DJANGO_SETTINGS_MODULE'] = os.environ.get('BRIDGE_SETTINGS', 'project.settings')
django.setup()

from allauth.account.forms import default_token_generator as allauth_tokens  # noqa: E402  Django must be set up first
from allauth.account.models import EmailAddress, EmailConfirmationHMAC  # noqa: E402
from allauth.socialaccount.models import SocialAccount, SocialToken  # noqa: E402
from django.contrib.auth import authenticate, get_user_model  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.contrib.auth.tokens import default_token_generator as django_tokens  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.serializers import serialize  # noqa: E402
from django.middleware import csrf  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_encode  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

User = get_user_model()


def named(username):
    return User.objects.get_by_natural_key(username)


def command(args):
    try:
        call_command(*args, stdout=sys.stderr)
    except SystemExit as e:
        return {'ok': not e.code}
    return {'ok': True}


def create(username, password, hasher, more=None):
    user = User.objects.create(**{User.USERNAME_FIELD: username}, password=make_password(password, hasher=hasher),
                               **(more or {}))
    return {'json': {'id': str(user.pk)}}


def row(username):
    return {'json': json.loads(serialize('json', [named(username)]))[0]['fields']}


def permit(username, group, permission):
    created, _ = Group.objects.get_or_create(name=group)
    created.permissions.add(Permission.objects.get(codename=permission))
    named(username).groups.add(created)
    return {'json': {'permissions': sorted(named(username).get_all_permissions())}}


def check(username, password):
    return {'ok': authenticate(username=username, password=password) is not None}


def social(provider, uid):
    account = SocialAccount.objects.get(provider=provider, uid=uid)
    address = EmailAddress.objects.get_primary(account.user)
    token = SocialToken.objects.get(account=account)
    return {'json': {'username': account.user.username, 'usable': account.user.has_usable_password(),
                     'email': address.email, 'verified': address.verified, 'sub': account.extra_data['sub'],
                     'token': token.token, 'joined': account.date_joined == account.last_login}}


def request(method, path, bearer='', body=None):
    client = APIClient()
    if bearer:
        client.credentials(HTTP_AUTHORIZATION='Bearer ' + bearer)
    response = client.generic(method, path, json.dumps(body) if body is not None else '', 'application/json')
    return {'status': response.status_code, 'json': response.json()}


def browse(method, path, cookies, form=None):
    client = Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    response = client.get(path) if method == 'GET' else client.post(path, form or {})
    return {'status': response.status_code, 'json': {
        'user': response.wsgi_request.user.get_username(),
        'cookies': {name: morsel.value for name, morsel in response.cookies.items()}}}


def password(username, password):
    user = named(username)
    user.set_password(password)
    user.save()
    return {}


def reset_link(username):
    user = named(username)
    return {'json': {'uid': urlsafe_base64_encode(force_bytes(user.pk)), 'token': django_tokens.make_token(user)}}


def reset_token(username, token):
    user = named(username)
    return {'json': {'django': django_tokens.check_token(user, token), 'allauth': allauth_tokens.check_token(user, token)}}


def csrf_token(cookie):
    return {'json': {'token': csrf._mask_cipher_secret(csrf._unmask_cipher_token(csrf._sanitize_token(cookie)))}}


def csrf_match(cookie, token):
    return {'ok': csrf._compare_masked_tokens(csrf._sanitize_token(token), csrf._sanitize_token(cookie))}


def session(key, entries):
    store = SessionStore(key)
    for name, value in entries.items():
        store[name] = value
    if entries:
        store.save()
    return {'json': dict(store.items())}


def addresses(username):
    rows = EmailAddress.objects.filter(user=named(username))
    return {'json': {row.email: {'verified': row.verified, 'primary': row.primary, 'key': EmailConfirmationHMAC(row).key}
                     for row in rows}}


def confirm(key):
    confirmation = EmailConfirmationHMAC.from_key(key)
    return {'ok': confirmation is not None and confirmation.confirm(None) is not None}


OPERATIONS = {'create': create, 'command': command, 'row': row, 'permit': permit, 'authenticate': check,
              'request': request, 'browse': browse, 'password': password, 'session': session, 'addresses': addresses,
              'confirm': confirm, 'social': social,
              'reset_link': reset_link, 'reset_token': reset_token, 'csrf_token': csrf_token, 'csrf_match': csrf_match}

import proofs  # noqa: E402  its models, too, need Django set up

OPERATIONS.update(proofs.OPERATIONS)

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = OPERATIONS[question.pop('op')](**question)
    except Exception as e:  # the test shows it
        answer = {'error': '%s: %s' % (type(e).__name__, e)}
    print(json.dumps(answer), flush=True)
