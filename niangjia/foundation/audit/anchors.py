"""The heads of segments kept outside the database: what shows that the end of the chain, or all of it, was set back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from niangjia.foundation.actors import Actor
from niangjia.foundation.audit.models import Segment
from niangjia.foundation.keys.names import Signer
from niangjia.foundation.keys.service import Signature, service

NAME = "heads.jsonl"
HEAD, SET_BACK = "head", "set_back"
TAIL = 64 * 1024  # bytes at the end of the file in which the last whole line is looked for


@dataclass(frozen=True)
class Anchor:
    """One line: a head, or the word of somebody that the chain was set back on purpose. ``None`` is not ours."""

    kind: str | None
    number: int = 0
    head: bytes = b""


def default_file() -> Path:
    """Return NIANGJIA_HOME/anchors/heads.jsonl."""
    return Path(settings.NIANGJIA_HOME.anchors) / NAME


def append(file: Path, segments: Sequence[Segment]) -> None:
    """Anchor the heads of ``segments``; they are on the disk when it returns."""
    _write(
        file,
        [
            {
                "kind": HEAD,
                "number": each.number,
                "head": bytes(each.head).hex(),
                "at": each.sealed_at.isoformat(),
            }
            for each in segments
        ],
    )


def acknowledge_set_back(file: Path, *, number: int, reason: str, by: Actor, at: datetime) -> None:
    """Say that the chain now ends at ``number`` on purpose, since a backup was restored; it is signed, and stays."""
    who = str(by.account_id or by.job)
    _write(file, [{"kind": SET_BACK, "number": number, "reason": reason, "by": who, "at": at.isoformat()}])


def not_anchored(file: Path) -> list[Segment]:
    """Return the segments after the last anchored one: a crash between commit and anchor leaves some."""
    return list(Segment.objects.filter(number__gt=_last_number(file)).order_by("number"))


def _last_number(file: Path) -> int:
    """Return the number in the last whole line, 0 if there is none; it reads the end of the file alone."""
    if not file.exists():
        return 0
    with file.open("rb") as text:
        text.seek(-min(TAIL, text.seek(0, os.SEEK_END)), os.SEEK_END)
        whole = [line for line in text.read().splitlines(keepends=True) if line.endswith(b"\n")]
    return _anchor(whole[-1]).number if whole else 0


def read(file: Path) -> Iterator[Anchor]:
    """Yield the anchors in the order in which they were written; half a line at the end is no anchor yet."""
    if not file.exists():
        return
    with file.open("rb") as text:
        for line in text:
            if line.endswith(b"\n"):
                yield _anchor(line)


def _anchor(line: bytes) -> Anchor:
    try:
        said = json.loads(line)
        body = said["body"]
        signature = Signature(said["key"], bytes.fromhex(said["signature"]))
        anchor = Anchor(body["kind"], int(body["number"]), bytes.fromhex(body.get("head", "")))
    except (ValueError, KeyError, TypeError):
        return Anchor(None)
    return anchor if service().verifies(Signer.AUDIT, _canonical(body), signature) else Anchor(None)


def _write(file: Path, bodies: Sequence[dict[str, Any]]) -> None:
    if not bodies:
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
        _drop_half_a_line(out)
        out.write(b"".join(map(_line, bodies)))
        out.flush()
        os.fsync(out.fileno())


def _drop_half_a_line(out: Any) -> None:
    """Go to the end of the last whole line: a crash in the middle of a write leaves half of one."""
    size = out.seek(0, os.SEEK_END)
    back = min(size, TAIL)
    out.seek(size - back)
    whole = out.read().rfind(b"\n") + 1
    out.truncate(size - back + whole)
    out.seek(0, os.SEEK_END)


def _line(body: dict[str, Any]) -> bytes:
    signature = service().sign(Signer.AUDIT, _canonical(body))
    said = {"body": body, "key": signature.key_id, "signature": signature.value.hex()}
    return json.dumps(said, sort_keys=True).encode() + b"\n"


def _canonical(body: dict[str, Any]) -> bytes:
    return b"anchor\n" + json.dumps(body, sort_keys=True).encode()
