"""Scope as a range over a copied path, for this layer's tables too."""

from niangjia.foundation.scopes import within

__all__ = ["within"]
