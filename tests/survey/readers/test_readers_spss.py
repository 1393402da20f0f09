from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from survey_exports import CODEBOOK, PEOPLE, check

from borgerlib.errors import DataError
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.importing.questions import questions
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.readers.read import read_export, read_responses

ITEMS = [item.id for item in CODEBOOK if item.id not in ("foedselsaar", "svar_id")]


def spss(path: Path) -> Path:
    data: dict[str, list[object]] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[float, str]] = {}
    for item_id in ITEMS:
        item = CODEBOOK.item(item_id)
        given = [person.get(item_id) for person in PEOPLE]
        if item.kind == "multiple":
            for at, option in enumerate(item.options, start=1):
                name = f"{item_id}_{at}"
                data[name] = [None if answer is None else float(option.id in answer) for answer in given]
                labels[name] = f"{item.text}: {option.text}"
                values[name] = {0.0: "Ikke valgt", 1.0: "Valgt"}
            continue
        labels[item_id] = item.text
        data[item_id] = given
        if item.kind == "single":
            codes = {option.id: float(code) for code, option in enumerate(item.options, start=1)}
            data[item_id] = [codes.get(answer) if answer else None for answer in given]
            values[item_id] = {codes[option.id]: option.text for option in item.options}
        elif item.kind == "text":
            data[item_id] = [answer or "" for answer in given]
    frame = pd.DataFrame(data)
    # SPSS limits the length of a variable's label to 255 bytes.
    assert max(len(label.encode()) for label in labels.values()) < 255
    pyreadstat.write_sav(frame, str(path), column_labels=labels, variable_value_labels=values)
    return path


def test_reads_codes_with_their_labels(tmp_path):
    responses = read_responses(spss(tmp_path / "data.sav"), CODEBOOK)
    check(responses.frame, ITEMS)
    assert responses.source.vendor == "SPSS"
    assert responses.frame.index[0] == 1
    assert responses.problems.empty


def test_the_name_does_not_matter(tmp_path):
    path = spss(tmp_path / "data.sav")
    assert read_export(path.rename(tmp_path / "data.csv")).source.vendor == "SPSS"


def test_user_missing_values_are_missing(tmp_path):
    frame = pd.DataFrame({"koen": [1.0, 2.0, 9.0]})
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"koen": {1.0: "Mand", 2.0: "Kvinde", 9.0: "Uoplyst"}},
        missing_ranges={"koen": [{"lo": 9.0, "hi": 9.0}]},
    )
    mapping = Mapping(CODEBOOK.id, (ItemMapping("koen", ("koen",)),))
    responses = read_responses(path, CODEBOOK, mapping=mapping)
    assert responses.frame["koen"].isna().tolist() == [False, False, True]
    assert responses.problems.empty


def test_a_scale_of_which_the_ends_alone_are_named_keeps_them(tmp_path):
    answers = [0.0, 10.0, 1.0, 9.0, 5.0, 98.0, 99.0, -1.0]
    path = tmp_path / "x.sav"
    labels = {0.0: "Slet ikke", 10.0: "Meget", 98.0: "Ved ikke", 99.0: "Blankt", -1.0: "Sprunget over"}
    pyreadstat.write_sav(pd.DataFrame({"q": answers}), str(path), variable_value_labels={"q": labels})
    scale = {"id": "q", "text": "Tilfreds?", "kind": "number"}
    book = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [scale]}, source="x")
    responses = read_responses(path, book, mapping=Mapping("x", (ItemMapping("q", ("q",)),)))
    # Of 0, 10, 1, 9 and 5 the mean is 5; what stands for a text is none, and told unless it is no opinion.
    assert responses.frame["q"].tolist()[:5] == [0, 10, 1, 9, 5]
    assert responses.frame["q"].isna().sum() == 3
    assert responses.problems["value"].tolist() == ["99 (Blankt)"]


def test_the_highest_age_named_with_its_number_is_an_age(tmp_path):
    path = tmp_path / "x.sav"
    ages = pd.DataFrame({"q": [18.0, 20.0, 70.0]})
    labels = {"q": {70.0: "70 år eller ældre"}}
    pyreadstat.write_sav(ages, str(path), variable_value_labels=labels)
    responses = read_responses(path, CODEBOOK, mapping=Mapping(CODEBOOK.id, (ItemMapping("alder", ("q",)),)))
    assert responses.frame["alder"].tolist() == [18, 20, 70]


def test_a_user_missing_value_that_the_codebook_has_as_an_option_is_that_option(tmp_path):
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"tid": [4.0, 7.0, 7.0, 9.0]}),
        str(path),
        variable_value_labels={"tid": {4.0: "Et par timer hvert kvartal", 7.0: "Ved ikke"}},
        missing_ranges={"tid": [{"lo": 7.0, "hi": 9.0}]},
    )
    mapping = Mapping(CODEBOOK.id, (ItemMapping("tid", ("tid",)),))
    responses = read_responses(path, CODEBOOK, mapping=mapping)
    assert responses.frame["tid"].astype("object").fillna("").tolist() == [
        "kvartal",
        "ved_ikke",
        "ved_ikke",
        "",
    ]
    assert responses.problems.empty


def test_a_truncated_file_is_refused(tmp_path):
    whole = spss(tmp_path / "data.sav").read_bytes()
    (tmp_path / "cut.sav").write_bytes(whole[:200])
    with pytest.raises(DataError, match=r"cut\.sav is a damaged SPSS file"):
        read_export(tmp_path / "cut.sav")


def test_a_file_without_cases_is_refused(tmp_path):
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(pd.DataFrame({"koen": pd.Series([], dtype=float)}), str(path))
    with pytest.raises(DataError, match="nothing below them"):
        read_export(path)


def test_an_area_chosen_from_a_list_is_its_text_not_its_code(tmp_path):
    path = tmp_path / "x.sav"
    frame = pd.DataFrame({"bydel": [1.0, 2.0, 2.0, None, 3.0]})
    labels = {"bydel": {1: "Midt", 2: "Nord", 3: "Uoplyst"}}
    pyreadstat.write_sav(frame, str(path), column_labels=["Bydel"], variable_value_labels=labels)
    book = parse_codebook(
        {
            "survey": {"id": "x", "title": "X"},
            "item": [{"id": "omraade", "text": "Bydel", "kind": "text", "role": "area"}],
        },
        source="x",
    )
    assert read_responses(path, book).frame["omraade"].fillna("").tolist() == ["Midt", "Nord", "Nord", "", ""]
    own = Mapping("x", (ItemMapping("omraade", ("bydel",), values={"2": "Havnen"}),))
    read = read_responses(path, book, mapping=own).frame["omraade"]
    assert read.fillna("").tolist() == ["Midt", "Havnen", "Havnen", "", ""]


def test_boxes_labelled_by_their_options_alone_are_one_question(tmp_path):
    path = tmp_path / "x.sav"
    frame = pd.DataFrame({f"q6_{at}": [float(row % (at + 1) == 0) for row in range(12)] for at in (1, 2, 3)})
    labels = {name: {0: "Ikke valgt", 1: "Valgt"} for name in frame}
    options = ["Borgermøde", "Workshop", "Høring"]
    pyreadstat.write_sav(frame, str(path), column_labels=options, variable_value_labels=labels)
    (asked,) = questions(read_export(path))
    assert (asked.kind, asked.options) == ("multiple", {"Borgermøde": 6, "Workshop": 4, "Høring": 3})
