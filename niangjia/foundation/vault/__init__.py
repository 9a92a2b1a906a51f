"""The vault: secret fields of a row sealed in one message, and keyed indexes for what must be found again."""

from niangjia.foundation.keys.names import Purpose
from niangjia.foundation.vault.bulk import fingerprint_many, open_many, seal_many
from niangjia.foundation.vault.indexes import (
    blind_index,
    blind_index_many,
    blind_indexes,
    fingerprint,
)
from niangjia.foundation.vault.layouts import BANK_CARD, PERSON, PHONE
from niangjia.foundation.vault.sealing import key_of, open_sealed, reseal, seal
from niangjia.foundation.vault.secrets import Secrets

__all__ = [
    "BANK_CARD",
    "PERSON",
    "PHONE",
    "Purpose",
    "Secrets",
    "blind_index",
    "blind_index_many",
    "blind_indexes",
    "fingerprint",
    "fingerprint_many",
    "key_of",
    "open_many",
    "open_sealed",
    "reseal",
    "seal",
    "seal_many",
]
