from __future__ import annotations

import contextlib
import io
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey_exports import CODEBOOK, heading, transposed, write_csv, write_xlsx

from borgerlib.errors import BorgerlibError, DataError
from borgerlib.survey.grid.workbook import read_workbook_grids
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.readers.read import read_export, read_responses

BY_NAME = Mapping(CODEBOOK.id, (ItemMapping("koen", ("Køn",)), ItemMapping("fritekst", ("Tekst",))))
ROWS = [["Alder", "Køn", "Tekst"], ["30", "Mand", "Før æ, ø og å"], ["40", "Kvinde", ""]]


def refused(path: Path, match: str, **options: object) -> DataError:
    with pytest.raises(DataError, match=match) as caught:
        read_export(path, **options)
    assert caught.value.hint
    return caught.value


def test_a_file_that_is_not_there(tmp_path):
    refused(tmp_path / "nej.csv", r"no file or folder .*nej\.csv")


def test_an_empty_file(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"")
    refused(tmp_path / "x.csv", r"x\.csv is empty \(0 bytes\)")


@pytest.mark.parametrize("content", ["\n\n \n", ";;;\n;;;\n", "\ufeff\n", '"";""\n"";""\n', "sep=;\n;;\n"])
def test_a_file_of_blanks(tmp_path, content):
    (tmp_path / "x.csv").write_text(content, encoding="utf-8")
    refused(tmp_path / "x.csv", "holds no text")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_headings_without_respondents(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    write_csv(path, ROWS[:1]) if suffix == "csv" else write_xlsx(path, {"Ark": ROWS[:1]})
    refused(path, r"nothing below them \(0 rows\)")


def test_a_table_of_no_rows_in_parquet(tmp_path):
    pd.DataFrame({"Alder": pd.Series([], dtype="int64")}).to_parquet(tmp_path / "x.parquet")
    refused(tmp_path / "x.parquet", r"0 rows")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8 by its mark, but not in its bytes", b"\xef\xbb\xbfAlder;K\xf8n\n30;Mand\n"),
        ("neither utf-8 nor Windows-1252", b"Alder;K\x81n\n30;Mand\n"),
        ("utf-16 cut in the middle of a letter", "Alder;Køn\n30;Mand\n".encode("utf-16")[:-1]),
    ],
)
def test_a_wrong_encoding(tmp_path, encoding, content):
    (tmp_path / "x.csv").write_bytes(content)
    refused(tmp_path / "x.csv", "is no text that can be read")


def test_zero_bytes_are_no_text(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"Alder;K\x00n\n30;Mand;lidt mere\n")
    refused(tmp_path / "x.csv", "zero bytes")


@pytest.mark.parametrize("content", [b"\x81\xff\xfe rubbish \x8d", b"PK\x00 cut off\x00"])
def test_a_damaged_workbook_is_called_that(tmp_path, content):
    (tmp_path / "svar.XLSX").write_bytes(content)
    refused(tmp_path / "svar.XLSX", "is a damaged workbook, or another kind of file under that name")


@pytest.mark.parametrize(
    ("name", "head", "match"),
    [
        ("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls workbook"),
        (
            "password",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a workbook with a password",
        ),
        ("pdf", b"%PDF-1.7", "a PDF document"),
        ("picture", b"\x89PNG\r\n", "a picture"),
        ("gzip", b"\x1f\x8b\x08", "gzip"),
        ("web page called xls", b"<html><table><tr><td>Alder</td></tr></table>", "web page or XML"),
        ("json", b'{"alder": 3}', "JSON"),
        ("damaged json", b'[{"alder": 3', "damaged JSON"),
        ("json of something else", b'[{"alder": 3}, 4]', "no list of answers"),
        ("answers within answers", b'[{"emner": {"klima": 1}}]', "answers within answers"),
    ],
)
def test_files_of_another_kind(tmp_path, name, head, match):
    (tmp_path / "x.csv").write_bytes(head + b"\n" * 20)
    refused(tmp_path / "x.csv", match)


def test_an_archive_that_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("dataset.csv", "Alder;Køn\n")
    refused(tmp_path / "x.xlsx", r"an archive \(zip\), but no Excel workbook. It holds dataset.csv")


def test_a_numbers_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "svar.numbers", "w") as archive:
        archive.writestr("Index/Document.iwa", b"\x00")
    refused(tmp_path / "svar.numbers", "a Numbers file")


