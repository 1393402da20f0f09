"""Age bands as they are asked, ages that are none, and places that somebody has reviewed."""

import pandas as pd
import pytest

from borgerlib.errors import CodebookError, DataError
from borgerlib.interest.prepare.codebooks import refuse_unusable
from borgerlib.interest.weighting.ages import (
    add_age_bands,
    lower_ends,
    middles_of_bands,
    piled_up,
    youngest_age,
)
from borgerlib.interest.weighting.areas import OTHER_AREA, placed, read_area_map, recoded
from borgerlib.interest.weighting.levels import Margin
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.responses import Responses, Source


def book(*items):
    content = {"survey": {"id": "lille", "title": "Lille"}, "item": list(items)}
    return parse_codebook(content, source="lille.toml")


def single(item_id, role, **texts):
    options = [{"id": name, "text": text} for name, text in texts.items()]
    return {"id": item_id, "text": item_id, "kind": "single", "role": role, "options": options}


BANDS = single("alder", "age", boern="Under 15", unge="15-29", midt="30-59", gamle="60+")
AREA = {"id": "sted", "text": "Postnummer", "kind": "text", "role": "area"}


def test_bands_are_those_asked_cut_at_the_youngest_who_takes_part():
    survey = book(BANDS)
    frame = pd.DataFrame({"alder": pd.Categorical(["unge", "gamle", None, "midt"])})
    assert lower_ends(survey) == [0, 15, 30, 60]
    assert youngest_age(survey, 15) == 15
    banded = add_age_bands(frame, survey, min_age=18)["aldersgruppe"]
    assert list(banded.cat.categories) == ["18-29", "30-59", "60+"]
    assert banded.tolist() == ["18-29", "60+", pytest.approx(float("nan"), nan_ok=True), "30-59"]


def test_overlapping_bands_are_told_apart_beside_their_texts():
    survey = book(single("alder", "age", a="15-25", b="25 og derover"))
    with pytest.raises(CodebookError, match="25 belongs to both") as caught:
        refuse_unusable(survey)
    assert 'short = "15-24"' in caught.value.hint
    bands = single("alder", "age", a="15-25", b="25 og derover")
    bands["options"][0]["short"] = "15-24"
    refuse_unusable(book(bands))
    assert lower_ends(book(bands)) == [15, 25]


@pytest.mark.parametrize(("value", "often"), [(99, 12), (0, 12), (18, 30), (40, 9)])
def test_a_pile_of_one_age_is_told(value, often):
    # Each age from 18 to 77 three times; 40 is told nine times and more without being doubtful.
    survey = book({"id": "alder", "text": "Alder", "kind": "number", "role": "age"})
    ages = [*range(18, 78)] * 3 + [value] * often
    frame = pd.DataFrame({"alder": pd.array(ages, dtype="Float64")})
    notes = piled_up(Responses(frame, pd.DataFrame(), survey, Source("table", ("x.csv",))))
    count = ages.count(value)
    assert [note[: note.index(",")] for note in notes] == (
        [f"item 'alder': {count} of {len(ages)} answers are {value}"] if value != 40 else []
    )


def test_nobody_younger_than_the_youngest_band_can_answer():
    assert youngest_age(book(single("alder", "age_group", a="18-39", b="40+")), 15) == 18
    assert youngest_age(book({"id": "alder", "text": "Alder", "kind": "number", "role": "age"}), 15) == 15


def test_a_question_may_be_named_as_the_column_of_bands():
    survey = book(single("aldersgruppe", "age", a="15-39", b="40+"))
    banded = add_age_bands(pd.DataFrame({"aldersgruppe": ["a", "b"]}), survey)
    assert banded["aldersgruppe"].tolist() == ["a", "b"]
    assert banded["alder_i_grupper"].tolist() == ["15-39", "40+"]
    with pytest.raises(CodebookError, match="a name that borgerlib gives"):
        add_age_bands(pd.DataFrame({"weight": [1.0]}), survey)


def test_ages_that_are_all_middles_of_bands_are_noticed():
    survey = book({"id": "alder", "text": "Alder", "kind": "number", "role": "age"})
    ages = [17, 25, 35, 45, 55, 65, 75] * 5
    assert middles_of_bands(pd.DataFrame({"alder": ages}), survey) == [17, 25, 35, 45, 55, 65, 75]
    # One person of 26 makes 25 and 26 neighbours; 28 people are too few to tell.
    assert middles_of_bands(pd.DataFrame({"alder": [*ages, 26]}), survey) == []
    assert middles_of_bands(pd.DataFrame({"alder": ages[:28]}), survey) == []


