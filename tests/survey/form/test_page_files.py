"""The files that the page saves, as they are read."""

import pytest

from borgerlib.errors import DataError
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.readers.read import read_responses

BOOK = parse_codebook(
    {
        "survey": {"id": "x", "title": "X"},
        "item": [
            {"id": "svar_id", "text": "Nummer", "kind": "text", "role": "id"},
            {"id": "a", "text": "Hvorfor?", "kind": "text"},
            {"id": "n", "text": "Hvor meget?", "kind": "number"},
        ],
    },
    source="x",
)
HEAD = '\ufeff"svar_id";"a";"n";"borger_skema"\r\n'


def test_marks_before_formulas_are_taken_away_and_nothing_else(tmp_path):
    path = tmp_path / "svar.csv"
    rows = ["'=1+1", "''@x", "'n Aften", "=ikke fra siden"]
    lines = "".join(f'"{at}";"{text}";"-1,5";"v"\r\n' for at, text in enumerate(rows))
    path.write_bytes((HEAD + lines).encode())
    frame = read_responses(path, BOOK).frame
    assert list(frame["a"]) == ["=1+1", "'@x", "'n Aften", "=ikke fra siden"]
    assert list(frame["n"]) == [-1.5] * 4


def test_the_files_of_several_tablets_are_one_survey_and_all_are_named(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_bytes((HEAD + f'"{name}1";"x";"1";"v"\r\n').encode())
    responses = read_responses(tmp_path, BOOK)
    assert list(responses.frame["svar_id"]) == ["a1", "b1"]
    assert responses.frame.index.is_unique
    assert responses.source.files == ("a.csv", "b.csv")


def test_files_of_other_forms_do_not_belong_together(tmp_path):
    (tmp_path / "a.csv").write_bytes((HEAD + '"1";"x";"1";"v"\r\n').encode())
    (tmp_path / "b.csv").write_bytes((HEAD.replace('"a"', '"b"') + '"1";"x";"1";"v"\r\n').encode())
    with pytest.raises(DataError, match="do not belong together"):
        read_responses(tmp_path, BOOK)


def test_answers_fetched_twice_count_once_without_an_item_for_the_id_too(tmp_path):
    book = parse_codebook(
        {"survey": {"id": "x", "title": "X"}, "item": [{"id": "a", "text": "Hvorfor?", "kind": "text"}]},
        source="x",
    )
    for name, rows in (("a", "12"), ("b", "23")):
        lines = "".join(f'"{row}";"svar";"v"\r\n' for row in rows)
        text = f'\ufeff"borger_svar";"a";"borger_skema"\r\n{lines}'
        (tmp_path / f"{name}.csv").write_bytes(text.encode())
    assert len(read_responses(tmp_path, book).frame) == 3


def test_a_table_of_the_same_headings_with_texts_is_no_form_of_ours(tmp_path):
    options = [{"id": "skov", "text": "Skov og eng"}, {"id": "by", "text": "By"}]
    item = {"id": "emner", "text": "Emner?", "kind": "multiple", "options": options}
    book = parse_codebook(
        {"survey": {"id": "x", "title": "X"}, "item": [item, {"id": "n", "text": "N", "kind": "number"}]},
        source="x",
    )
    path = tmp_path / "svar.csv"
    cells = ["Skov og eng; By", "By", "Skov og eng", "By; Skov og eng"]
    path.write_text("emner,n\n" + "".join(f"{cell},{at}\n" for at, cell in enumerate(cells)), "utf-8")
    frame = read_responses(path, book).frame
    assert list(frame["emner__skov"]) == [1, 0, 1, 1]
    assert list(frame["emner__by"]) == [1, 1, 0, 1]
