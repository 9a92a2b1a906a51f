"""The sealer takes what is over, once, in the order of transactions, and promises nothing that is not committed."""

from __future__ import annotations

import pytest
from django.db import connection, connections

from niangjia.foundation.acting import acting
from niangjia.foundation.audit import anchors
from niangjia.foundation.audit.models import Event, Segment
from niangjia.foundation.audit.sealing import ONE_SEALER, seal_once
from niangjia.foundation.keys.service import service
from tests.foundation.audit import log
from tests.foundation.audit.log import AT, AUDITOR, JOB, act, as_owner, findings, seal

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
LATE = """INSERT INTO audit_event (id, at, name, role, job, subject_kind, facts)
    VALUES (gen_random_uuid(), now(), 'late', '', '', '', '{}')"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "anchors" / "heads.jsonl"


def test_what_is_over_is_sealed_and_then_there_is_nothing_more(file):
    act(3)
    (segment,) = seal(file)
    assert (segment.number, segment.events, segment.subjects) == (1, 3, 3)
    assert seal(file) == []
    assert findings(file) == []


def test_an_event_that_commits_late_falls_into_a_later_segment_whatever_its_number(file):
    aside = connections["ledger"].copy()
    try:
        aside.set_autocommit(False)
        with aside.cursor() as cursor:
            cursor.execute(LATE)
        act(2)
        assert seal(file) == []  # younger than the open one: not over as long as that runs
        aside.commit()
    finally:
        aside.close()
    (segment,) = seal(file)
    assert segment.events == 3
    assert findings(file) == []


def test_an_older_transaction_does_not_hold_up_what_was_over_before_it(file):
    act(2)
    aside = connections["ledger"].copy()
    try:
        aside.set_autocommit(False)
        with aside.cursor() as cursor:
            cursor.execute(LATE)
        (first,) = seal(file)
        act(1)
        aside.rollback()
    finally:
        aside.close()
    (second,) = seal(file)
    assert (first.events, second.events) == (2, 1)
    assert findings(file) == []


def test_a_second_sealer_leaves_at_once(file):
    act(1)
    aside = connections["ledger"].copy()
    try:
        with aside.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_SEALER])
        assert seal_once(by=JOB, at=AT, anchors_file=file) is None
    finally:
        with aside.cursor() as cursor:  # it goes back to a pool, and would keep the lock
            cursor.execute("SELECT pg_advisory_unlock_all()")
        aside.close()
    assert seal_once(by=JOB, at=AT, anchors_file=file) is not None


def test_a_backlog_is_cut_into_segments_between_transactions(file, monkeypatch):
    monkeypatch.setattr("niangjia.foundation.audit.sealing.EVENTS_A_SEGMENT", 4)
    for events in (3, 3, 10, 1):
        act(events)
    assert [segment.events for segment in seal(file)] == [3, 3, 10, 1]
    assert findings(file) == []


def test_a_crash_before_the_anchor_is_made_good_by_the_next_loop(file, monkeypatch):
    act(1)
    with monkeypatch.context() as crash:
        crash.setattr(anchors, "append", lambda *_: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            seal(file)
    assert list(anchors.read(file)) == []
    act(1)
    seal(file)
    assert [anchor.number for anchor in anchors.read(file)] == [1, 2]
    assert findings(file) == []


def test_half_a_line_left_by_a_crash_is_written_again(file):
    act(1)
    seal(file)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    act(1)
    seal(file)
    assert [anchor.number for anchor in anchors.read(file)] == [1, 2]


def test_no_anchor_without_a_commit(file, monkeypatch):
    act(1)
    monkeypatch.setattr(Segment, "save", lambda *_, **__: (_ for _ in ()).throw(ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        seal_once(by=JOB, at=AT, anchors_file=file)
    assert not file.exists()


def test_the_anchors_are_for_their_owner_alone(file):
    act(1)
    seal(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert service().__class__.__name__ == "FileRing"


def test_data_from_another_cluster_begins_a_new_era(file):
    log.sealed_log(file, segments=2)
    act(2)  # came along unsealed
    ahead = 10**12  # as if all had come from a cluster whose counter was far ahead
    as_owner("UPDATE audit_event SET txid = txid + %s", [ahead])
    with acting(JOB):
        counter = Segment.objects.latest("number").until_txid
    as_owner("TRUNCATE audit_segment")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    file.unlink()
    _seal_as_if_there(file, ahead + counter)
    assert findings(file) == []

    act(1)
    sealed = seal(file)
    assert [(segment.era, segment.events) for segment in sealed] == [(1, 2), (2, 1)]
    act(4)
    assert [(segment.era, segment.events) for segment in seal(file)] == [(2, 4)]
    assert findings(file) == []
    with acting(AUDITOR):
        assert Event.objects.count() == sum(Segment.objects.values_list("events", flat=True))


def _seal_as_if_there(file, horizon):
    """Seal with the counter of the cluster that the data came from."""
    from niangjia.foundation.audit import sealing

    kept = sealing.SNAPSHOT
    sealing.SNAPSHOT = f"SELECT {horizon}::bigint, {horizon}::bigint"
    try:
        seal(file)
    finally:
        sealing.SNAPSHOT = kept
