from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "niangjia.console"
    label = "console"
