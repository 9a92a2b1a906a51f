"""The Django application of clocks."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """Who must act, and until when."""

    name = "niangjia.foundation.clocks"
    label = "clocks"
