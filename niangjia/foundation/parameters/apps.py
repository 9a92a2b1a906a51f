"""The Django application of a deployer's own figures."""

from django.apps import AppConfig


class ParametersConfig(AppConfig):
    """Dated values with a source, beside the shipped ones."""

    name = "niangjia.foundation.parameters"
    label = "parameters"
