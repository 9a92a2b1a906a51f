"""The Django application of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Words that reach accounts and offices."""

    name = "niangjia.foundation.notices"
    label = "notices"