def test_answers_are_given_the_areas_of_a_map(tmp_path):
    path = tmp_path / "postnumre.csv"
    path.write_text("svar;omraade\n8000;Midt\n8200;Nord\nNordbyen;Nord\n", "utf-8")
    areas = read_area_map(path)
    frame = pd.DataFrame({"sted": ["8000", "8000 Aarhus C", "DK-8200 Aarhus N", " nordbyen", "8.200", None]})
    told = recoded(frame, book(AREA), areas)["sted"]
    assert told.fillna("").tolist() == ["Midt", "Midt", "Nord", "Nord", "Nord", ""]
    there, _, about = placed(frame.assign(sted=told), book(AREA), (), reviewed=list(areas.values()))
    assert there["sted"].fillna("").tolist() == ["Midt", "Midt", "Nord", "Nord", "Nord", ""]
    assert about == []


@pytest.mark.parametrize(
    "written", ["5000", "5000.0", "5000.00", "5000,0", "5.000", "5,000", "DK-5000", "DK 5.000"]
)
def test_postcodes_are_the_same_in_a_map_and_an_answer_however_a_table_wrote_them(tmp_path, written):
    path = tmp_path / "postnumre.csv"
    path.write_text(f"svar;omraade\n{written};Midt\nDK-5210;Nord\n", "utf-8")
    frame = pd.DataFrame({"sted": ["5000", "5000.0", "5.000", "DK-5000", "5000 Odense C", written, "5210"]})
    told = recoded(frame, book(AREA), read_area_map(path))["sted"]
    assert told.tolist() == ["Midt"] * 6 + ["Nord"]


def test_answers_in_no_area_of_the_list_are_told_without_what_one_person_wrote():
    frame = pd.DataFrame({"sted": ["Midt", "5.471", "5471 Søndersø", "5462", *["Morud"] * 5, "Vej 12", None]})
    there, _, (told,) = placed(frame, book(AREA), (), reviewed=["Midt"])
    assert there["sted"].value_counts().to_dict() == {OTHER_AREA: 9, "Midt": 1}
    assert "9 of 10 answers are in no area of the list (5471, 5462, Morud)" in told


def test_a_map_that_contradicts_itself_is_refused(tmp_path):
    path = tmp_path / "postnumre.csv"
    path.write_text("svar;omraade\n8000;Midt\n8000;Nord\n8200;\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read_area_map(path)
    assert list(caught.value.problems) == [
        "line 3: '8000' is given to 'Midt' and to 'Nord'",
        "line 4: a cell is empty",
    ]
    path.write_text("svar;omraade\n", "utf-8")
    with pytest.raises(DataError, match="cannot be used"):
        read_area_map(path)


def test_merged_areas_are_what_respondents_are_known_by():
    counts = pd.Series({"Syd": 300, "8000": 200}, name="sted")
    target = Margin("area", "sted", counts, {"8310": "Syd", "8320": "Syd", "8000": "8000"}, {}, {})
    frame = pd.DataFrame({"sted": ["8310", "8320", "8000", "Vej 12", None]})
    there, (matched,), _ = placed(frame, book(AREA), [target])
    assert there["sted"].fillna("").tolist() == ["Syd", "Syd", "8000", OTHER_AREA, ""]
    # The weights are made from the same levels again.
    assert matched.levels(there).tolist()[:3] == target.levels(frame).tolist()[:3]
    assert matched.levels(there).isna().sum() == 2


def test_merged_options_stay_beside_those_without_a_count():
    item = single("sted", "area", nord="Nord", syd="Syd", vest="Vest", ved_ikke="Ved ikke")
    target = Margin(
        "area",
        "sted",
        pd.Series({"Nord og Syd": 9, "vest": 3}, name="sted"),
        {"nord": "Nord og Syd", "syd": "Nord og Syd", "vest": "vest"},
        {},
        {},
    )
    frame = pd.DataFrame({"sted": pd.Categorical(["nord", "syd", "ved_ikke"])})
    there, _, _ = placed(frame, book(item), [target])
    assert there["sted"].tolist() == ["Nord og Syd", "Nord og Syd", "ved_ikke"]
    assert list(there["sted"].cat.categories) == ["Nord og Syd", "vest", "ved_ikke"]


def test_without_a_list_nothing_that_was_typed_is_an_area():
    frame = pd.DataFrame({"sted": ["Midt"] * 40 + ["Søndergade 12, hos Jytte", None]})
    there, _, (told,) = placed(frame, book(AREA), ())
    assert there["sted"].value_counts().to_dict() == {OTHER_AREA: 41}
    assert "Søndergade" not in told
    assert "Midt" not in told
    assert "all 41 answers are 'andet område'. Give the people by area (--districts)" in told
