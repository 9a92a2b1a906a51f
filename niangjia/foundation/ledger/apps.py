from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "niangjia.foundation.ledger"
    label = "ledger"
