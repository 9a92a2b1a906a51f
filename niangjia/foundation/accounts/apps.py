from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "niangjia.foundation.accounts"
    label = "accounts"