def test_a_web_page_named_as_a_workbook(tmp_path):
    (tmp_path / "svar.xls").write_text("<html><table><tr><td>Alder</td></tr></table></html>")
    refused(tmp_path / "svar.xls", r"a web page or XML, whatever its name ends in \(.xls\)")


def test_an_open_document_sheet_is_read(tmp_path):
    def row(*texts):
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
            for text in texts
        )
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "manifest")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    sheet = f'<table:table table:name="Ark1">{"".join(row(*texts) for texts in ROWS)}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    with zipfile.ZipFile(tmp_path / "x.ods", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", f"<office:document-content{names}>{body}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest{names}>{entry}</manifest:manifest>")
    export = read_export(tmp_path / "x.ods")
    assert [list(export.frame), *export.frame.fillna("").to_numpy().tolist()] == ROWS


def test_a_single_column_is_no_table(tmp_path):
    (tmp_path / "x.csv").write_text("Alder\n30\n40\n")
    refused(tmp_path / "x.csv", "has a single column")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook(tmp_path, share):
    whole = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS * 50}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: int(len(whole) * share)])
    refused(tmp_path / "cut.xlsx", r"cut\.xlsx is a damaged workbook")


def test_a_workbook_with_a_damaged_sheet(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path, "is a damaged workbook")


def test_a_workbook_with_nothing_in_it(tmp_path):
    refused(write_xlsx(tmp_path / "x.xlsx", {"Ark": []}), "no worksheet with anything in it")


def test_rows_of_another_length_are_named_by_line(tmp_path):
    # The text on lines 2 and 3 is one cell; line 4 lacks a cell, line 6 has one too many.
    (tmp_path / "x.csv").write_text(
        'Alder;Køn;Tekst\n30;Mand;"to\nlinjer"\n40;Kvinde\n50;Mand;\n60;Mand;a;b\n'
    )
    error = refused(tmp_path / "x.csv", r"2 rows whose number of cells is not that of the heading \(3\)")
    assert error.problems == (
        "the row that ends on line 4 has 2 cells",
        "the row that ends on line 6 has 4 cells",
    )


@pytest.mark.parametrize("text", ['30;Mand;"aldrig lukket\n40;Kvinde;\n', '30;Mand;"a"b\n40;Kvinde;x\n'])
def test_a_misplaced_quotation_mark_is_named_by_line(tmp_path, text):
    (tmp_path / "x.csv").write_text("Alder;Køn;Tekst\n20;Mand;ok\n" + text)
    refused(tmp_path / "x.csv", "misplaced quotation mark in the row that begins on line 3")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_columns_of_one_name_are_kept_apart_by_their_place(tmp_path, suffix):
    rows = [["Alder", "Køn", " Køn\n", "Alder"], ["1", "2", "3", "4"]]
    path = tmp_path / f"x.{suffix}"
    write_csv(path, rows) if suffix == "csv" else write_xlsx(path, {"Ark": rows})
    assert list(read_export(path).frame.columns) == [
        "Alder (column 1)",
        "Køn (column 2)",
        "Køn (column 3)",
        "Alder (column 4)",
    ]


def test_a_formula_is_recorded_and_never_evaluated(tmp_path):
    rows = [ROWS[0], ["30", "Mand", '=HYPERLINK("http://example.dk","klik")'], ["=20+20", "Kvinde", "tak"]]
    responses = read_responses(write_xlsx(tmp_path / "x.xlsx", {"Ark": rows}), CODEBOOK, mapping=BY_NAME)
    assert responses.frame["fritekst"].fillna("").tolist() == ["", "tak"]
    assert responses.problems[["row", "column", "rule"]].to_numpy().tolist() == [
        [2, "Tekst", "formula"],
        [3, "Alder", "formula"],
    ]
    assert responses.problems["value"].tolist() == ['=HYPERLINK("http://example.dk","klik")', "=20+20"]
    (told,) = responses.source.notes
    assert "2 cells hold a formula or an error" in told
    assert "(columns 'A', 'C')" in told


def test_a_workbook_of_formulas_alone_says_that_these_are_why_it_is_empty(tmp_path):
    rows = [ROWS[0], ["=20+20", "=A1", "=A1"]]
    with pytest.raises(DataError, match="nothing below them") as raised:
        read_export(write_xlsx(tmp_path / "x.xlsx", {"Ark": rows}))
    assert "3 cells hold a formula" in raised.value.problems[0]


