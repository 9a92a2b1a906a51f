"""The parts of a workbook, looked at before any parser is: what the central directory says, and whether it is true.

Python's ``zipfile`` stops at the size that a part claims, other readers go on to its end; so the parts are inflated here, and a
claim that is not so is a refusal.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from niangjia.intake.reading.caps import MIB, Caps
from niangjia.intake.reading.refusals import (
    ENCODING,
    ENTITIES,
    LINK,
    MACRO,
    MANY_PARTS,
    ODD_NAME,
    PACKING,
    SIZE,
    Broken,
    Encrypted,
    TooLarge,
    Unsafe,
)

_LOCAL_HEADER, _END = 30, 22
_USUAL_FLAGS = 0x080E  # how hard it was packed, sizes behind the part, names in UTF-8
_OLDEST_WITH_SIZES = 45
_STEP, _FEED = MIB, 64 * 1024
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_NOT_UTF8 = (b"\xfe\xff", b"\xff\xfe", b"<\0", b"\0<", b"\0\0")
_OTHER_ENCODING = re.compile(rb"(?i)encoding\s*=\s*[\"'](?!utf-8|us-ascii|ascii)")
_OUTSIDE = re.compile(rb"<[^<>]*TargetMode\s*=\s*[\"']External[\"'][^<>]*>", re.IGNORECASE)


class Parts:
    """The parts of one workbook by name."""

    def __init__(self, data: bytes, caps: Caps) -> None:
        self._data, self._caps = data, caps
        try:
            listed = zipfile.ZipFile(io.BytesIO(data)).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError) as error:
            raise Broken(where=PACKING) from error
        if len(listed) > caps.entries:
            raise TooLarge(where=MANY_PARTS)
        _refuse_odd_names(listed)
        _refuse_odd_sizes(listed, len(data), caps)
        self._by_name = {info.filename: info for info in listed}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> list[str]:
        """Return all names."""
        return list(self._by_name)

    def size(self, name: str) -> int:
        """Return how large a part is unpacked."""
        return self._by_name[name].file_size

    def is_simple(self) -> bool:
        """Return whether the directory is such that no two readers of zips could differ over it."""
        end, count = self._data[-_END:], len(self._by_name).to_bytes(2, "little")
        return (
            end.startswith(b"PK\5\6\0\0\0\0" + count + count)
            and end.endswith(b"\0\0")
            and all(
                not info.extra
                and not info.comment
                and not info.volume
                and not info.flag_bits & ~_USUAL_FLAGS
                and info.extract_version <= _OLDEST_WITH_SIZES
                for info in self._by_name.values()
            )
        )

    def read(self, name: str) -> bytes:
        """Return one part whole; for the small ones."""
        return b"".join(self.steps(name))

    def steps(self, name: str) -> Iterator[bytes]:
        """Yield one part, a mebibyte at a time.

        Raises:
            Broken: its size or checksum is another than it claims, or it goes on behind its end.
        """
        info = self._by_name.get(name)
        if info is None:
            raise Broken(where=name)
        size, checksum = 0, 0
        for step in self._inflated(info):
            size, checksum = size + len(step), zlib.crc32(step, checksum)
            if size > info.file_size:
                raise Broken(where=name)
            yield step
        if size != info.file_size or checksum != info.CRC:
            raise Broken(where=name)

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(info)
        if info.compress_type == zipfile.ZIP_STORED:
            yield bytes(packed)
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        fed = 0
        try:
            while fed < len(packed) and not unpacker.eof:
                # A little at a time: what is not used yet is copied at each step.
                rest = bytes(packed[fed : fed + _FEED])
                fed += len(rest)
                while rest and not unpacker.eof:
                    yield unpacker.decompress(rest, _STEP)
                    rest = unpacker.unconsumed_tail
            yield unpacker.flush()
        except zlib.error as error:
            raise Broken(where=info.filename) from error
        if not unpacker.eof or unpacker.unused_data or fed < len(packed):
            raise Broken(where=info.filename)

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        at = info.header_offset
        header = self._data[at : at + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\3\4"):
            raise Broken(where=info.filename)
        flags, method = int.from_bytes(header[6:8], "little"), int.from_bytes(header[8:10], "little")
        names, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        told = self._data[at + _LOCAL_HEADER : at + _LOCAL_HEADER + names]
        if method != info.compress_type or flags & 1 or told != _name_bytes(info):
            raise Broken(where=info.filename)
        start = at + _LOCAL_HEADER + names + extra
        return memoryview(self._data)[start : start + info.compress_size]


def _name_bytes(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


def _refuse_odd_names(listed: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for info in listed:
        name = info.filename
        odd = (
            name.startswith(("/", "\\"))
            or ".." in name.replace("\\", "/").split("/")
            or ":" in name
            or "\0" in info.orig_filename
        )
        if odd or stat.S_ISLNK(info.external_attr >> 16):
            raise Unsafe(what=ODD_NAME, where=name)
        if name.replace("\\", "/").lower() in seen:
            raise Broken(where=name)
        seen.add(name.replace("\\", "/").lower())
        if "externallinks/" in name.lower():
            raise Unsafe(what=LINK, where=name)
        if name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name.lower():
            raise Unsafe(what=MACRO, where=name)


def _refuse_odd_sizes(listed: list[zipfile.ZipInfo], size: int, caps: Caps) -> None:
    end = 0
    for info in sorted(listed, key=lambda info: info.header_offset):
        if info.flag_bits & 1:
            raise Encrypted
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Broken(where=info.filename)
        if info.header_offset < end or info.header_offset + info.compress_size > size:
            raise Broken(where=info.filename)  # parts that overlap: one packed block counted many times
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
        if info.file_size > caps.ratio_from_mib * MIB and info.file_size > caps.ratio * info.compress_size:
            raise TooLarge(where=info.filename)
    if sum(info.file_size for info in listed) > caps.part_mib * MIB:
        raise TooLarge(where=SIZE)


def without_entities(name: str, steps: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a part's text as it is, and refuse one that declares entities, or is written so that nobody would see it."""
    start, carried = True, b""
    for step in steps:
        if start and (step.startswith(_NOT_UTF8) or _OTHER_ENCODING.search(step[:200])):
            raise Unsafe(what=ENCODING, where=name)
        start = False
        if any(word in carried + step[:16] or word in step for word in _DECLARED):
            raise Unsafe(what=ENTITIES, where=name)
        carried = step[-16:]
        yield step


def well_formed(name: str, steps: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a part's text as it is, and refuse one that is no XML: a forgiving reader would leave cells out in silence."""
    parser = expat.ParserCreate(namespace_separator="}")
    try:
        for step in steps:
            parser.Parse(step)
            yield step
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Broken(where=name) from error


def refuse_outside(name: str, relations: bytes) -> None:
    """Refuse relations to anything outside the file; a link to click on does nothing by itself."""
    for found in _OUTSIDE.findall(relations):
        if b"/hyperlink" not in found:
            raise Unsafe(what=LINK, where=name)
