from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    """Comes last in INSTALLED_APPS, so that the grants run after every other receiver."""

    name = "niangjia.config"
    label = "config"

    def ready(self) -> None:
        """Run the grants after every migrate, and wire events to handlers."""
        from niangjia.config import wiring
        from niangjia.config.grants import apply_grants

        post_migrate.connect(apply_grants, sender=self, dispatch_uid="niangjia-grants")
        wiring.connect()
