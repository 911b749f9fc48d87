"""Does with Django what a test does with this package: reads a job from stdin, writes the results to stdout."""
import json
import sys
import types

import django
from django.conf import settings

settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers." + name + "PasswordHasher"
                                     for name in ("PBKDF2", "PBKDF2SHA1", "MD5")])
django.setup()

from django.contrib.auth import password_validation as v  # noqa: E402
from django.contrib.auth.hashers import check_password, make_password  # noqa: E402
from django.core.exceptions import FieldDoesNotExist, ValidationError  # noqa: E402


class Meta:
    @staticmethod
    def get_field(name):
        raise FieldDoesNotExist  # the fault then carries the attribute's own name


validators = [v.UserAttributeSimilarityValidator(), v.MinimumLengthValidator(),
              v.CommonPasswordValidator("common-passwords.txt.gz"),  # other versions of Django have other lists
              v.NumericPasswordValidator()]


def faults(password, attributes):
    found = []
    for validator in validators:
        try:
            validator.validate(password, types.SimpleNamespace(_meta=Meta, **attributes))
        except ValidationError as e:
            params = e.params or {}
            found.append({"Code": e.code, "Attribute": params.get("verbose_name", ""),
                          "MinLength": params.get("min_length", 0)})
    return found


job = json.load(sys.stdin)
json.dump({
    "Faults": [faults(p["Password"], p["User"]) for p in job["Candidates"]],
    "Checked": [check_password(h["Password"], h["Encoded"]) for h in job["Hashes"]],
    "Encoded": [make_password(h["Password"], hasher=h["Encoded"].split("$")[0]) for h in job["Hashes"]],
}, sys.stdout)
