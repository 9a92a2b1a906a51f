"""The board's table is taken out as it stands on its page: the same branches, the same figures, of the same day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.insight.board import board
from niangjia.registry import memberships
from tests.console.copies.test_pages import TODAY, _today, book, desk, download, take_out, tree, url  # noqa: F401
from tests.factories import AT
from tests.joiners import SYSTEM, reviewer

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("office", ["city", "county"])
def test_the_lines_are_those_of_the_board(tree, office):  # noqa: F811
    client, _ = desk(tree[office], Role.LEADER)
    assert url("export-new", "board") in client.get(url("board")).content.decode()

    export = take_out(client, "board")
    head, *lines = book(download(client, export))

    actor = reviewer(tree[office], Role.LEADER)
    with acting(actor):
        shown = board(by=actor, on=TODAY, at=AT)
    wanted = {row.organisation.name: (row.total, row.by_group.get("courier", 0)) for row in shown.rows}
    name, total, courier = (head.index(each) for each in ("下级组织", "各群体合计", "快递员"))
    assert {line[name]: (line[total], line[courier]) for line in lines} == wanted
    assert (
        export.rows == len(lines)
        and sum(line[total] for line in lines) == shown.total.total == {"city": 3, "county": 2}[office]
    )


@pytest.mark.parametrize(("earlier", "n"), [(0, 2), (1, 0)])
def test_a_day_is_told_as_it_was(tree, earlier, n):  # noqa: F811
    client, _ = desk(tree["city"])
    with acting(SYSTEM):
        spell = memberships.open_primary_of(tree["people"][0])
        memberships.close_spell(spell, reason="5", by=SYSTEM, at=AT)
    export = take_out(client, "board", query=f"?on={TODAY - timedelta(days=earlier)}")
    head, *lines = book(download(client, export))
    assert sum(line[head.index("各群体合计")] for line in lines) == n


def test_an_office_takes_out_its_own_branches_alone(tree):  # noqa: F811
    client, _ = desk(tree["unions"][0])
    head, *lines = book(download(client, take_out(client, "board")))
    assert {line[head.index("下级组织")] for line in lines} <= {tree["unions"][0].name}
