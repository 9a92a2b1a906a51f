from django.apps import AppConfig


class CopiesConfig(AppConfig):
    name = "niangjia.foundation.copies"
    label = "copies"
