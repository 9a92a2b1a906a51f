"""The Django application of idempotency keys."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """What was sent once is done once."""

    name = "niangjia.foundation.idempotency"
    label = "idempotency"
