from django.apps import AppConfig


class MobileConfig(AppConfig):
    name = "niangjia.mobile"
    label = "mobile"
