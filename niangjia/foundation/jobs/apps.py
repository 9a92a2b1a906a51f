"""The Django application of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that goes on after the answer."""

    name = "niangjia.foundation.jobs"
    label = "jobs"
