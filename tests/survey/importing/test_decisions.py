"""What is decided in the page becomes the same files as by command, and reads with the same counts."""

from __future__ import annotations

import random

import pytest
from random_exports import LAYOUTS, make
from survey_exports import transposed, write_csv, write_xlsx

from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.importing.decisions import Decisions, kinds_for, open_decisions
from borgerlib.survey.importing.question import MISSING, OTHER
from borgerlib.survey.mapping.file import load_mapping
from borgerlib.survey.readers.read import read_responses

# 12 people: Bil 4, bil. 4, Tog 2, sparkcykel and 99 once each.
PEOPLE = {
    "Hvor gammel er du?": [str(20 + at) for at in range(12)],
    "Hvordan kommer du frem?": ["Bil", "Kører bil"] * 4 + ["Tog", "Tog", "sparkcykel", "99"],
    "Hvilke emner?": ["Skole; Klima", "Skole", "Klima;Trafik"] * 4,
}


def opened(tmp_path, columns=PEOPLE) -> Decisions:
    return open_decisions(write_csv(tmp_path / "svar.csv", transposed(columns), delimiter="\t"))


def saved(decisions: Decisions, tmp_path):
    codebook, mapping = decisions.files("svar")
    (tmp_path / "kodebog.toml").write_text(codebook, "utf-8")
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    book = load_codebook(tmp_path / "kodebog.toml")
    return read_responses(decisions.path, book, mapping=load_mapping(tmp_path / "m.toml", book))


def test_kinds_options_merged_missing_and_other_are_counted_at_once_and_saved(tmp_path):
    first = opened(tmp_path)
    as_single = first.mended(1, kind="single")
    assert dict(as_single.counts(1).options) == {
        "Bil": 4, "Kører bil": 4, "Tog": 2, "sparkcykel": 1, "99": 1,
    }  # fmt: skip
    decided = {"Kører bil": "Bil", "99": MISSING, "sparkcykel": OTHER}
    whole = as_single.mended(1, decided=decided)
    counted = whole.counts(1)
    assert (dict(counted.options), counted.answered) == ({"Bil": 8, "Tog": 2, "sparkcykel": 1}, 11)
    assert dict(whole.counts(2).options) == {"Skole": 8, "Klima": 8, "Trafik": 4}
    responses = saved(whole, tmp_path)
    assert responses.frame["hvordan_kommer_du_frem"].value_counts().to_dict() == {
        "bil": 8, "tog": 2, "sparkcykel": 1,
    }  # fmt: skip
    # Nothing of the first state has changed.
    assert first.asked[1].decided == {}


def test_another_separator_finds_the_options_anew_and_what_is_left_out_is_in_neither_file(tmp_path):
    decisions = opened(tmp_path).mended(2, kind="multiple", separator=",").mended(1, left_out=True)
    assert list(decisions.counts(2).options) == ["Skole; Klima", "Skole", "Klima;Trafik"]
    codebook, mapping = decisions.mended(2, separator=";").files("svar")
    assert "Hvordan" not in codebook
    assert "#   Hvordan kommer du frem?" in mapping
    assert 'text = "Trafik"' in codebook


def test_a_question_taken_for_sex_has_one_option_a_sex_as_long_as_it_is_taken_so(tmp_path):
    cells = ["M", "Mand", "K", "Kvinde"] * 4
    found = opened(tmp_path, {"Hvem har svaret?": cells, "Alder": [str(20 + at) for at in range(16)]})
    untaken = found.mended(0, role="")
    assert dict(untaken.counts(0).options) == dict.fromkeys(("M", "Mand", "K", "Kvinde"), 4)
    as_sex = untaken.mended(0, decided={"K": "Kvinde"}).mended(0, role="sex")
    assert dict(as_sex.counts(0).options) == {"Mand": 8, "Kvinde": 8}
    assert saved(as_sex, tmp_path).frame["hvem_har_svaret"].value_counts().to_dict() == {
        "mand": 8,
        "kvinde": 8,
    }
    assert as_sex.mended(0, role="").asked[0].options == untaken.asked[0].options


