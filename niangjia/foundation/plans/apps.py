from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "niangjia.foundation.plans"
    label = "plans"
