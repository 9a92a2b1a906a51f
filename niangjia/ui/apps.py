"""The Django app of what all pages share."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, tags, static files and words of both faces."""

    name = "niangjia.ui"
    label = "ui"
    verbose_name = "Shared pages"
