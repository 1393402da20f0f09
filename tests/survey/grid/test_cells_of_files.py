from __future__ import annotations

import json
import unicodedata
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from survey_exports import CODEBOOK, write_csv, write_xlsx

from borgerlib.errors import DataError
from borgerlib.survey.grid.values import parse_dates
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.readers.read import read_export, read_responses

ROWS = [["Nr.", "Område", "Tekst"], ["1", "Åby", "Blå bærbar ø"], ["2", "Ærø", "små grønne bænke"]]


@pytest.mark.parametrize(
    ("encoding", "named"), [("mac_roman", "mac_roman"), ("cp850", "cp850"), ("cp1252", "")]
)
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_letters_of_excel_for_mac_and_of_dos_are_told_from_windows(tmp_path, encoding, named, end):
    export = read_export(write_csv(tmp_path / "x.csv", ROWS, delimiter=";", encoding=encoding, end=end))
    assert export.frame["Tekst"].tolist() == ["Blå bærbar ø", "små grønne bænke"]
    assert list(export.frame.columns)[1] == "Område"
    assert any(named in note for note in export.source.notes) if named else not export.source.notes


def test_one_cell_in_another_encoding_does_not_change_the_others(tmp_path):
    path = write_csv(tmp_path / "x.csv", [*ROWS, ["3", "Mols", "XX"]])
    path.write_bytes(path.read_bytes().replace(b"XX", "sø".encode("cp1252")))
    export = read_export(path)
    assert export.frame["Tekst"].tolist() == ["Blå bærbar ø", "små grønne bænke", "sø"]
    assert export.source.notes == ("1 letter was not UTF-8 as the rest is, and was read as Windows-1252",)


def test_a_cell_that_holds_an_error_is_blank_and_recorded(tmp_path):
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["B3"].value, book.active["B3"].data_type = "#N/A", "e"
    book.save(path)
    export = read_export(path)
    assert export.frame["Område"].fillna("").tolist() == ["Åby", ""]
    assert export.problems.to_dict("records") == [
        {"row": 3, "column": "Område", "value": "#N/A", "rule": "error_cell"}
    ]


def test_painted_cells_far_to_the_right_are_no_columns(tmp_path):
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["XFD2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    book.active["XFD3"].value = ""
    book.save(path)
    assert read_export(path).frame.shape == (2, 3)


def test_a_carriage_return_as_a_workbook_writes_it_is_none_in_the_text(tmp_path):
    rows = [["Nr.", "Alder_x000D_\n"], ["1", "30"], ["2", "40"]]
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": rows})
    assert list(read_export(path).frame.columns) == ["Nr.", "Alder"]


@pytest.mark.parametrize(
    ("members", "match"),
    [
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
            "an OpenDocument sheet that is damaged",
        ),
        ({"Index/Document.iwa": "x"}, "is a Numbers file"),
        ({"word/document.xml": "<x/>"}, "is a Word document"),
    ],
)
def test_other_archives_are_named(tmp_path, members, match):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(DataError, match=match) as caught:
        read_export(tmp_path / "x.zip")
    assert ".xlsx" in caught.value.hint


@pytest.mark.parametrize(
    ("texts", "second"),
    [
        (["x", "torsdag den 27. november 2025 kl. 16.51"], datetime(2025, 11, 27, 16, 51)),
        (["x", "Thu Nov 27 2025 16:51:00 GMT+0100 (CET)"], datetime(2025, 11, 27, 16, 51)),
        (["x", "November 27, 2025 at 4:51 PM"], datetime(2025, 11, 27, 16, 51)),
        (["x", "27/11 2025 16:51"], datetime(2025, 11, 27, 16, 51)),
        (["x", "27-Nov-25"], datetime(2025, 11, 27)),
        (["2025/11/27 4:51:00 PM GMT+1", "2025/11/28 12:05:09 AM GMT+1"], datetime(2025, 11, 28, 0, 5, 9)),
        (["11/20/2025 08:07:00 AM", "11/20/2025 12:07:00 PM"], datetime(2025, 11, 20, 12, 7)),
        (["27-11-25 16:51", "28-11-25 9:05"], datetime(2025, 11, 28, 9, 5)),
        (["Nov 27, 2025 4:51 PM", "Oct 28, 2025 9:05 AM"], datetime(2025, 10, 28, 9, 5)),
        (["45988,25", "45989,5"], datetime(2025, 11, 28, 12, 0)),
        (["2025-11-27T16:51:00.123+01:00", "2025-11-28T09:05:00Z"], datetime(2025, 11, 28, 9, 5)),
    ],
)
def test_times_as_platforms_write_them(tmp_path, texts, second):
    path = write_csv(
        tmp_path / "x.csv", [["Afsluttet", "Nr."], *[[text, "1"] for text in texts]], delimiter=";"
    )
    mapping = Mapping(CODEBOOK.id, (ItemMapping("afsluttet", ("Afsluttet",)),))
    assert read_responses(path, CODEBOOK, mapping=mapping).frame["afsluttet"].iloc[1] == second


def test_the_year_nought_is_no_year_of_this_century():
    texts = pd.Series(["0000-05-03", "03-05-0000", "03-05-00", "2025-05-03"], dtype="string")
    assert parse_dates(texts).dt.year.tolist()[2:] == [2000, 2025]
    assert parse_dates(texts).isna().tolist() == [True, True, False, False]


def test_letters_in_two_signs_come_in_whole_from_every_kind_of_file(tmp_path):
    parts = [[unicodedata.normalize("NFD", text) for text in row] for row in ROWS]
    frame = pd.DataFrame(parts[1:], columns=parts[0])
    frame.to_parquet(tmp_path / "x.parquet")
    pyreadstat.write_sav(frame.rename(columns={"Nr.": "Nr"}), tmp_path / "x.sav", column_labels=parts[0])
    (tmp_path / "x.json").write_text(json.dumps(frame.to_dict("records")))
    broken = write_csv(tmp_path / "y.csv", parts)
    broken.write_bytes(broken.read_bytes().replace("ø".encode(), "ø".encode("cp1252"), 1))
    files = [write_csv(tmp_path / "x.csv", parts), broken, write_xlsx(tmp_path / "x.xlsx", {"Ark": parts})]
    for path in [*files, tmp_path / "x.parquet", tmp_path / "x.sav", tmp_path / "x.json"]:
        export = read_export(path)
        assert [column.label for column in export.columns] == ROWS[0]
        assert export.frame.to_numpy().tolist() == ROWS[1:]
