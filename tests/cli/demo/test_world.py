"""The demo's world: everybody is made up, and everything named exists."""

from datetime import date

import pytest
from stdnum.cn import ric

from niangjia.cli.demo.world import world
from niangjia.core.codes import by_code, divisions, phones

ORGANISATIONS = {one.key: one for one in world().organisations}
REGIONS = set(divisions.load(divisions.DEMO)["code"])


@pytest.mark.parametrize("worker", world().workers, ids=lambda worker: worker.group)
def test_a_worker_is_made_up_and_agrees_with_the_own_number(worker):
    assert worker.number[-1] == ric.calc_check_digit(worker.number) and len(worker.number) == 18
    assert worker.number[:6] in REGIONS and worker.home in REGIONS
    assert worker.phone.startswith(phones.demo_prefix()) and len(worker.phone) == 11
    assert int(worker.number[16]) % 2 == int(worker.sex) % 2
    assert worker.born_on.year + 16 <= (worker.joined_on or date(2026, 9, 1)).year
    assert worker.ethnic in by_code("ethnic")


@pytest.mark.parametrize("worker", world().workers, ids=lambda worker: worker.group)
def test_a_worker_is_on_a_roll_of_the_own_group_or_on_none(worker):
    assert (worker.union is None) is (worker.joined_on is None)
    assert worker.union is None or worker.group in ORGANISATIONS[worker.union].groups


def test_some_workers_have_two_records_the_second_with_a_wrong_number():
    assert len(world().twice) >= 3
    for worker in world().twice:
        assert worker.number[-1] != ric.calc_check_digit(worker.number)
        assert worker.group in ORGANISATIONS[worker.union].groups


def test_officials_hold_known_roles_in_known_offices():
    for official in world().officials:
        assert official.office in ORGANISATIONS
        assert official.role in by_code("role")


def test_each_first_office_is_held_and_reviewers_sit_in_two():
    roles = {official.role for official in world().officials}
    offices = {official.office for official in world().officials if official.role == "reviewer"}

    assert roles >= {
        "clerk",
        "reviewer",
        "leader",
        "auditor",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert len(offices) >= 2


def test_nobody_shares_a_sign_in_a_number_or_a_phone():
    officials, workers = world().officials, world().workers

    assert len({official.sign_in for official in officials}) == len(officials)
    assert (
        len({worker.number for worker in workers})
        == len({worker.phone for worker in workers})
        == len(workers)
    )
