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
    assert sized(memory) == {"shared_buffers": f"{buffers}MB", "effective_cache_size": f"{2 * buffers}MB"}
