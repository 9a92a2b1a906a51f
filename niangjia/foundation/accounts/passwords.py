"""What is said of a password that is too weak, where Django's own words have no Chinese."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """Asks for a length, in words that stand in both languages."""

    def get_error_message(self) -> str:
        """Return what is said of a password that is too short."""
        return _("Too short: at least %(length)s characters.") % {"length": self.min_length}
