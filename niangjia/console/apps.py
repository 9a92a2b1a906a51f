from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "niangjia.console"
    label = "console"

    def ready(self) -> None:
        """Listen to sign-in."""
        from niangjia.console.accounts import signals  # noqa: F401
