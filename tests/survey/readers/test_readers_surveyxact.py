from __future__ import annotations

from pathlib import Path

import pytest
from survey_exports import CODEBOOK, check, surveyxact_parts, write_csv, write_xlsx

from borgerlib.errors import DataError
from borgerlib.survey.readers.read import read_export, read_responses
from borgerlib.survey.responses import PLATFORM

ITEMS = [item.id for item in CODEBOOK if item.id != "foedselsaar"]
DIALECTS = {
    "comma, Windows-1252": (",", "cp1252", "\n", "cp1252", "comma"),
    "semicolon, Windows-1252": (";", "cp1252", "\r\n", "cp1252", "semicolon"),
    "tab, UTF-16 with mark": ("\t", "utf-16", "\r\n", "utf-16-le", "tab"),
}


def write_folder(folder: Path, *, delimiter: str, encoding: str, end: str, names: dict[str, str]) -> Path:
    folder.mkdir()
    for part, rows in surveyxact_parts(ITEMS).items():
        write_csv(folder / names[part], rows, delimiter=delimiter, encoding=encoding, end=end)
    return folder


PLAIN_NAMES = {"dataset": "dataset.csv", "labels": "labels.csv", "structure": "structure.csv"}
ODD_NAMES = {"dataset": "structure (2).csv", "labels": "Odense_1.txt", "structure": "a.csv"}


@pytest.mark.long
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("names", [PLAIN_NAMES, ODD_NAMES], ids=["plain names", "misleading names"])
def test_reads_three_files_by_content(tmp_path, dialect, names):
    delimiter, encoding, end, told_encoding, told_delimiter = DIALECTS[dialect]
    folder = write_folder(tmp_path / "eksport", delimiter=delimiter, encoding=encoding, end=end, names=names)
    responses = read_responses(folder, CODEBOOK)
    check(responses.frame, ITEMS)
    assert responses.absent == ("foedselsaar",)
    assert responses.problems.empty
    assert responses.source.vendor == "SurveyXact"
    assert (responses.source.encoding, responses.source.delimiter) == (told_encoding, told_delimiter)


@pytest.mark.parametrize("titles", [("Dataset", "Labels", "Structure"), ("Ark1", "Ark2", "Ark3")])
def test_reads_one_workbook_by_content(tmp_path, titles):
    parts = surveyxact_parts(ITEMS)
    sheets = dict(zip(titles, (parts["dataset"], parts["labels"], parts["structure"]), strict=True))
    responses = read_responses(write_xlsx(tmp_path / "eksport.xlsx", sheets), CODEBOOK)
    check(responses.frame, ITEMS)
    assert responses.source.sheet == titles[0]


