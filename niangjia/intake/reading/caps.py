"""How much a file may ask of its reader; the figures are told in docs/algorithms/intake.md."""

from __future__ import annotations

import resource
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Caps:
    """The limits of one child process and of what it reads.

    Attributes:
        memory_mib: address space of the child; libraries take up half a gibibyte of it, so that less is resident.
        cpu_seconds, wall_seconds: the kernel ends it after so much work in all, the parent after so much silence.
        entries, part_mib, ratio: of the zip: parts, size of all of them unpacked, and how many times larger than packed.
        ratio_from_mib: smaller parts may be as repetitive as they like.
    """

    memory_mib: int = 2048
    cpu_seconds: int = 60
    wall_seconds: int = 90
    rows: int = 1_048_575
    columns: int = 200
    entries: int = 2_000
    part_mib: int = 1_400
    ratio: int = 120
    ratio_from_mib: int = 4
    file_mib: int = 400


def confine(caps: Caps) -> None:
    """Take from this process, for good, what reading a file does not need: memory, time, files to write, descriptors."""
    memory = caps.memory_mib * MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (caps.cpu_seconds, caps.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
