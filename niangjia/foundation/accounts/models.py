"""Who may sign in."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from niangjia.core.ids import uuid7


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; officials have a sign-in name, workers only a phone."""

    def create_official(self, sign_in_name: str, password: str) -> Account:
        """Return a new account with ``sign_in_name``; which office it may use is said by its postings."""
        account = self.model(sign_in_name=sign_in_name)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, sign_in_name: str | None) -> Account:
        """Return the account that signs in with ``sign_in_name``."""
        return self.get(sign_in_name=sign_in_name)


class Account(AbstractBaseUser):
    """One sign-in. It holds no name; what it may do is said by dated postings and person log-ins."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sign_in_name = models.TextField(_("sign-in name"), max_length=64, null=True, blank=True)
    phone_token = models.UUIDField(null=True, editable=False)
    phone_sealed = models.BinaryField(null=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    language = models.TextField(max_length=10, blank=True)

    USERNAME_FIELD = "sign_in_name"
    REQUIRED_FIELDS = []

    objects = AccountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sign_in_name"], name="account_sign_in_name_once"),
            models.UniqueConstraint(fields=["phone_token"], name="account_phone_once"),
            models.CheckConstraint(
                name="account_signs_in_somehow",
                condition=Q(sign_in_name__isnull=False) | Q(phone_token__isnull=False),
            ),
            models.CheckConstraint(
                name="account_phone_is_sealed_and_indexed",
                condition=Q(phone_token__isnull=True, phone_sealed__isnull=True)
                | Q(phone_token__isnull=False, phone_sealed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_official(self) -> bool:
        """Tell whether this account signs in with a name, a password and a second factor."""
        return self.sign_in_name is not None
