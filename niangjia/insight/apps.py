"""The Django application of figures."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Figures, each of which opens its list."""

    name = "niangjia.insight"
    label = "insight"
