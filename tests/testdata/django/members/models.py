"""A project's own users, as unlike Django's as they may be: numbered by UUIDs, known by their addresses."""
import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class MemberManager(BaseUserManager):
    def create_user(self, email, password=None, **more):
        member = self.model(email=self.normalize_email(email), **more)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email, password=None, **more):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **more)


class Member(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, unique=True, null=True, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    newsletter = models.BooleanField(default=False)
    born = models.DateField(null=True, blank=True)
    credit = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    preferences = models.JSONField(default=dict, blank=True)
    invited_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = MemberManager()
    USERNAME_FIELD = 'email'
