"""Lets a test ask Django questions: one JSON object a line on standard input, one answer a line on standard output.

    {"op": "create", "username", "password", "hasher"}   a new user, the password hashed by that algorithm
    {"op": "authenticate", "username", "password"}       django.contrib.auth.authenticate; {"ok": true or false}
    {"op": "request", "method", "path", "bearer", "body"}   a request to the project's views; {"status", "json"}
"""
import json
import os
import sys

import django

os.environ['DJANGO_SETTINGS_MODULE'] = 'project.settings'
django.setup()

from django.contrib.auth import authenticate  # noqa: E402  Django must be set up first
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402


def create(username, password, hasher):
    user = User.objects.create(username=username, password=make_password(password, hasher=hasher))
    return {'id': user.pk}


def check(username, password):
    return {'ok': authenticate(username=username, password=password) is not None}


def request(method, path, bearer='', body=None):
    client = APIClient()
    if bearer:
        client.credentials(HTTP_AUTHORIZATION='Bearer ' + bearer)
    response = client.generic(method, path, json.dumps(body) if body is not None else '', 'application/json')
    return {'status': response.status_code, 'json': response.json()}


OPERATIONS = {'create': create, 'authenticate': check, 'request': request}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = OPERATIONS[question.pop('op')](**question)
    except Exception as e:  # the test shows it
        answer = {'error': '%s: %s' % (type(e).__name__, e)}
    print(json.dumps(answer), flush=True)
