import re

import pytest

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.insights.cases import load_cases

SHIPPED = places.raw_data("lokaldemokrati-2021", "cases.toml").read_text(encoding="utf-8")


def test_the_four_cases_and_their_insights():
    cases = {case.id: case.insights for case in load_cases()}
    assert cases == {"furesoe": (6, 7), "hilleroed": (3, 5), "odense": (1, 4, 6), "aarhus": (1, 2, 4, 10)}


def test_our_own_reading_is_marked():
    certainty = {case.id: {bearing.certainty for bearing in case.bearings} for case in load_cases()}
    assert certainty.pop("hilleroed") == {"own_reading"}
    assert all(value == {"inferred"} for value in certainty.values())


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.id)
def test_a_summary_is_two_or_three_sentences_on_one_line(case):
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", case.summary)) <= 4
    assert "\n" not in case.summary
    assert "  " not in case.summary


def test_facts_stand_as_published():
    [odense] = [case for case in load_cases() if case.id == "odense"]
    assert ("Borgere i borgerrådet", "99") in [(fact.label, fact.value) for fact in odense.facts]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('municipality = "Furesø"', 'municipality = "Furesoe by"', "case 'furesoe', municipality: "),
        ('title = "Borgerne skærpede kommunens mål for 2030"', "", "case 'furesoe': lacks 'title'"),
        ("insight = 7", "insight = 12", "case 'furesoe', bearings 2, insight: 12 must be at most 10"),
        (
            'insight = 7, certainty = "inferred"',
            'insight = 7, certainty = "sure"',
            "certainty: 'sure' is none of inferred, own_reading",
        ),
        (
            'label = "Nye ideer", value = "mere end 250"',
            'label = "Nye ideer"',
            "case 'furesoe', facts 4: lacks 'value'",
        ),
    ],
)
def test_an_incomplete_case_is_refused(tmp_path, old, new, problem):
    path = tmp_path / "cases.toml"
    assert old in SHIPPED
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"cases in cases\.toml cannot be used") as caught:
        load_cases(path)
    [told] = caught.value.problems
    assert problem in told


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "lacks 'case'"),
        (
            '[[case]]\nid = "x"\nmunicipality = "Odense"\ntitle = "t"\nyear = "2020"\nsummary = "s"\n',
            "lacks 'facts'",
        ),
        (
            '[[case]]\nid = "x"\nmunicipality = "Odense"\ntitle = "t"\nyear = "2020"\nsummary = "s"\n',
            "lacks 'bearings'",
        ),
    ],
)
def test_an_empty_case_is_refused(tmp_path, content, problem):
    path = tmp_path / "cases.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert problem in str(caught.value)


def test_a_missing_or_damaged_file_is_told(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        load_cases(tmp_path / "cases.toml")
    (tmp_path / "cases.toml").write_text("[[case", encoding="utf-8")
    with pytest.raises(DataError, match=r"cases\.toml is no valid TOML"):
        load_cases(tmp_path / "cases.toml")
