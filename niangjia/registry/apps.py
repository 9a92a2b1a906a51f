from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "niangjia.registry"
    label = "registry"