def test_letters_that_are_lost_are_told(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("K\ufffdn;Alder\nMand;30\nKvinde;40\n", encoding="utf-8")
    assert [note.kind for note in read_export(path).source.notes] == ["letters_lost"]


def test_a_formula_in_a_text_file_is_text(tmp_path):
    rows = [ROWS[0], ["30", "=1+1", "=2+2"], ["40", "Mand", ""]]
    responses = read_responses(write_csv(tmp_path / "x.csv", rows), CODEBOOK, mapping=BY_NAME)
    assert responses.frame["fritekst"].iloc[0] == "=2+2"
    assert responses.problems[["row", "column", "value", "rule"]].to_numpy().tolist() == [
        [2, "koen", "=1+1", "unknown_option"]
    ]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bytes(60_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(DataError, match="would unpack to 60,0") as caught:
        read_workbook_grids(path, unpacked_bytes=50_000_000)
    assert caught.value.hint


def test_a_bomb_that_lies_about_its_size_is_damaged(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bombe.xml", bytes(60_000_000))
    size = (60_000_000).to_bytes(4, "little")
    content = path.read_bytes()
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    refused(path, "damaged workbook")


def test_xml_entities_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    parts["xl/worksheets/sheet1.xml"] = declared + parts["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path, "declares XML entities")


@pytest.mark.long
def test_ten_megabytes_in_one_cell_are_cut_and_recorded(tmp_path):
    rows = [ROWS[0], ["30", "Mand", "æ" * 10_000_000], ROWS[2]]
    responses = read_responses(write_csv(tmp_path / "x.csv", rows), CODEBOOK, mapping=BY_NAME)
    assert responses.frame["fritekst"].str.len().iloc[0] == 32_767
    problem = responses.problems.iloc[0]
    assert (problem["row"], problem["column"], problem["rule"]) == (2, "Tekst", "text_too_long")
    assert problem["value"].endswith("(10000000 characters)")
    assert len(problem["value"]) < 100


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.truncate(500_000_001)
    refused(path, "500,000,001 bytes; files of at most 500,000,000 bytes are read")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_that_is_too_wide(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    rows = [[f"Q{at}" for at in range(5_001)], ["1"] * 5_001]
    write_csv(path, rows) if suffix == "csv" else write_xlsx(path, {"Ark": rows})
    refused(path, "has 5,?001 columns; at most 5,?000")


def test_a_declared_extent_of_one_cell_does_not_cut_the_sheet(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"Ark": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b'<dimension ref="A1:C3"' in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:C3"', b'ref="A1"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read_export(path).frame.shape == (2, 3)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("CPR", ["a", "b", "c"]),
        ("Cpr-nummer", ["", "", "x"]),
        ("Nøgle", ["010203-1234", "311299-4321", ""]),
        ("Nøgle", ["0102031234", "3112994321", "1501011111"]),
    ],
)
def test_a_column_of_cpr_numbers_is_refused_without_showing_any(tmp_path, name, values):
    columns = {"Alder": ["1", "2", "3"], name: values}
    error = refused(write_csv(tmp_path / "x.csv", transposed(columns)), "holds CPR numbers")
    assert error.problems == (f"column '{name}'",)
    assert not any(value in str(error) for value in values if len(value) > 3)


def test_other_ten_digit_numbers_are_no_cpr_numbers(tmp_path):
    columns = {
        "Alder": ["1", "2", "3", "4"],
        "Seed": ["0102031234", "9999999999", "4512345678", "7012345678"],
    }
    assert len(read_export(write_csv(tmp_path / "x.csv", transposed(columns))).frame) == 4


def test_swapped_columns_are_told(tmp_path):
    columns = {
        "Alder": ["30", "40", "50", "60"],
        "Køn": ["Mand", "Mand", "Mand", "Kvinde"],
        "Emner": ["Klima og miljø", "Sundhed og forebyggelse", "Klima og miljø", ""],
    }
    swapped = Mapping(
        CODEBOOK.id,
        (
            ItemMapping("alder", ("Køn",)),
            ItemMapping("koen", ("Emner",)),
            ItemMapping("emner", ("Alder",), "joined", separator=";"),
        ),
    )
    with pytest.raises(DataError, match="seems mixed up") as caught:
        read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK, mapping=swapped)
    first, second, third = caught.value.problems
    assert first == "items.alder: 4 of 4 answers in 'Køn' are no number (such as 'Mand')"
    assert second.startswith("items.koen: 3 of 3 answers in 'Emner' are no option; legal: Mand, Kvinde")
    assert third.startswith("items.emner: 4 of 4 answers in 'Alder' are no option; legal: Klima og miljø")


@pytest.mark.parametrize(
    ("item", "values", "match"),
    [
        ("alder", ["1970", "1985", "2001"], r"no ages \(median 1985\); are they for 'foedselsaar'"),
        ("foedselsaar", ["30", "41", "52"], r"no years of birth \(median 41\); are they for 'alder'"),
    ],
)
def test_ages_and_birth_years_are_not_taken_for_each_other(tmp_path, item, values, match):
    path = write_csv(tmp_path / "x.csv", transposed({"A": values, "B": values}))
    with pytest.raises(DataError) as caught:
        read_responses(path, CODEBOOK, mapping=Mapping(CODEBOOK.id, (ItemMapping(item, ("A",)),)))
    assert re.search(match, caught.value.problems[0])


def test_columns_that_the_export_has_not_are_named_with_near_ones(tmp_path):
    mapping = Mapping(CODEBOOK.id, (ItemMapping("koen", ("Koen",)), ItemMapping("tid", ("qqqq",))))
    with pytest.raises(DataError, match=r"The mapping does not fit x\.csv") as caught:
        read_responses(write_csv(tmp_path / "x.csv", ROWS), CODEBOOK, mapping=mapping)
    assert caught.value.problems == (
        "items.koen: there is no column 'Koen'; near: 'Køn'",
        "items.tid: there is no column 'qqqq'",
    )


def test_unknown_answers_are_missing_and_recorded(tmp_path):
    text = heading("emner")
    columns = {
        "Køn": ["Mand", "Kvinde", "Vandmand"],
        "Alder": ["30", "40", "50"],
        text: [
            "Klima og miljø, Sundhed og forebyggelse",
            "Klima og miljø, Gratis is, til alle",
            "Klima og miljø",
        ],
    }
    mapping = Mapping(
        CODEBOOK.id, (ItemMapping("koen", ("Køn",)), ItemMapping("emner", (text,), "joined", separator=", "))
    )
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK, mapping=mapping)
    assert responses.frame["koen"].tolist()[:2] == ["mand", "kvinde"]
    assert responses.frame["koen"].isna().tolist() == [False, False, True]
    assert responses.frame["emner__klima_miljoe"].tolist() == [1, 1, 1]
    assert responses.problems.to_dict("records") == [
        {"row": 3, "column": "emner", "value": "Gratis is", "rule": "unknown_selection"},
        {"row": 3, "column": "emner", "value": "til alle", "rule": "unknown_selection"},
        {"row": 4, "column": "koen", "value": "Vandmand", "rule": "unknown_option"},
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says it in other words")
def test_a_file_that_the_system_refuses(tmp_path):
    refused(tmp_path / ("x" * 300), "cannot be read: File name too long")


def test_a_damaged_parquet_file(tmp_path):
    pd.DataFrame({"Alder": [1, 2]}).to_parquet(tmp_path / "x.parquet")
    whole = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.parquet", "damaged Parquet file")


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


WHOLE = {"text": 'Alder;Køn;Tekst\n30;Mand;"a;b"\n'.encode("cp1252"), "workbook": _workbook()}


@given(
    kind=st.sampled_from(sorted(WHOLE)),
    place=st.floats(0, 1),
    inserted=st.binary(min_size=0, max_size=12),
    dropped=st.integers(0, 40),
)
def test_no_damage_ends_in_a_foreign_error(tmp_path_factory, kind, place, inserted, dropped):
    content = WHOLE[kind]
    at = int(place * len(content))
    path = tmp_path_factory.mktemp("skade") / "x.bin"
    path.write_bytes(content[:at] + inserted + content[at + dropped :])
    # Whatever is still readable must go through the recognition of columns, too; nothing else may be raised.
    with contextlib.suppress(BorgerlibError):
        read_responses(path, CODEBOOK)
