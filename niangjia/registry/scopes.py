"""Scope as a range over a copied path, for this layer's tables too."""

from niangjia.foundation.scopes import within, within_scope

__all__ = ["within", "within_scope"]