def test_a_question_asked_in_two_places_is_one(tmp_path):
    wave = {"Køn?": ["Mand", "Kvinde", "", ""] * 3, "Køn (igen)?": ["", "", "Mand", "Mand"] * 3}
    both = opened(tmp_path, {"Nr.": list("abcdefghijkl"), **wave}).together(2, 1)
    assert [question.columns for question in both.asked] == [("Nr.",), ("Køn?", "Køn (igen)?")]
    assert dict(both.counts(1).options) == {"Mand": 9, "Kvinde": 3}


def test_of_a_sex_asked_in_two_places_in_short_and_long_each_is_one_option(tmp_path):
    wave = {"Køn?": ["Mand", "Kvinde", "", ""] * 3, "Køn (igen)?": ["", "", "M", "K"] * 3}
    both = opened(tmp_path, {"Nr.": list("abcdefghijkl"), **wave}).together(2, 1)
    assert dict(both.asked[1].options) == {"Mand": 6, "Kvinde": 6}
    assert saved(both, tmp_path).frame["koen"].value_counts().to_dict() == {"mand": 6, "kvinde": 6}


def test_what_was_decided_stays_where_it_still_fits(tmp_path):
    cells = ["M", "Mand", "K", "Kvinde", "Ved ej"] * 4
    found = opened(tmp_path, {"Hvem har svaret?": cells, "Alder": [str(20 + at) for at in range(20)]})
    decided = {"Ved ej": MISSING, "K": "Kvinde", "Mand": "M"}
    as_sex = found.mended(0, role="").mended(0, decided=decided).mended(0, role="sex")
    assert as_sex.asked[0].decided == {"Ved ej": MISSING}
    assert as_sex.counts(0).answered == 16
    # What was decided about the second of two questions holds for both.
    wave = {"Bil?": ["Ja", "Nej", "", ""] * 3, "Bil (igen)?": ["", "", "Jo", "Ja"] * 3}
    two = opened(tmp_path, {"Nr.": list("abcdefghijkl"), **wave})
    both = two.mended(2, decided={"Jo": "Ja"}).together(2, 1)
    assert dict(both.counts(1).options) == {"Ja": 9, "Nej": 3}


def test_what_cannot_be_read_says_why(tmp_path):
    counted = opened(tmp_path).mended(1, kind="number").counts(1)
    assert "11 of 12 answers" in str(counted.problem)


def test_a_folder_with_one_workbook_is_that_workbook(tmp_path):
    folder = tmp_path / "svar"
    folder.mkdir()
    rows = [["Nr", "Køn"], *([str(at), "Kvinde"] for at in range(4))]
    write_xlsx(folder / "x.xlsx", {"Svar": rows, "Om": [["a"]]})
    assert open_decisions(folder).sheets == ("Svar", "Om")


def test_ticks_in_columns_of_their_own_stay_so(tmp_path):
    made = make(random.Random(3), people=20)
    path = write_csv(tmp_path / "x.csv", LAYOUTS["surveymonkey"](made, random.Random(3)))
    decisions = open_decisions(path)
    ticked = next(question for question in decisions.asked if question.kind == "multiple")
    assert kinds_for(ticked) == ("multiple",)


@pytest.mark.long
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_counts_shown_are_those_that_the_saved_files_give(tmp_path, layout):
    made = make(random.Random(5), people=40)
    decisions = open_decisions(write_csv(tmp_path / "svar.csv", LAYOUTS[layout](made, random.Random(5))))
    responses = saved(decisions, tmp_path)
    for at, item in enumerate(responses.codebook):
        shown = decisions.counts(at)
        assert not shown.problem
        if item.kind == "multiple":
            read = {o.text: int(responses.frame[f"{item.id}__{o.id}"].sum()) for o in item.options}
        else:
            read = {o.text: int((responses.frame[item.id] == o.id).sum()) for o in item.options}
        assert dict(shown.options) == read
