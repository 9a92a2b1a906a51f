"""Keys by which the same act sent twice is done once."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(__name__, using=("KeyReused", "forget", "once"))
