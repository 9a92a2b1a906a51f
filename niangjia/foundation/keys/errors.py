"""What can be wrong with keys. None of these quotes a key, and each says what to do."""

from __future__ import annotations


class KeyTrouble(RuntimeError):
    """The key service cannot do what was asked; nothing is written in the clear instead."""


class RingMissing(KeyTrouble):
    """There is no key ring where one must be."""

    def __init__(self) -> None:
        super().__init__(
            "there is no key ring under NIANGJIA_HOME/keys. A new installation makes one at its first start; "
            "an old one needs its copy put back, for nothing else opens what was sealed"
        )


class RingExposed(KeyTrouble):
    """Others on this machine may read or change the key ring."""

    def __init__(self) -> None:
        super().__init__(
            "NIANGJIA_HOME/keys must be 0700 and the ring in it 0600, both owned by this account"
        )


class RingDamaged(KeyTrouble):
    """The key ring cannot be read."""

    def __init__(self) -> None:
        super().__init__("the key ring is damaged: put its copy back")


class KeyGone(KeyTrouble):
    """The ring does not hold this key: it was destroyed, or the ring is older than the data."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the key {name} is not in the ring: it was destroyed, or the ring is older than the data"
        )
