"""The database's share of the memory: of the machine, or of the container that it runs in."""

import os

import pytest

from niangjia.config.embedded_postgres.conf import sized
from niangjia.config.memory import available

WHOLE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
GIB = 1 << 30


@pytest.mark.parametrize(
    ("said", "expected"), [("max", WHOLE), ("1048576", 1 << 20), (str(1 << 62), WHOLE), (None, WHOLE)]
)
def test_a_container_s_limit_counts_where_it_is_less(tmp_path, said, expected):
    file = tmp_path / "memory.max"
    if said is not None:
        file.write_text(f"{said}\n")
    assert available((file,)) == expected


@pytest.mark.parametrize(
    ("memory", "buffers"), [(GIB // 4, 128), (GIB, 256), (8 * GIB, 2048), (64 * GIB, 4096)]
)
def test_a_quarter_of_it_holds_pages_but_not_without_bounds(memory, buffers):
    told = sized(memory, 0)
    assert (told["shared_buffers"], told["effective_cache_size"]) == (f"{buffers}MB", f"{2 * buffers}MB")


@pytest.mark.parametrize(("free", "log"), [(0, 1024), (10 * GIB, 2560), (53 * GIB, 8192), (1 << 50, 8192)])
def test_the_log_takes_a_quarter_of_the_free_disk_within_bounds(free, log):
    assert sized(GIB, free)["max_wal_size"] == f"{log}MB"
