"""The file key ring: encryption keys by province and year, index keys by purpose, wrapping and signing keys."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from niangjia.foundation.keys import ringfile, sm4
from niangjia.foundation.keys.errors import KeyGone, RingMissing
from niangjia.foundation.keys.names import WHOLE_DEPLOYMENT, KeyId, Purpose, Signer
from niangjia.foundation.keys.ringfile import Ring
from niangjia.foundation.keys.service import IndexKey, SealingKey, Signature
from niangjia.foundation.keys.sm3 import KeyedHash

INDEX_KEY, SIGNING_KEY = 32, 32
DESTROYED = None


class FileRing:
    """The key service of one machine. It is read once; a key it lacks is looked for in the file, then made."""

    def __init__(self, folder: Path, ring: Ring) -> None:
        self._folder = folder
        self._changing = threading.Lock()
        self._seen = ringfile.stamp(folder)
        self._hold(ring)

    def _hold(self, ring: Ring) -> None:
        self._held = ring
        self._hashes: dict[Purpose, tuple[IndexKey, ...]] = {}
        self._sealing: dict[tuple[str, int], SealingKey] = {}

    @property
    def _ring(self) -> Ring:
        """Return the ring as it is now: another process may have rotated or destroyed a key a moment ago."""
        seen = ringfile.stamp(self._folder)
        if seen != self._seen:
            self._hold(ringfile.read(self._folder))
            self._seen = seen
        return self._held

    def __repr__(self) -> str:
        return "<FileRing>"

    @classmethod
    def read(cls, folder: Path) -> FileRing:
        """Return the ring kept in ``folder``."""
        return cls(folder, ringfile.read(folder))

    @classmethod
    def start(cls, folder: Path, *, has_data: Callable[[], bool]) -> FileRing:
        """Return the ring in ``folder``, newly made where this is the first start.

        Args:
            folder: made 0700 where it is missing.
            has_data: tells whether anything was ever sealed here; asked only where there is no ring.

        Raises:
            RingMissing: there is data, and no ring: a new one would hide that the old one is lost.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ringfile.locked(folder):
            if not (folder / ringfile.NAME).exists():
                if has_data():
                    raise RingMissing
                ringfile.write(folder, _new_ring())
        return cls.read(folder)

    # -- encryption ---------------------------------------------------------------------------------------------
    def sealing_key(self, province: str, year: int) -> SealingKey:
        """Return the key that seals for ``province`` and ``year``."""
        ring = self._ring
        if (province, year) not in self._sealing:
            key = _newest(ring, province, year) or self._made(province, year, anew=False)
            self._sealing[province, year] = key
        return self._sealing[province, year]

    def rotate(self, province: str, year: int) -> SealingKey:
        """Return a new key for ``province`` and ``year``; what was sealed before opens as before."""
        return self._made(province, year, anew=True)

    def opening_key(self, key_id: KeyId) -> bytes:
        """Return the encryption key ``key_id``.

        Raises:
            KeyGone: it was destroyed, or the ring is older than the data.
        """
        found = self._find("encryption", str(key_id))
        return bytes.fromhex(found)

    def destroy(self, key_id: KeyId) -> None:
        """Make what ``key_id`` sealed unreadable, here and in every backup; its name stays, so that it is not remade."""

        def without(ring: Ring) -> None:
            ring["encryption"][str(key_id)] = DESTROYED

        self._change(without)

    def _made(self, province: str, year: int, *, anew: bool) -> SealingKey:
        def with_key(ring: Ring) -> None:
            if anew or _newest(ring, province, year) is None:
                name = KeyId(int(province), year, _last_serial(ring, province, year) + 1)
                ring["encryption"][str(name)] = secrets.token_hex(sm4.KEY)

        self._change(with_key)
        made = _newest(self._ring, province, year)
        if made is None:
            raise KeyGone(f"{province}-{year}")
        return made

    # -- keyed hashes -------------------------------------------------------------------------------------------
    def index_keys(self, purpose: Purpose) -> tuple[IndexKey, ...]:
        """Return the live versions of the purpose's key, newest first."""
        ring = self._ring
        if purpose not in self._hashes:
            if purpose not in ring["index"]:
                self._change(
                    lambda ring: ring["index"].setdefault(purpose, {"1": secrets.token_hex(INDEX_KEY)})
                )
            versions = sorted(self._ring["index"][purpose].items(), key=lambda item: -int(item[0]))
            self._hashes[purpose] = tuple(
                IndexKey(int(version), KeyedHash(bytes.fromhex(key))) for version, key in versions
            )
        return self._hashes[purpose]

    def rotate_index(self, purpose: Purpose) -> IndexKey:
        """Return a new version of the purpose's key; look-ups ask under both until ``retire_index``."""

        def with_version(ring: Ring) -> None:
            versions = ring["index"].setdefault(purpose, {})
            versions[str(max(map(int, versions), default=0) + 1)] = secrets.token_hex(INDEX_KEY)

        self._change(with_version)
        return self.index_keys(purpose)[0]

    def retire_index(self, purpose: Purpose) -> None:
        """Forget all but the newest version, once every row carries it."""

        def newest_only(ring: Ring) -> None:
            versions = ring["index"][purpose]
            newest = max(versions, key=int)
            ring["index"][purpose] = {newest: versions[newest]}

        self._change(newest_only)

    # -- wrapping -----------------------------------------------------------------------------------------------
    def wrap(self, key: bytes, bound_to: bytes) -> bytes:
        """Return ``key`` sealed under the newest wrapping key: version (1), nonce (12), ciphertext and tag."""
        versions = self._ring["wrapping"]
        version = max(versions, key=int)
        nonce = secrets.token_bytes(sm4.NONCE)
        wrapping = bytes.fromhex(versions[version])
        return bytes([int(version)]) + nonce + sm4.encrypt(wrapping, nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the key in ``wrapped``.

        Raises:
            KeyGone: the wrapping key is not in the ring.
            SealBroken: it was changed, or is bound to something else.
        """
        wrapping = bytes.fromhex(self._find("wrapping", str(wrapped[0])))
        return sm4.decrypt(wrapping, wrapped[1 : 1 + sm4.NONCE], wrapped[1 + sm4.NONCE :], bound_to)

    # -- signing ------------------------------------------------------------------------------------------------
    def sign(self, signer: Signer, message: bytes) -> Signature:
        """Return the signature over ``message`` for ``signer``."""
        names = [name for name in self._ring["signing"] if name.startswith(f"{signer}-")]
        name = max(names, key=_version_of)
        return Signature(name, self._signing_key(name).sign(_signed(signer, message)))

    def verifies(self, signer: Signer, message: bytes, signature: Signature) -> bool:
        """Tell whether ``signature`` is ours, for ``signer``, over ``message``."""
        if not signature.key_id.startswith(f"{signer}-") or signature.key_id not in self._ring["signing"]:
            return False
        try:
            self._signing_key(signature.key_id).public_key().verify(signature.value, _signed(signer, message))
        except InvalidSignature:
            return False
        return True

    def _signing_key(self, name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._find("signing", name)))

    # -- the file -----------------------------------------------------------------------------------------------
    def _find(self, kind: str, name: str) -> str:
        found = self._ring[kind].get(name)
        if found is DESTROYED:
            raise KeyGone(name)
        return str(found)

    def _change(self, change: Callable[[Ring], object]) -> None:
        with self._changing, ringfile.locked(self._folder):
            ring = ringfile.read(self._folder)
            change(ring)
            ringfile.write(self._folder, ring)
            self._seen = ringfile.stamp(self._folder)
            self._hold(ring)


def _new_ring() -> Ring:
    return {
        "format": ringfile.FORMAT,
        "encryption": {},
        "index": {purpose: {"1": secrets.token_hex(INDEX_KEY)} for purpose in Purpose},
        "wrapping": {"1": secrets.token_hex(sm4.KEY)},
        "signing": {f"{signer}-1": secrets.token_hex(SIGNING_KEY) for signer in Signer},
    }


def _serials(ring: Ring, province: str, year: int) -> list[tuple[KeyId, str | None]]:
    place = (int(province or WHOLE_DEPLOYMENT), year)
    named = ((KeyId.parse(name), key) for name, key in ring["encryption"].items())
    return sorted(((name, key) for name, key in named if name[:2] == place), reverse=True)


def _newest(ring: Ring, province: str, year: int) -> SealingKey | None:
    live = [(name, key) for name, key in _serials(ring, province, year) if key is not DESTROYED]
    return SealingKey(live[0][0], bytes.fromhex(live[0][1] or "")) if live else None


def _last_serial(ring: Ring, province: str, year: int) -> int:
    serials = _serials(ring, province, year)
    return serials[0][0].serial if serials else 0


def _version_of(name: str) -> int:
    return int(name.rsplit("-", 1)[1])


def _signed(signer: Signer, message: bytes) -> bytes:
    return f"niangjia {signer}\n".encode() + message
