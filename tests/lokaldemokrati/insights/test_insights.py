import copy
import json
import tomllib

import pytest

from borgerlib import places
from borgerlib.errors import DataError, ParameterError
from borgerlib.lokaldemokrati.insights import registry as insights
from borgerlib.lokaldemokrati.insights.claims import verdict
from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.lokaldemokrati.leaders import open_leaders_survey

CONTENT = tomllib.loads(
    """
[[insight]]
number = 1
slug = "et"
title = "Et"
question = "Hvad?"
finding = "{strategi.ja:pct}"

[[figure]]
id = "2"
insight = 1
answers = ["strategi"]
question = "Har I?"
title = "{strategi.ja:pct}"

[[claim]]
id = "flertal"
insight = 1
kind = "above"
row = "strategi.ja"
statement = "Et flertal."
"""
)


@pytest.fixture
def content():
    return copy.deepcopy(CONTENT)


def read_anew(content, monkeypatch, tmp_path):
    """The registry of a file with this content."""
    path = tmp_path / "insights.toml"
    path.write_text(_toml(content), encoding="utf-8")
    shipped = places.raw_data
    monkeypatch.setattr(
        places, "raw_data", lambda *parts: path if "insights.toml" in parts else shipped(*parts)
    )
    return load_registry.__wrapped__()


def problems_of(content, monkeypatch, tmp_path):
    """The problems that a registry file with this content is refused for."""
    with pytest.raises(DataError, match=r"^The insights in insights.toml cannot be used:") as caught:
        read_anew(content, monkeypatch, tmp_path)
    assert all(problem.startswith("line ") for problem in caught.value.problems)
    return [problem.partition(": ")[2] for problem in caught.value.problems]


def _toml(content):
    # JSON's numbers, texts, lists and truth values are TOML's too; its objects with '=' for ':'.
    lines = []
    for table, entries in content.items():
        for entry in entries:
            lines.append(f"[[{table}]]")
            for key, value in entry.items():
                lines.append(f"{key} = " + json.dumps(value).replace('": ', '" = '))
    return "\n".join(lines)


# --- what ships ---------------------------------------------------------------------------------------------


def test_there_are_ten_insights_and_every_figure_of_the_report():
    registry = load_registry()
    assert [insight.number for insight in registry.insights] == list(range(1, 11))
    wanted = {str(number) for number in range(1, 14)} | {"N1", "N2", "N3", "N4"}
    # 'formaal' and 'kultur' are drawn from numbers that the report's text gives together.
    assert {figure.id for figure in registry.figures} == wanted | {"formaal", "kultur"}
    assert len({figure.id for figure in registry.figures}) == len(registry.figures)
    assert len({claim.id for claim in registry.claims}) == len(registry.claims)


@pytest.mark.parametrize("number", range(1, 11))
def test_every_insight_has_a_figure_and_a_claim(number):
    registry = load_registry()
    assert registry.figures_of(number)
    assert registry.claims_of(number)


def test_figures_stand_where_the_report_has_them():
    registry = load_registry()
    of = {number: [figure.id for figure in registry.figures_of(number)] for number in range(11)}
    assert of == {
        0: ["N1", "N2", "N3", "N4"],
        1: ["1"],
        2: ["2", "3"],
        3: ["4"],
        4: ["5", "6"],
        5: ["7"],
        6: ["formaal", "8"],
        7: ["9", "10"],
        8: ["11"],
        9: ["12"],
        10: ["13", "kultur"],
    }


def test_every_sentence_can_be_filled_and_holds_no_typed_percentage():
    registry, survey = load_registry(), open_leaders_survey()
    templates = [insight.finding for insight in registry.insights] + [
        figure.title for figure in registry.figures
    ]
    for template in templates:
        assert "pct." not in template.replace(":pct", "")
        filled = fill(template, survey.everything, verdict=lambda name: verdict(name, survey).sentence)
        assert "{" not in filled
        assert "ulæselig" not in filled
        assert filled[0] == filled[0].upper()


def test_every_claim_can_be_judged():
    survey = open_leaders_survey()
    outcomes = {claim.id: verdict(claim.id, survey).outcome for claim in load_registry().claims}
    assert set(outcomes.values()) == {"holds", "within chance"}
    assert outcomes["strategi_eksperimenter"] == "within chance"
    assert outcomes["strategi_flertal"] == "holds"


def test_lookups_refuse_what_is_not_there():
    registry = load_registry()
    with pytest.raises(
        ParameterError, match=r"There is no insight 11. Legal: 1 to 10; 0 is the overview of all\."
    ):
        registry.insight(11)
    with pytest.raises(ParameterError, match=r"Unknown figure '14'. Did you mean"):
        registry.figure("14")
    with pytest.raises(
        ParameterError, match=r"Unknown claim 'byraad_flertallet'. Did you mean 'byraad_flertal'"
    ):
        registry.claim("byraad_flertallet")
    assert registry.figures_of(11) == ()


