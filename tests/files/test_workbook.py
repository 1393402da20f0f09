"""Workbooks: numbers are numbers, text is text."""

import io

import openpyxl
import pandas as pd

from borgerlib.files.workbook import Cell, Sheet, escape_formulas, sheet_name, write_workbook


def written(*sheets):
    buffer = io.BytesIO()
    write_workbook(sheets, buffer)
    return openpyxl.load_workbook(buffer)


def test_numbers_are_numbers_and_text_is_text_whatever_it_looks_like():
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "1.234", "'citat", "a\x07b", ""]
    sheet = written(Sheet("Svar", [["Svar", 1.5, 7, None, True], *([text] for text in texts)]))["Svar"]
    assert [cell.value for cell in sheet[1]] == ["Svar", 1.5, 7, None, True]
    column = [cell for (cell,) in sheet.iter_rows(min_row=2, max_col=1)]
    assert [cell.value or "" for cell in column] == [text.replace("\x07", "") for text in texts]
    assert {cell.data_type for cell in column if cell.value} == {"s"}


def test_headings_formats_links_and_widths():
    first = Sheet("Indhold", [["Ark", "Andel"], [Cell("Tal", link="Tal"), Cell(0.58, "0%")]], bold={1})
    other = Sheet("Tal", [["a", "b"], [1, 2], [3, 4]], widths=[40], freeze="B2", filtered=True)
    book = written(first, other)
    contents, numbers = book.worksheets
    assert [cell.font.bold for cell in contents[1]] == [True, True]
    assert contents["A2"].value == "Tal"
    assert contents["A2"].hyperlink.location == "'Tal'!A1"
    assert contents["B2"].number_format == "0%"
    assert (numbers.freeze_panes, numbers.auto_filter.ref) == ("B2", "A1:B3")
    assert numbers.column_dimensions["A"].width == 40


def test_names_of_sheets_are_legal_short_and_told_apart():
    assert sheet_name("Æ/Ø: [Å]?*'") == "Æ Ø Å"
    long = sheet_name("et meget langt navn på en side i en rapport")
    assert long == "et meget langt navn på en side"
    assert (
        sheet_name("12.1 Uddannelsesforløb for medarbejdere") == "12.1 Uddannelsesforløb for"
    )  # whole words
    again = sheet_name("ET MEGET LANGT NAVN PÅ EN SIDE I EN RAPPORT", [long])
    assert len(again) <= 31
    assert again.casefold() != long.casefold()


def test_a_csv_file_holds_no_formula():
    frame = pd.DataFrame({"a": ["=x", "x=", None], "b": [-1, 2, 3], "c": pd.Categorical(["-a", "b", "b"])})
    escaped = escape_formulas(frame)
    assert escaped["a"].tolist()[:2] == ["'=x", "x="]
    assert escaped["b"].tolist() == [-1, 2, 3]
    assert escaped["c"].tolist() == ["'-a", "b", "b"]
    assert frame["a"].tolist()[0] == "=x"
    pd.testing.assert_frame_equal(escape_formulas(escaped), escaped)
    numbered = escape_formulas(pd.DataFrame({0: ["=1", "b"], "=y": [1, 2]}))
    assert numbered.to_dict("list") == {0: ["'=1", "b"], "'=y": [1, 2]}
    assert escape_formulas(pd.DataFrame({"n": [1]})).to_dict("list") == {"n": [1]}
