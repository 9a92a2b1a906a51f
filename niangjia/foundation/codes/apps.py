from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "niangjia.foundation.codes"
    label = "codes"
