import json

import pandas as pd
import pytest

from borgerlib.lokaldemokrati.published.audit import COLUMNS, _verdict, audit
from borgerlib.lokaldemokrati.published.counts import RecoveredCount
from borgerlib.lokaldemokrati.published.feasible import rounded_percent
from borgerlib.lokaldemokrati.published.numbers import load_published


@pytest.fixture(scope="module")
def audited():
    return audit()


@pytest.fixture(scope="module")
def by_id(audited):
    return audited.set_index(load_published()["value_id"])


def test_every_published_value_has_its_row(audited):
    assert tuple(audited.columns) == COLUMNS
    assert len(audited) == len(load_published())
    assert set(audited["status"]) <= {"reproduced", "contradictory", "impossible", "unreadable"}
    assert audited["published"].tolist() == load_published()["value"].tolist()


def test_everything_not_reproduced_says_why(audited):
    rest = audited[audited["status"] != "reproduced"]
    assert (rest["reason"].str.len() > 20).all()
    assert rest["reason"].str.endswith(".").all()


def test_certain_and_inferred_survey_values_come_back_but_for_one(audited):
    published = load_published()
    trusted = published["certainty"].isin(["certain", "inferred"]) & published["item"].ne("")
    assert trusted.sum() > 90
    wrong = published.loc[trusted & audited["status"].ne("reproduced"), "value_id"]
    assert wrong.tolist() == ["fig9-digital-fordele-flere-borgere"]


def test_what_is_recomputed_comes_from_the_counts(audited):
    known = audited[audited["count"].notna() & (audited["figure"] != "6")]
    for row in known.itertuples():
        assert row.recomputed == rounded_percent(row.count, row.n)
    sixth = audited[audited["figure"] == "6"].dropna(subset="count")
    assert (sixth["recomputed"] == sixth["count"]).all()
    reproduced = audited[audited["status"] == "reproduced"]
    assert (reproduced["recomputed"] == reproduced["published"]).all()


def test_the_mayor_is_reproduced_where_the_report_says_90_and_contradicted_where_95(by_id):
    assert by_id.loc["n1-udsagn-borgmester-enige", "status"] == "reproduced"
    assert by_id.loc["tekst-1-udsagn-borgmester-enige", "status"] == "reproduced"
    figure = by_id.loc["fig1-udsagn-borgmester-enige"]
    assert (figure["status"], figure["published"], figure["recomputed"]) == ("contradictory", 95, 90)
    other = by_id.loc["fig1-udsagn-succeser-enige"]
    assert (other["status"], other["published"], other["recomputed"]) == ("contradictory", 90, 95)


def test_figure_nine_has_one_impossible_value(by_id):
    row = by_id.loc["fig9-digital-fordele-flere-borgere"]
    assert (row["status"], row["recomputed"], row["count"], row["n"]) == ("impossible", 63, 40, 64)
    assert "N = 64" in row["reason"]
    rest = by_id.loc["fig9-digital-fordele-nye-grupper"]
    assert (rest["status"], rest["reason"]) == (
        "reproduced",
        "Regnet med N = 64, det nærmeste: intet N giver alle spørgsmålets tal.",
    )


@pytest.mark.parametrize(
    ("value_id", "recomputed"),
    [("fig2-strategi-nej", 42), ("fig11-barrierer-forventninger-borgere", 63)],
)
def test_a_lost_value_is_unreadable_and_still_computed(by_id, value_id, recomputed):
    row = by_id.loc[value_id]
    assert row["status"] == "unreadable"
    assert pd.isna(row["published"])
    assert row["recomputed"] == recomputed
    assert row["reason"].endswith("Her er det regnet ud af de øvrige tal.")


@pytest.mark.parametrize(
    "value_id",
    ["fig6-omraader-klima", "opgaveudvalg-stigning", "odense-aeldre", "fig10-digital-succes-ved-ikke"],
)
def test_what_the_text_does_not_give_is_unreadable(by_id, value_id):
    row = by_id.loc[value_id]
    assert row["status"] == "unreadable"
    assert pd.isna(row["recomputed"])


def test_the_rates_of_response_come_from_the_codebook(by_id):
    rates = by_id.loc[["svarprocent", "gennemfoerelsesprocent"], ["recomputed", "count", "n", "status"]]
    assert rates.to_numpy().tolist() == [[81, 79, 98, "reproduced"], [87, 69, 79, "reproduced"]]


def test_a_reproduced_value_says_which_other_n_would_do(by_id):
    assert by_id.loc["fig5-udbredelse-hoej-grad", "reason"] == "N kan også være 71."
    assert by_id.loc["n1-udsagn-byraad-enige", "reason"] == ""  # the report states N = 79 there
    assert by_id.loc["fig8-barrierer-mandat", "reason"] == ""


def test_a_group_is_named_as_readers_know_it(by_id):
    row = by_id.loc["fig3-udsagn-eksperimentere-enig-strategi-nej"]
    assert (row["group"], row["item"], row["count"], row["n"]) == ("Har ikke en strategi", "Enig", 19, 33)


def test_a_value_that_another_place_contradicts_is_told():
    # Not in the report today: a second place that prints another value for a count that is identified.
    row = pd.Series({"certainty": "certain", "value": 64, "note": "", "item": "barrierer", "n_stated": pd.NA})
    assert _verdict(row, RecoveredCount(45, 72, "identified", ""), 63) == (
        "contradictory",
        "De øvrige tal for det samme giver 63, ikke 64.",
    )


def test_it_can_be_written_as_json(audited):
    objects = json.loads(audited.to_json(orient="records", force_ascii=False))
    assert list(objects[0]) == list(COLUMNS)
