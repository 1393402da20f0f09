"""A worksheet beside the answers that says what their codes stand for."""

from __future__ import annotations

import pytest
from survey_exports import write_xlsx

from borgerlib.survey.importing.questions import questions
from borgerlib.survey.readers.read import read_export

ANSWERS = [
    ["Nr", "Køn", "Bydel", "Emne1", "Emne2", "Emne3", "Alder"],
    *([at, 1 + at % 2, 1 + at % 3, at % 2, 1 - at % 2, int(at < 4), 20 + at] for at in range(12)),
]
CODES = [
    ["Variabel", "Værdi", "Tekst"],
    *(["Køn", 1, "Mand"], ["", 2, "Kvinde"]),  # written at the first code only
    *(["bydel", 1, "Midt"], ["bydel", 2, "Nord"], ["bydel", 3, "Syd"]),
    *(["Emne1", 1, "Klima"], ["Emne2", 1, "Skole"], ["Emne3", 0, "Ikke valgt"], ["Emne3", 1, "Trafik"]),
]


def test_codes_have_the_texts_of_the_sheet_and_boxes_its_options(tmp_path):
    export = read_export(write_xlsx(tmp_path / "svar.xlsx", {"Svar": ANSWERS, "Koder": CODES}))
    labels = {column.name: dict(column.labels) for column in export.columns if column.labels}
    assert labels == {"Køn": {"1": "Mand", "2": "Kvinde"}, "Bydel": {"1": "Midt", "2": "Nord", "3": "Syd"}}
    assert export.source.notes[-1] == (
        "sheet 'Koder' tells what codes stand for, in columns (5): 'Køn', 'Bydel', 'Emne1', 'Emne2'"
    )
    found = {question.text: question.options for question in questions(export)}
    assert found["Køn"] == {"Mand": 6, "Kvinde": 6}
    assert found["Bydel"] == {"Midt": 4, "Nord": 4, "Syd": 4}
    assert found["Emne1"] == {"Klima": 6, "Skole": 6, "Trafik": 4}


@pytest.mark.parametrize(
    "other",
    [
        [["Køn", "Antal", "Andel"], ["Mand", 6, "50"], ["Kvinde", 6, "50"]],
        [["Variabel", "Værdi", "Tekst"], ["Køn", 7, "Mand"], ["Køn", 8, "Kvinde"]],
    ],
    ids=["a table of results", "codes of other answers"],
)
def test_a_sheet_of_something_else_tells_nothing(tmp_path, other):
    export = read_export(write_xlsx(tmp_path / "svar.xlsx", {"Svar": ANSWERS, "Andet": other}))
    assert not any(column.labels for column in export.columns)
    assert len(export.source.notes) == 1
