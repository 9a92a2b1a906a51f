"""A roster against the register: who is new, who has changed and in what, and who has to be looked at by a person.

The algorithm: docs/algorithms/plans.md, "Members".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
import polars as pl

from niangjia.core import plan
from niangjia.core.findings import Rule, Severity, finding_is, findings, worst
from niangjia.core.ids import uuid7s
from niangjia.core.intake.cells import by_value
from niangjia.core.text import match_key
from niangjia.core.words import gettext_noop
from niangjia.foundation import vault
from niangjia.foundation.actors import Scope
from niangjia.foundation.plans.copying import as_binary
from niangjia.foundation.vault.bulk import pack_columns
from niangjia.registry.kinds.known import known_and_likely
from niangjia.registry.persons import TABLE

# One wording, whatever the reason: else a clerk could find out by uploads who is on another office's roll.
HELD = gettext_noop("The office above has to look at this row before it can go in.")
RULES = (
    Rule("ROLL_HELD", "id_number", HELD, "product default", finding_is("roll_finding", "ROLL_HELD"), Severity.HOLD),
    Rule(
        "ROLL_OTHER_UNION",
        "union",
        gettext_noop("This person is on the roll of another union of your area: ask for a transfer."),
        "product default",
        finding_is("roll_finding", "ROLL_OTHER_UNION"),
        Severity.HOLD,
    ),
)  # fmt: skip
# Field of the roster → column of the register.
COMPARED = {
    "name": "known_name",
    "sex": "known_sex",
    "birth_on": "known_birth_on",
    "group": "known_group",
    "ethnic": "known_ethnic",
    "education": "known_education",
    "work_status": "known_work_status",
    "hukou": "known_hukou",
    "region_id": "known_region_id",
}
SECRET = ("id_number", "earlier_numbers", "phone", "address")


@dataclass(frozen=True)
class Compared:
    """A roster with its verdicts, ready to be shown, and the persons whose secrets were opened to compare them."""

    rows: pl.DataFrame
    findings: pl.DataFrame
    opened: list[UUID]


def compared(
    columns: pl.DataFrame,
    found: pl.DataFrame,
    *,
    scope: Scope | None,
    on: date,
    at: datetime,
    chunk_rows: int,
) -> Compared:
    """Return each row with its verdict and with what a commit needs of it.

    Args:
        columns: ``core.intake.members.check``'s, with ``organisation``, the union's id as text.
        found: all findings so far; ``row`` is the place in ``columns``.
        scope: of the office that hands the roster in; None sees everything.
        on: the joining day of those whose roster does not tell one.
        chunk_rows: how many are written together: their keys come of one draw.
    """
    rows = _with_known(with_tokens(prepared(columns, found)))
    rows, opened = _with_secrets(rows)
    rows = _judged(rows, scope)
    both = pl.concat([found, findings(rows, RULES)]).sort("row", maintain_order=True)
    verdict = plan.verdicts(rows["known"], worst(both, rows.height))
    rows = _with_keys(rows.with_columns(verdict.alias("verdict")), on=on, at=at, chunk_rows=chunk_rows)
    return Compared(rows.with_columns(told(both, rows.height)), both, opened)


def decided(
    columns: pl.DataFrame, found: pl.DataFrame, tokens: pl.Series, *, on: date, at: datetime
) -> Compared:
    """Return rows that a person has decided on with what a commit writes of each, whatever would hold them.

    Somebody who is on the roll of another union stays there: the roster's particulars are taken, a move needs a transfer.

    Args:
        found: what is only noted.
        tokens: (n,) of binary: by which number the person whom the clerk chose is known, null where the row's own counts.
    """
    rows = with_tokens(prepared(columns, found))
    rows = _with_known(rows.with_columns(pl.coalesce(tokens, pl.col("id_token")).alias("id_token")))
    rows, opened = _with_secrets(rows.with_columns(likely=pl.lit(value=False)))
    rows = _judged(rows, None).with_columns(
        pl.coalesce("known_organisation", "organisation").alias("organisation"),
        pl.col("known").alias("verdict"),
    )
    whole = _with_keys(rows, on=on, at=at, chunk_rows=rows.height)
    return Compared(whole.with_columns(told(found, rows.height)), found, opened)


def prepared(columns: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a roster under the names of the register, each with its gravest finding and its employer's key."""
    return columns.rename({"region": "region_id", "household": "hukou"}).with_columns(
        worst(found, columns.height).alias("worst"),
        by_value(columns["employer"], lambda frame: frame.select(employer_key=match_key(pl.col("text"))))[
            "employer_key"
        ],
    )