def test_a_surplus_delimiter_at_the_end_of_a_row_is_passed_over(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=",", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    structure = (folder / "structure.csv").read_bytes().splitlines(keepends=True)
    # The real platform ends the rows of multiple-choice columns with one comma too many.
    changed = [structure[0]] + [
        line.replace(b"\n", b",\n") if b'"' not in line else line for line in structure[1:]
    ]
    (folder / "structure.csv").write_bytes(b"".join(changed))
    check(read_responses(folder, CODEBOOK).frame, ITEMS)


def test_the_dataset_without_its_siblings_asks_for_a_mapping(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    with pytest.raises(DataError, match="not recognised beyond doubt") as caught:
        read_responses(folder / "dataset.csv", CODEBOOK)
    assert "no column is recognised for sex" in caught.value.problems
    assert "borger map" in caught.value.hint


def test_the_structure_without_a_dataset_is_refused(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    with pytest.raises(DataError, match="its dataset is not there"):
        read_export(folder / "structure.csv")


def test_codes_without_labels_are_noted(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    (folder / "labels.csv").unlink()
    assert "labels" in " ".join(read_export(folder).source.notes)


def test_two_exports_in_one_folder_are_refused(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    (folder / "structure_gammel.csv").write_bytes((folder / "structure.csv").read_bytes())
    with pytest.raises(DataError, match="several SurveyXact exports"):
        read_export(folder)


def test_other_files_in_the_folder_are_passed_over(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    (folder / "spørgeskema.pdf").write_bytes(b"%PDF-1.7 ...")
    (folder / "læs mig.txt").write_text("Eksporteret i november.\n")
    (folder / "tom.csv").write_bytes(b"")
    check(read_responses(folder, CODEBOOK).frame, ITEMS)


def test_a_damaged_dataset_is_told_of_rather_than_missed(tmp_path):
    folder = write_folder(tmp_path / "x", delimiter=";", encoding="cp1252", end="\n", names=PLAIN_NAMES)
    with (folder / "dataset.csv").open("a", encoding="cp1252") as file:
        file.write("1;2\n")
    with pytest.raises(DataError, match=r"dataset\.csv has 1 row whose number of cells"):
        read_responses(folder, CODEBOOK)


def test_a_folder_of_unrelated_files_is_refused(tmp_path):
    write_csv(tmp_path / "a.csv", [["x", "y"], [1, 2]])
    write_csv(tmp_path / "b.csv", [["x", "y"], [1, 2]])
    with pytest.raises(DataError, match=r"do not belong together"):
        read_export(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no files"):
        read_export(tmp_path)


def test_the_only_file_in_a_folder_is_read(tmp_path):
    write_csv(tmp_path / "svar.csv", [["Alder", "Køn"], ["34", "Mand"]])
    assert read_export(tmp_path).source.files == ("svar.csv",)


def test_respondent_created_and_closed_are_number_beginning_and_end(tmp_path):
    parts = surveyxact_parts(ITEMS)
    own = ["respondent_id", "created", "closed", "statoverall_3"]
    times = ["13-11-2025 10:00:00", "13-11-2025 10:05:00", "1"]
    parts["dataset"] = [
        [*(own if at == 0 else [str(at), *times]), *row] for at, row in enumerate(parts["dataset"])
    ]
    sheets = dict(zip(("Ark1", "Ark2", "Ark3"), parts.values(), strict=True))
    export = read_export(write_xlsx(tmp_path / "eksport.xlsx", sheets))
    assert [column.role for column in export.columns[:4]] == ["id", "started", "submitted", PLATFORM]
    rows = len(export.frame)
    assert export.source.notes[-1].startswith(f"{rows} of {rows} answers were not finished")


HEAD = "questionName;variableName;questionType;subType;questionText;choiceValue;choiceText"


@pytest.mark.parametrize("names", [("s_2", "S_2"), ("q1", "q1_"), ("q1.", "q1")])
def test_labels_go_to_the_variable_of_just_that_name(tmp_path, names):
    first, second = names
    for part, rows in {
        "structure": [HEAD, *(f"{name};{name};Closed;Single;Hvad?;;" for name in names)],
        "dataset": [";".join(names), *["1;2"] * 20],
        "labels": [f"{first};1;Ja", f"{first};2;Nej", f"{second};1;Nord", f"{second};2;Syd"],
    }.items():
        (tmp_path / f"{part}.csv").write_text("\n".join(rows), "utf-8")
    labels = {column.name: dict(column.labels) for column in read_export(tmp_path).columns}
    assert labels == {first: {"1": "Ja", "2": "Nej"}, second: {"1": "Nord", "2": "Syd"}}


def test_a_labels_file_that_names_the_ends_of_scales_alone_is_one(tmp_path):
    for part, rows in {
        "structure": [HEAD, "s_1;s_1;Closed;Single;Hvor enig?;;"],
        "dataset": ["s_1", *["3"] * 20],
        "labels": ["s_1;1;Uenig", "s_1;2;", "s_1;3;", "s_1;4;", "s_1;5;Enig"],
    }.items():
        (tmp_path / f"{part}.csv").write_text("\n".join(rows), "utf-8")
    export = read_export(tmp_path)
    assert not export.source.notes
    assert {text for text in export.columns[0].labels.values() if text} == {"Uenig", "Enig"}
