"""The Django application of joining."""

from django.apps import AppConfig


class JoiningConfig(AppConfig):
    """A worker's way from the QR code to the card."""

    name = "niangjia.joining"
    label = "joining"
