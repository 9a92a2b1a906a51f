"""Files of rosters: they open again with every cell as it was meant."""

import csv
from datetime import datetime

import openpyxl
import polars as pl
import pytest

from niangjia.cli.synth import __main__, commands, rosters, writers

ROSTER = rosters.roster(300, seed=9)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "roster.xlsx"
    writers.write_xlsx(ROSTER, path)
    return openpyxl.load_workbook(path).active


def test_a_workbook_has_a_merged_title_and_the_headers_below(page):
    assert page["A1"].value == ROSTER.title
    assert [str(merged) for merged in page.merged_cells.ranges] == [
        f"A1:{page.cell(1, len(ROSTER.headers)).coordinate}"
    ]
    assert [cell.value for cell in page[2]] == list(ROSTER.headers)


def test_every_cell_of_a_workbook_is_as_it_was_meant(page):
    for place, cells in enumerate(ROSTER.cells, start=1):
        for row, cell in enumerate(cells, start=3):
            value = page.cell(row, place).value
            written = value.date() if isinstance(value, datetime) else value
            assert written == cell or (written is None and cell in (None, ""))


def test_number_cells_of_a_workbook_are_numbers_and_other_ids_are_texts(page):
    place = ROSTER.fields.index("number") + 1
    kinds = dict(zip(ROSTER.truth["row"], ROSTER.truth["error"], strict=True))
    for row, kind in kinds.items():
        cell = page.cell(row, place)
        assert cell.data_type == ("n" if kind in ("id_number_cell", "id_blank") else "s")
        assert kind != "id_number_cell" or cell.value > 3.69e17


def test_formula_texts_stay_texts(page):
    place = ROSTER.fields.index("employer") + 1
    rows = ROSTER.truth.filter(pl.col("error") == "formula_cell")["row"]

    assert all(page.cell(row, place).data_type in ("s", "f") for row in rows)
    assert all(page.cell(row, place).value.startswith("=") for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_opens_again_in_each_encoding(tmp_path, encoding):
    path = tmp_path / "roster.csv"
    writers.write_csv(ROSTER, path, encoding)

    with path.open(encoding=encoding, newline="") as file:
        rows = list(csv.reader(file))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")
    assert rows[0][0] == ROSTER.title and rows[1] == list(ROSTER.headers)
    assert [tuple(row) for row in rows[2:]] == list(ROSTER.frame.iter_rows())


def test_a_number_cell_is_saved_as_shown(tmp_path):
    column = ROSTER.frame[ROSTER.headers[ROSTER.fields.index("number")]]
    positions = ROSTER.truth.filter(pl.col("error") == "id_number_cell")["position"]

    assert all(
        column[position].startswith("3.699") and column[position].endswith("E+17") for position in positions
    )


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx", "a.csv", "b.csv"):
        commands.write_roster(tmp_path / name, rows=120, seed=4)

    for kind in ("xlsx", "csv", "truth.csv"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_the_truth_counts_rows_as_the_office_program_does(tmp_path, page):
    path = tmp_path / "truth.csv"
    writers.write_truth(ROSTER, path)
    truth = pl.read_csv(path)
    place = ROSTER.headers.index("序号") + 1

    assert truth.columns == ["row", "verdict", "codes", "error", "noise", "union"]
    assert [page.cell(row, place).value for row in truth["row"]] == list(range(1, 301))


def test_the_command_writes_both_files_and_says_where(tmp_path, capsys):
    __main__.main(
        ["roster", "--rows", "80", "--seed", "2", "--out", str(tmp_path / "r.csv"), "--encoding", "gb18030"]
    )

    assert capsys.readouterr().out.strip() == str(tmp_path / "r.truth.csv")
    assert (tmp_path / "r.csv").read_bytes().decode("gb18030")


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="xlsx or"):
        commands.write_roster(tmp_path / "r.pdf", rows=80)