def told(found: pl.DataFrame, n: int) -> pl.Series:
    """Return the findings of each row as a JSON array, null for none."""
    one = pl.struct("code", "column", pl.col("severity").cast(pl.String), "params").struct.json_encode()
    by_row = found.group_by("row", maintain_order=True).agg(one.alias("told"))
    joined = by_row.select("row", ("[" + pl.col("told").list.join(",") + "]").alias("findings"))
    return _places(n).join(joined, on="row", how="left", maintain_order="left")["findings"]


def _places(n: int) -> pl.DataFrame:
    return pl.DataFrame({"row": pl.int_range(n, dtype=pl.UInt32, eager=True)})


def with_tokens(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the keyed indexes, null for rows that come back anyway."""
    refused = rows["worst"] == Severity.REFUSE.value
    usable = rows["id_number"].is_not_null() & ~refused.fill_null(value=False) & rows["repeats"].is_null()
    has_phone = usable & rows["phone"].is_not_null()
    return rows.with_columns(
        _indexed(vault.Purpose.IDENTITY, rows["id_kind"], rows["id_number"], usable).alias("id_token"),
        _indexed(vault.Purpose.PHONE, "mobile", rows["phone"], has_phone).alias("phone_token"),
    )


def _indexed(purpose: vault.Purpose, kind: str | pl.Series, values: pl.Series, where: pl.Series) -> pl.Series:
    kinds = pl.Series([kind]).new_from_index(0, len(values)) if isinstance(kind, str) else kind
    whole = np.full(len(values), None, dtype=object)
    for each in kinds.filter(where).unique().to_list():
        mine = (where & (kinds == each)).arg_true().to_numpy()
        index = vault.blind_index_many(purpose, each, values.gather(mine).to_list())
        whole[mine] = np.array(as_binary(index).to_list(), dtype=object)
    return pl.Series(whole.tolist(), dtype=pl.Binary)


def _with_known(rows: pl.DataFrame) -> pl.DataFrame:
    numbered = rows.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("place"))
    known, likely = known_and_likely(numbered.filter(pl.col("id_token").is_not_null()))
    joined = numbered.join(known, on="place", how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("known_birth_on", "left_on").str.to_date(),
        pl.col("place").is_in(likely.implode()).alias("likely"),
    )


def _with_secrets(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[UUID]]:
    """Add the secret fields as they would be; those of a known person are opened only where the fingerprint differs."""
    known = rows["person_id"].is_not_null().arg_true()
    told = rows[known]
    packed = pack_columns({"id_number": told["id_number"].to_list(), "phone": told["phone"].to_list()})
    prints = as_binary(vault.fingerprint_many(packed)).bin.encode("hex")
    same_print = prints == told["known_print"].str.replace_all("-", "", literal=True)
    opening = known.filter(~same_print.fill_null(value=False))
    secrets = rows.select(
        "id_number", pl.lit("").alias("earlier_numbers"), "phone", pl.lit("").alias("address")
    )
    # Whoever is known by an earlier number keeps the one that stands.
    phones, extra, differs, opened = rows["phone"].to_list(), {}, np.zeros(rows.height, dtype=bool), []
    for place, person, sealed in zip(
        opening, rows["person_id"].gather(opening), rows["known_secrets"].gather(opening), strict=True
    ):
        old = vault.open_sealed(bytes.fromhex(sealed), table=TABLE, row_id=UUID(person), fields=SECRET)
        differs[place] = bool(phones[place]) and phones[place] != old["phone"]
        extra[place] = (
            old["id_number"],
            old["earlier_numbers"],
            phones[place] or old["phone"],
            old["address"],
        )
        opened.append(UUID(person))
    if extra:
        at = pl.Series(list(extra), dtype=pl.UInt32)
        for k, name in enumerate(SECRET):
            column = secrets[name].cast(pl.String)
            if len(column) != rows.height:
                column = column.new_from_index(0, rows.height)
            secrets = secrets.with_columns(
                column.scatter(at, [values[k] for values in extra.values()]).alias(name)
            )
    return rows.with_columns(*secrets.select(SECRET), pl.Series("phone_differs", differs)), opened


def _judged(rows: pl.DataFrame, scope: Scope | None) -> pl.DataFrame:
    """Add ``known`` (new, changed, same), ``what`` a commit does, ``differs`` (JSON) and ``roll_finding``."""
    is_known, has_spell = pl.col("person_id").is_not_null(), pl.col("membership_id").is_not_null()
    differing = [_differs(field, column).alias(f"differs_{field}") for field, column in COMPARED.items()]
    rows = rows.with_columns(*differing, _employer_differs().alias("differs_employer"))
    rows = rows.rename({"phone_differs": "differs_phone"})
    fields = [*COMPARED, "employer", "phone"]
    names = pl.concat_list(
        pl.when(f"differs_{field}").then(pl.lit(field)) for field in fields
    ).list.drop_nulls()
    rows = rows.with_columns(names.alias("names"))
    outside = is_known & ~_within(scope)
    # Two rows with two numbers of one record: the first of them stands.
    again = is_known & ~pl.col("person_id").is_first_distinct()
    finding = (
        pl.when(outside | again | (pl.col("likely") & ~is_known))
        .then(pl.lit("ROLL_HELD"))
        .when(has_spell & (pl.col("known_organisation") != pl.col("organisation")))
        .then(pl.lit("ROLL_OTHER_UNION"))
    )
    what = (
        pl.when(~is_known).then(pl.lit("new")).when(~has_spell).then(pl.lit("return"))
        .when(pl.col("names").list.len() > 0).then(pl.lit("changed")).otherwise(pl.lit("same"))
    )  # fmt: skip
    is_same = pl.col("repeats").is_not_null() | (what == "same")
    known = (
        pl.when(is_same)
        .then(pl.lit("same"))
        .when(what == "changed")
        .then(pl.lit("changed"))
        .otherwise(pl.lit("new"))
    )
    quoted = '["' + pl.col("names").list.join('","') + '"]'
    return rows.with_columns(
        finding.fill_null("").alias("roll_finding"),
        what.alias("what"),
        known.cast(plan.VERDICTS).alias("known"),
        pl.when(what == "changed").then(quoted).alias("differs"),
    )


def _differs(field: str, column: str) -> pl.Expr:
    """Tell where the roster says something else; a blank cell says nothing."""
    said, held = pl.col(field), pl.col(column)
    if field == "birth_on":
        return pl.col("person_id").is_not_null() & said.is_not_null() & said.ne_missing(held)
    blank = said.is_null() | (said == "")
    return pl.col("person_id").is_not_null() & ~blank & (said != held.fill_null(""))


def _employer_differs() -> pl.Expr:
    by_code = pl.col("employer_code").ne_missing(pl.col("known_employer_code"))
    by_name = pl.col("employer_key").ne_missing(pl.col("known_employer_key"))
    told_code = pl.col("employer_code").is_not_null()
    differs = pl.when(told_code).then(by_code).otherwise(by_name)
    return pl.col("person_id").is_not_null() & pl.col("employer").is_not_null() & differs


def _within(scope: Scope | None) -> pl.Expr:
    if scope is None:
        return pl.lit(True)
    path = pl.col("person_line_path" if scope.line else "person_path")
    return ((path >= scope.lo) & (path < scope.hi)).fill_null(value=False)


def _with_keys(rows: pl.DataFrame, *, on: date, at: datetime, chunk_rows: int) -> pl.DataFrame:
    """Draw the keys of what is new now, so that a commit that is killed and started again makes the same rows."""
    sizes = [part.height for part in rows.iter_slices(max(chunk_rows, 1))] or [0]
    drawn = [as_binary(np.concatenate([uuid7s(n, at) for n in sizes])) for _ in range(2)]
    hexed = [
        pl.col(name).str.replace_all("-", "", literal=True).str.decode("hex")
        for name in ("person_id", "membership_id")
    ]
    return rows.with_columns(
        pl.coalesce(hexed[0], drawn[0]).alias("person_id"),
        pl.coalesce(hexed[1], drawn[1]).alias("membership_id"),
        pl.col("seen").cast(pl.Int64),
        _begins(on).alias("from_on"),
    )


def _begins(on: date) -> pl.Expr:
    """Return the first day of a spell: the day told, but of who comes back never one before the last spell ended."""
    told = pl.col("joined_on").fill_null(on)
    return pl.when((pl.col("what") == "return") & (told < pl.col("left_on"))).then(pl.lit(on)).otherwise(told)
