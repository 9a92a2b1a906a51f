"""The Django application of roster intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Rosters in."""

    name = "niangjia.intake"
    label = "intake"