# --- bad files --------------------------------------------------------------------------------------------


def test_a_sound_registry_is_read(content, monkeypatch, tmp_path):
    registry = read_anew(content, monkeypatch, tmp_path)
    assert registry.insight(1).title == "Et"
    assert registry.figure("2").chart == "bar_chart"
    assert registry.claim("flertal").than == 0.5


def test_unknown_and_missing_keys_are_listed_at_once(content, monkeypatch, tmp_path):
    content["figure"][0]["colour"] = "red"
    del content["insight"][0]["title"]
    del content["claim"][0]["row"]
    assert problems_of(content, monkeypatch, tmp_path) == [
        "insight 1: lacks 'title'",
        "figure '2', colour: Unknown key 'colour'. Legal: id, insight, question, title, answers, by, caveat, "
        "who, chart, settings.",
        "claim 'flertal': lacks 'row'",
    ]


def test_every_breach_against_the_codebook_is_listed_at_once(content, monkeypatch, tmp_path):
    content["figure"][0] |= {"chart": "pie_chart", "insight": 7, "settings": {"highlight": ["jo"]}}
    further = {"insight": 1, "question": "?", "title": "t"}
    content["figure"].append({"id": "3", "answers": ["strategy.ja"], "by": "stratgi"} | further)
    content["claim"][0] |= {"kind": "between", "row": "udsagn_byraad.enigere"}
    assert problems_of(content, monkeypatch, tmp_path) == [
        "figure '2': 'strategi.jo': item 'strategi' has no option or net 'jo'",
        "figure '2', insight: there is no insight 7",
        "figure '2', chart: 'pie_chart' is none of bar_chart, scale_chart, count_chart; did you mean "
        "'scale_chart'?",
        "figure '3': there is no item 'stratgi'",
        "figure '3': 'strategy.ja': there is no item 'strategy'",
        "claim 'flertal': 'udsagn_byraad.enigere': item 'udsagn_byraad' has no option or net 'enigere'",
        "claim 'flertal', kind: 'between' is none of above, below, difference, trend; did you mean 'trend'?",
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"answers": ["stratgi"]}, "figure '2': there is no item 'stratgi'"),
        ({"by": "stratgi"}, "figure '2': there is no item 'stratgi'"),
        (
            {"settings": {"net": "begge"}},
            "figure '2': 'strategi.begge': item 'strategi' has no option or net 'begge'",
        ),
        (
            {"settings": {"neutral": "tja"}},
            "figure '2': 'strategi.tja': item 'strategi' has no option or net 'tja'",
        ),
        (
            {"settings": {"aside": ["tja"]}},
            "figure '2': 'strategi.tja': item 'strategi' has no option or net 'tja'",
        ),
    ],
)
def test_whatever_a_figure_names_must_be_in_the_codebook(content, monkeypatch, tmp_path, changes, problem):
    content["figure"][0] |= changes
    assert problems_of(content, monkeypatch, tmp_path) == [problem]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"insight": 9}, ["claim 'flertal', insight: there is no insight 9"]),
        ({"than": 50}, ["claim 'flertal': 'than' is 50; it is a share between 0 and 1"]),
        (
            {"kind": "difference"},
            [
                "claim 'flertal': a difference needs 'group', 'measure', and two 'groups' with two "
                "'group_words'"
            ],
        ),
        (
            {
                "kind": "trend",
                "group": "stratgi",
                "groups": ["a", "b"],
                "group_words": ["a", "b"],
                "measure": "M",
            },
            ["claim 'flertal': there is no item 'stratgi'"],
        ),
        (
            {
                "kind": "trend",
                "group": "strategi",
                "groups": ["ja", "b"],
                "group_words": ["a", "b"],
                "measure": "M",
            },
            ["claim 'flertal': 'strategi.b': item 'strategi' has no option or net 'b'"],
        ),
    ],
)
def test_whatever_a_claim_names_must_be_in_the_codebook(content, monkeypatch, tmp_path, changes, problems):
    content["claim"][0] |= changes
    assert problems_of(content, monkeypatch, tmp_path) == problems


def test_names_stand_once(content, monkeypatch, tmp_path):
    for table in ("insight", "figure", "claim"):
        content[table] *= 2
    assert problems_of(content, monkeypatch, tmp_path) == [
        "insight 1: '1' stands 2 times",
        "figure '2': '2' stands 2 times",
        "claim 'flertal': 'flertal' stands 2 times",
    ]


def test_a_file_that_is_no_toml_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "insights.toml"
    path.write_text("[[insight]\n")
    monkeypatch.setattr(insights.places, "raw_data", lambda *parts: path)
    with pytest.raises(DataError, match=r"^insights.toml is no valid TOML: "):
        load_registry.__wrapped__()
