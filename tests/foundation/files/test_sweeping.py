"""What is over its term goes with its bytes, what never became a file goes after a day, and nothing else does."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.foundation.files import folder, storing, sweeping
from niangjia.foundation.jobs import jobs
from tests.factories import AT, ON, organisation

pytestmark = [pytest.mark.database, pytest.mark.django_db]
SYSTEM = system_actor("test")
DAY = timedelta(days=1)


@pytest.fixture
def kept(settings, tmp_path, django_capture_on_commit_callbacks):
    """Files of one office in a home of their own: the one of today, the one of tomorrow, the one without a term."""
    settings.NIANGJIA_HOME = type(settings.NIANGJIA_HOME)(tmp_path)
    with acting(SYSTEM):
        office = organisation()
        return [
            storing.store([name], organisation=office, kind="roster", by=SYSTEM, at=AT, expires_on=until)
            for name, until in ((b"a", ON), (b"b", ON + DAY), (b"c", None))
        ]


def there(kept):
    return [folder.place_of(each.name).exists() for each in kept]


def swept(capture, what="files.sweep"):
    with capture(execute=True):
        jobs()[what].run({}, now=lambda: AT)


def test_what_is_over_its_term_goes_and_says_so(kept, django_capture_on_commit_callbacks):
    assert there(kept) == [True, True, True]
    swept(django_capture_on_commit_callbacks)
    assert there(kept) == [False, True, True]
    with acting(SYSTEM):
        assert [storing.is_gone(each.pk) for each in kept] == [True, False, False]


@pytest.fixture
def left_over(kept):
    """A file that no row names, and one that never came in whole."""
    name = "ab" * 32
    place = folder.place_of(name)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"x")
    folder.coming_in("cd" * 32).close()
    return [place, folder.root() / ("cd" * 32 + folder.COMING_IN)]


def aged(*places):
    for each in places:
        os.utime(each, times=((AT - 2 * DAY).timestamp(),) * 2)


def test_what_never_became_a_file_goes_after_a_day(
    kept, left_over, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(sweeping, "ASKED_AT_ONCE", 2)  # several askings
    aged(left_over[0], *(folder.place_of(each.name) for each in kept))
    swept(django_capture_on_commit_callbacks, "files.sweep_orphans")
    assert [each.exists() for each in left_over] == [False, True]
    aged(left_over[1])
    swept(django_capture_on_commit_callbacks, "files.sweep_orphans")
    assert not left_over[1].exists() and there(kept) == [True, True, True]


def test_bytes_that_a_kill_left_behind_their_row_go(kept, monkeypatch, django_capture_on_commit_callbacks):
    aged(*(folder.place_of(each.name) for each in kept))
    monkeypatch.setattr(sweeping, "_remove", lambda names: None)
    with acting(SYSTEM):
        sweeping.sweep(by=SYSTEM, at=AT)
    assert there(kept) == [True, True, True]
    with acting(SYSTEM):
        assert sweeping.sweep_orphans(at=AT) == 1
    assert there(kept) == [False, True, True]


def test_files_of_another_installation_are_left(kept, left_over, django_capture_on_commit_callbacks):
    for each in kept:
        folder.remove(each.name)
    aged(left_over[0])
    swept(django_capture_on_commit_callbacks, "files.sweep_orphans")
    assert left_over[0].exists()
