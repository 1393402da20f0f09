"""The tables behind the figures, as a workbook."""

import json

import openpyxl
import pytest
from sample_notebooks import chart_output, executed, page_output

from borgerlib import places
from borgerlib.errors import RunError
from borgerlib.runs.pages.export import read_page
from borgerlib.runs.pages.xlsx import as_number, write_tables_workbook


def workbook(notebooks, target):
    return write_tables_workbook([read_page(path) for path in notebooks], target)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("58\u00a0pct.", (0.58, "0%")), ("0,5 pct.", (0.005, "0.0%")), ("1.234", (1234.0, "#,##0")),
        ("79", (79.0, "#,##0")), ("−2,25", (-2.25, "#,##0.00")), ("for få svar", None), ("52–63", None),
        ("", None), ("1.23.4", None), ("=1+1", None),
    ],
)  # fmt: skip
def test_displayed_numbers_are_read(text, number):
    assert as_number(text) == number


def test_a_sheet_a_figure_with_numbers_as_numbers(tmp_path):
    target = workbook(sorted(places.notebooks().glob("0[123]_*.ipynb")), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(target)
    contents = book["Indhold"]
    assert [cell.value for cell in contents[1]] == ["Side", "Figur", "Ark"]
    names = [row[2].value for row in contents.iter_rows(min_row=2)]
    assert names == book.sheetnames[1:]
    assert len(names) == 4
    assert contents["C2"].hyperlink.location == f"'{names[0]}'!A1"
    sheet = book[names[0]]
    heads = [cell.value for cell in sheet[5]]
    assert heads[:2] == ["Svar", "Andel"]
    share = sheet["B6"]
    assert 0 < share.value <= 1
    assert share.number_format == "0%"
    assert sheet["A2"].value  # the finding
    assert not list(tmp_path.glob(".t.*"))


def test_text_is_never_a_formula_and_names_are_legal(tmp_path):
    chart = chart_output()
    kind = next(key for key in chart.data if key.startswith("application/vnd.borger.chart"))
    chart.data[kind].update(columns=["Svar", "=HYPERLINK(1)"], rows=[["=1+1", "+2"], ["@x", "for få svar"]])
    paths = [
        executed(
            tmp_path / f"{n}.ipynb",
            [page_output(n, title="Æ/Ø: [Å]? * 'et meget langt navn på en side'"), chart, chart],
        )
        for n in (1, 2)
    ]
    book = openpyxl.load_workbook(workbook(paths, tmp_path / "t.xlsx"))
    assert len(book.sheetnames) == len(set(book.sheetnames)) == 5
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert any("Æ" in name for name in book.sheetnames)
    for sheet in book.worksheets[1:]:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert sheet["A6"].value == "=1+1"


def test_simulated_figures_say_so(tmp_path):
    chart = chart_output()
    kind = next(key for key in chart.data if key.startswith("application/vnd.borger.chart"))
    chart.data[kind]["title"] = "SIMULEREDE DATA: Øverst står klima"
    path = executed(tmp_path / "1.ipynb", [page_output(1), chart])
    book = openpyxl.load_workbook(workbook([path], tmp_path / "t.xlsx"))
    assert book.worksheets[1]["A2"].value.startswith("SIMULEREDE DATA")


def test_errors(tmp_path):
    damaged = tmp_path / "x.ipynb"
    damaged.write_text(json.dumps({"cells": 3}))
    with pytest.raises(RunError, match="damaged"):
        workbook([damaged], tmp_path / "t.xlsx")
    path = executed(tmp_path / "1.ipynb", [page_output(1)])
    with pytest.raises(RunError, match="cannot be written"):
        workbook([path], tmp_path / "ingen" / "t.xlsx")


def _sheet_of(tmp_path, **changes):
    path = executed(tmp_path / "1.ipynb", [page_output(1), chart_output(**changes)])
    return openpyxl.load_workbook(workbook([path], tmp_path / "t.xlsx")).worksheets[1]


def test_numbers_that_are_numbers_stay_what_they_are_and_nothing_is_not_none(tmp_path):
    sheet = _sheet_of(tmp_path, columns=["Svar", "x", "y"], rows=[["A", 1.234, 1045], ["B\x07", None, 0.5]])
    assert [cell.value for cell in sheet[6]] == ["A", 1.234, 1045]
    assert [cell.value for cell in sheet[7]] == ["B", "–", 0.5]


def test_intervals_are_two_columns_of_shares_and_suppressed_ones_words(tmp_path):
    heads = ["Svar", "Andel", "Statistisk usikkerhed (95\u00a0pct.)", "N"]
    few = "for få svar"
    sheet = _sheet_of(tmp_path, columns=heads, rows=[["A", "58 pct.", "52–63", "78"], ["B", few, few, ""]])
    assert [cell.value for cell in sheet[5]] == [*heads[:2], f"{heads[2]}: fra", f"{heads[2]}: til", "N"]
    assert [cell.value for cell in sheet[6]] == ["A", 0.58, 0.52, 0.63, 78]
    assert sheet["C6"].number_format == "0%"
    assert [cell.value or "" for cell in sheet[7]] == ["B", few, few, "", ""]


def test_a_chart_without_its_numbers_is_refused(tmp_path):
    chart = chart_output()
    del chart.data["application/vnd.borger.chart+json"]["rows"]
    path = executed(tmp_path / "1.ipynb", [page_output(1), chart])
    with pytest.raises(RunError, match="lacks rows"):
        workbook([path], tmp_path / "t.xlsx")
