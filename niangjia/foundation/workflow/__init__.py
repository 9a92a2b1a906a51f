"""Steps of charts: checked, swapped, audited and told, in the transaction of the act."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(__name__, firing=("fire", "MovedOn", "RoleNeeded"))
