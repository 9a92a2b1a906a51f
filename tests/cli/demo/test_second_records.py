"""The demo's clerk finds people with two records waiting."""

from __future__ import annotations

import pytest

from niangjia.cli.demo import loader
from niangjia.foundation.acting import acting
from niangjia.registry.models import Organisation, Region
from tests.factories import AT, region
from tests.jobs import run_jobs
from tests.joiners import SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_each_worker_with_two_records_is_found():
    with acting(SYSTEM):
        region("36", Region.Level.PROVINCE, "某省")
    loader.load()
    loader.search_for_second_records(now=lambda: AT)
    assert "duplicates.search" in run_jobs(now=lambda: AT)
    with acting(SYSTEM):
        city = Organisation.objects.get(code="3699")
    pairs = made.seen(city)
    assert len(pairs) == len(loader.world().twice)
    assert all("ID_SLIP" in pair.reasons for pair in pairs)
