from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "niangjia.foundation.audit"
    label = "audit"
