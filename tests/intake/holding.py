"""Rosters with rows that are held, handed in, written, and decided on; each helper opens ``acting`` itself."""

from __future__ import annotations

from datetime import UTC, datetime

from niangjia.cli.synth.numbers import citizen_number
from niangjia.core.codes.phones import demo_prefix
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.intake import actions
from niangjia.registry.held import deciding, queries
from niangjia.registry.held.deciding import Decision
from niangjia.registry.held.states import Outcome
from niangjia.registry.models import HeldRow, Organisation, Person
from tests.intake.rosters import SYSTEM, clerk_of, fresh, fresh_inside
from tests.jobs import run_jobs

AT = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
HEADS = "姓名,身份证号,手机号,工会,性别,学历,工种"


def number(n: int) -> str:
    """Return the ID number of the n-th made-up person."""
    return citizen_number(f"36990119850607{n:03}")


def phone(n: int) -> str:
    """Return the phone of the n-th made-up person."""
    return f"{demo_prefix()}{n:07}"


def line(n: int, union: Organisation | None, *, name: str = "", **said: str) -> str:
    """Return one line of a roster about the n-th made-up person."""
    cells = {"number": number(n), "phone": phone(n), "union": union.name if union else "不存在工会", "sex": "",
        "education": "", "group": "快递员"} | said  # fmt: skip
    return ",".join([name or f"张{'一二三四五六七八九十'[n % 10]}丰", *(cells.values())])


def unions_below(office: Organisation, n: int = 2) -> list[Organisation]:
    """Return some unions below ``office`` that keep a roll, each under another county where there are such."""
    with acting(SYSTEM):
        found = Organisation.objects.filter(path__startswith=office.path, kind="single").order_by("path")
        by_parent = {each.path[: -Organisation.steplen]: each for each in found}
    return list(by_parent.values())[:n]


def parent(union: Organisation) -> Organisation:
    """Return the office above ``union``."""
    with acting(SYSTEM):
        return Organisation.objects.get(path=union.path[: -Organisation.steplen])


def written(office: Organisation, *lines: str, name: str = "roster.csv", at: datetime = AT) -> Batch:
    """Hand a roster in, write it, and let its held rows be kept."""
    clerk = clerk_of(office)
    content = "\r\n".join([HEADS, *lines]).encode()
    with acting(clerk):
        batch = actions.upload(
            [content], name=name, organisation=office, by=clerk, at=at, options={"demo": True}
        )
    run_jobs(now=lambda: at)
    with acting(clerk):
        assert fresh_inside(batch).status == "planned", fresh_inside(batch).failure
        actions.commit(fresh_inside(batch), by=clerk, at=at)
    run_jobs(now=lambda: at)
    return fresh(batch)


def held(batch: Batch) -> list[HeldRow]:
    """Return every held row of ``batch``, whatever became of it."""
    with acting(SYSTEM):
        return list(HeldRow.objects.filter(batch_id=batch.pk).order_by("row"))


def waiting(office: Organisation) -> list[HeldRow]:
    """Return what a clerk of ``office`` can decide."""
    clerk = clerk_of(office)
    with acting(clerk):
        return list(queries.waiting(by=clerk))


def decided(office: Organisation, *answers: tuple[HeldRow, str], at: datetime = AT) -> int:
    """Decide on rows as a clerk of ``office``, and let it be carried out: "new", "out", or the first in question."""
    n = told(office, *answers, at=at)
    run_jobs(now=lambda: at)
    return n


def told(office: Organisation, *answers: tuple[HeldRow, str], at: datetime = AT) -> int:
    """Decide on rows as a clerk of ``office``; nothing is carried out yet."""
    clerk = clerk_of(office)
    said = {
        row.pk: Decision(Outcome(answer), row.person_ids[0] if answer == "same" else None)
        for row, answer in answers
    }
    with acting(clerk):
        return deciding.decide(said, by=clerk, at=at)


def person(name: str) -> Person | None:
    """Return the person of that name."""
    with acting(SYSTEM):
        return Person.objects.filter(name=name).select_related("organisation").first()
