from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "niangjia.cli"
    label = "cli"
