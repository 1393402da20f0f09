"""The tables behind the figures, as a workbook."""

import json

import openpyxl
import pytest
from sample_notebooks import chart_output, display, executed, page_output

from borgerlib.errors import RunError
from borgerlib.runs.pages.export import read_pages
from borgerlib.runs.pages.formats.xlsx import write_tables_workbook
from borgerlib.view.leaders.insight import open_insight
from borgerlib.view.tables.html import Table


def workbook(notebooks, target):
    return write_tables_workbook([read_pages(path)[0] for path in notebooks], target, title="Ærø · T")


def test_a_sheet_a_figure_with_numbers_as_numbers(tmp_path):
    insight = open_insight(2)
    shown = [display(insight.figure(id_).for_page()) for id_ in ("2", "3")]
    paths = [executed(tmp_path / f"{n}.ipynb", [page_output(n), *shown]) for n in (1, 2)]
    book = openpyxl.load_workbook(workbook(paths, tmp_path / "t.xlsx"))
    assert (book.properties.title, book.properties.language) == ("Ærø · T", "da-DK")
    contents = book["Indhold"]
    assert [cell.value for cell in contents[1]] == ["Side", "Figur eller tabel", "Ark"]
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


def test_a_table_of_the_page_has_a_sheet_too(tmp_path):
    table = Table("Kommuner", ("Navn", "Tal"), (("Ærø", "1.234"),), (False, True), note="Kilde: prøve.")
    path = executed(tmp_path / "1.ipynb", [page_output(1), display(table._repr_mimebundle_())])
    sheet = openpyxl.load_workbook(workbook([path], tmp_path / "t.xlsx")).worksheets[1]
    assert [[cell.value for cell in row] for row in sheet["A5:B6"]] == [["Navn", "Tal"], ["Ærø", "1.234"]]
    assert (sheet["A2"].value, sheet["A8"].value) == ("Kommuner", "Kilde: prøve.")


def test_text_is_never_a_formula_and_names_are_legal(tmp_path):
    chart = chart_output()
    kind = next(key for key in chart.data if key.startswith("application/vnd.borger.chart"))
    rows = [["=1+1", "+2"], ["@x", "skjult"], ["#N/A", "-3"]]
    chart.data[kind]["numbers"] = {"columns": ["Svar", "=HYPERLINK(1)"], "formats": ["", "0%"], "rows": rows}
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
        assert [[cell.value for cell in row] for row in sheet["A6:B8"]] == rows


def test_simulated_figures_say_so(tmp_path):
    chart = chart_output()
    kind = next(key for key in chart.data if key.startswith("application/vnd.borger.chart"))
    chart.data[kind]["title"] = "SIMULEREDE DATA: Øverst står klima"
    path = executed(tmp_path / "1.ipynb", [page_output(1, title="SIMULEREDE DATA: Emner"), chart])
    book = openpyxl.load_workbook(workbook([path], tmp_path / "t.xlsx"))
    assert book.sheetnames[1] == "01.1 Emner"
    assert book.worksheets[1]["A1"].value == "SIMULEREDE DATA: Emner"
    assert book.worksheets[1]["A2"].value.startswith("SIMULEREDE DATA")


def test_errors(tmp_path):
    damaged = tmp_path / "x.ipynb"
    damaged.write_text(json.dumps({"cells": 3}))
    with pytest.raises(RunError, match="damaged"):
        workbook([damaged], tmp_path / "t.xlsx")
    path = executed(tmp_path / "1.ipynb", [page_output(1)])
    with pytest.raises(RunError, match="cannot be written"):
        workbook([path], tmp_path / "ingen" / "t.xlsx")


def test_nothing_is_told_as_nothing_and_no_control_character_goes_in(tmp_path):
    numbers = {
        "columns": ["Svar", "x", "y"],
        "formats": ["", "#,##0", "0%"],
        "rows": [["A", 1.234, 1045], ["B\x07", None, 0.5]],
    }
    path = executed(tmp_path / "1.ipynb", [page_output(1), chart_output(numbers=numbers)])
    sheet = openpyxl.load_workbook(workbook([path], tmp_path / "t.xlsx")).worksheets[1]
    assert [cell.value for cell in sheet[6]] == ["A", 1.234, 1045]
    assert [cell.value for cell in sheet[7]] == ["B", "–", 0.5]
    assert [cell.number_format for cell in sheet[6]] == ["General", "#,##0", "0%"]


def test_a_chart_without_its_numbers_is_refused(tmp_path):
    chart = chart_output()
    del chart.data["application/vnd.borger.chart+json"]["numbers"]
    path = executed(tmp_path / "1.ipynb", [page_output(1), chart])
    with pytest.raises(RunError, match="lacks numbers"):
        workbook([path], tmp_path / "t.xlsx")
