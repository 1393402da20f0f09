"""What `estimate_proportions` returns goes through the gate and into a chart as it is."""

from __future__ import annotations

import pandas as pd
import pytest

import borgerlib
from borgerlib.interest.prepare.write import Prepared
from borgerlib.statistics.disclosure.columns import WITHHELD

OWN = {"base": "de adspurgte", "source": "Eget skema"}
# 40 women (30 yes), 20 men (18 yes, so 2 no: too few to be shown).
PEOPLE = pd.DataFrame(
    {"koen": ["kvinde"] * 40 + ["mand"] * 20, "svar": ["ja"] * 30 + ["nej"] * 10 + ["ja"] * 18 + ["nej"] * 2}
)


def test_shares_of_all_and_by_group_are_disclosed_together() -> None:
    whole, by = (borgerlib.estimate_proportions(PEOPLE, "svar", by=by) for by in (None, "koen"))
    shown = borgerlib.disclose(pd.concat([whole, by]), **OWN)
    frame = shown.frame
    assert frame["group"].tolist() == ["", "", "koen=kvinde", "koen=kvinde", "koen=mand", "koen=mand"]
    assert frame["domain"].unique().tolist() == ["", "koen"]
    assert frame["n"].tolist() == [60, 60, 40, 40, 20, 20]
    assert frame["count"].iloc[:2].tolist() == [48, 12]
    # The two men who said no are hidden, and so is everything they would follow from.
    assert frame.loc[frame["group"] == "koen=mand", "note"].unique().tolist() == [WITHHELD]


def test_weighted_shares_of_all_are_told_in_whole_percent_beside_a_hidden_group() -> None:
    # 120 people: 3 of group x, 60 of y, 57 of z. Who said a weigh 2, b and c 1: 41 of each but c (38), so
    # a is 82 of 161 (50.9 pct.), b 41 of 161 (25.5), c 38 of 161 (23.6), which are 100 together.
    answers = ["a", "b", "c"] + ["a"] * 20 + ["b"] * 20 + ["c"] * 20 + ["a"] * 20 + ["b"] * 20 + ["c"] * 17
    people = pd.DataFrame({"svar": answers, "gruppe": ["x"] * 3 + ["y"] * 60 + ["z"] * 57})
    people["vaegt"] = people["svar"].map({"a": 2.0, "b": 1.0, "c": 1.0})
    parts = [borgerlib.estimate_proportions(people, "svar", by=by, weight="vaegt") for by in (None, "gruppe")]
    shown = borgerlib.disclose(pd.concat(parts), **OWN)
    assert shown.frame.loc[shown.frame["group"] == "gruppe=x", "suppressed"].all()
    whole = shown.select(group="")
    assert whole.frame["proportion"].round(12).tolist() == [0.51, 0.25, 0.24]
    chart = borgerlib.bar_chart(whole, sort=False)
    assert all(
        f"{option} {share}\u00a0pct. (" in chart.alt_text
        for option, share in [("a", 51), ("b", 25), ("c", 24)]
    )
    assert chart.caption == "N = 120. Tynd streg: statistisk usikkerhed (95\u00a0pct.). Kilde: Eget skema."


def test_where_attrs_are_lost_level_and_simulation_are_asked_for() -> None:
    people = PEOPLE.assign(vaegt=1.0)
    people.attrs["simulated"] = True
    parts = [borgerlib.estimate_proportions(people, "svar", weight="vaegt", confidence=0.5)]
    parts.append(borgerlib.estimate_proportions(people, "svar", by="koen", confidence=0.5))
    lost = pd.concat(parts)  # one weighted, one not: pandas keeps no attrs
    for said in ({}, {"confidence": 0.5}, {"simulated": True}):
        with pytest.raises(borgerlib.ParameterError, match="attrs were lost") as error:
            borgerlib.disclose(lost, **OWN, **said)
        assert "together.attrs = estimates.attrs" in error.value.hint
    shown = borgerlib.disclose(lost, **OWN, confidence=0.5, simulated=True).select(group="")
    chart = borgerlib.bar_chart(shown)
    assert "statistisk usikkerhed (50\u00a0pct.)" in chart.caption
    assert chart.title.startswith("SIMULEREDE DATA: ")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"proportion": 40}, "proportion is 40"), ({"ci_lower": 0.7}, "proportion is 0.6, its interval 0.7 to")],
)
def test_published_shares_lie_between_0_and_1_and_in_their_interval(wrong: dict, message: str) -> None:
    row = {"item": "i", "option": "b", "label": "B", "group": "", "group_label": "", "n": 5, "count": 3}
    table = pd.DataFrame([{**row, "proportion": 0.6, "ci_lower": 0.5, "ci_upper": 0.8, **wrong}])
    with pytest.raises(borgerlib.DisclosureError, match=message) as error:
        borgerlib.as_published(table, base="b", source="s")
    assert "write 40 per cent as 0.40" in error.value.hint


def test_an_item_by_its_stem_and_by_its_columns_has_the_same_options() -> None:
    people = pd.DataFrame({"kanal__mail": [1, 0, 1], "kanal__app": [0, 1, 1], "alder": [30, 40, 50]})
    by_stem = borgerlib.estimate_proportions(people, "kanal")
    by_columns = borgerlib.estimate_proportions(people, ["kanal__mail", "kanal__app"])
    pd.testing.assert_frame_equal(by_stem, by_columns)
    with pytest.raises(borgerlib.DataError, match="not numbers") as error:
        borgerlib.estimate_proportions(people.assign(svar="ja"), ["svar", "alder"])
    assert "call once for each" in error.value.hint


def test_margins_may_be_mappings_and_a_wrong_name_is_put_right() -> None:
    raked = borgerlib.rake(PEOPLE, {"koen": {"kvinde": 50, "mand": 50}})
    assert raked.weights.round(9).tolist() == [50 / 40] * 40 + [50 / 20] * 20
    with pytest.raises(AttributeError, match="Did you mean: estimate_proportions"):
        borgerlib.estimate_proportion  # noqa: B018


def test_several_columns_make_one_division() -> None:
    people = pd.concat([PEOPLE.assign(sted="by"), PEOPLE.assign(sted="land")])
    frame = borgerlib.disclose(
        borgerlib.estimate_proportions(people, "svar", by=["koen", "sted"]), **OWN
    ).frame
    assert frame["group"].iloc[0] == "koen=kvinde, sted=by"
    assert set(frame["domain"]) == {"koen × sted"}


def test_estimates_of_a_survey_know_whose_they_are(prepared: Prepared) -> None:
    people, weighting = borgerlib.load("Ærø"), borgerlib.load_weighting("Ærø")
    shown = borgerlib.estimate_proportions(people, "emner", raked_to=weighting, confidence=0.9).pipe(
        borgerlib.disclose
    )
    assert (shown.base, shown.origin, shown.confidence) == ("borgere i Ærø Kommune", "simulated", 0.9)
    assert shown.source == "SIMULEREDE DATA: Borgernes svar i Ærø Kommune. Vægtet efter køn og alder."
    item = borgerlib.load_codebook("Ærø").item("emner")
    assert shown.frame["label"].tolist() == [option.short for option in item.options]
    chart = shown.pipe(borgerlib.bar_chart)
    assert chart.title == f"SIMULEREDE DATA: {item.text}"
    assert borgerlib.estimates_table(shown).caption == chart.title


def test_unweighted_estimates_hold_of_those_who_answered_alone(prepared: Prepared) -> None:
    shown = borgerlib.estimate_proportions(borgerlib.load("Ærø"), "tid").pipe(
        borgerlib.disclose, simulated=False
    )
    assert shown.base == "borgere i Ærø Kommune, der har svaret"
    assert "Ikke vægtet" in shown.source
    # What is known to be simulated stays so.
    assert shown.origin == "simulated"


@pytest.mark.long
def test_roles_and_ids_ask_the_same(prepared: Prepared) -> None:
    people, interest = borgerlib.load("Ærø"), borgerlib.open_interest("Ærø")
    by_role = borgerlib.estimate_proportions(people, "topics", by="sex", weight="weight")
    pd.testing.assert_frame_equal(
        by_role, borgerlib.estimate_proportions(people, "emner", by="koen", weight="weight")
    )
    assert borgerlib.rao_scott_test(people, "time", "sex") == borgerlib.rao_scott_test(people, "tid", "koen")
    assert borgerlib.estimate_mean(people, "age")["item"].tolist() == ["alder"]
    for by_id, role in (("emner", "topics"), ("emner.natur", "topics.natur")):
        pd.testing.assert_frame_equal(interest.estimates(by_id).frame, interest.estimates(role).frame)
    by_age = interest.estimates("emner", by="aldersgruppe").frame
    pd.testing.assert_frame_equal(by_age, interest.estimates("topics", by="age").frame)


def test_whose_answers_they_are_must_be_known() -> None:
    with pytest.raises(borgerlib.ParameterError, match="do not tell whose answers") as error:
        borgerlib.disclose(borgerlib.estimate_proportions(PEOPLE, "svar"))
    assert "borgerlib.load" in error.value.hint


def test_a_weighted_survey_without_groups_hides_nothing_to_be_found() -> None:
    people = pd.DataFrame({"svar": ["ja"] * 10 + ["nej"] * 20, "w": [2.0] * 10 + [1.0] * 20})
    estimates = borgerlib.estimate_proportions(people, "svar", weight="w")
    shown = borgerlib.disclose(estimates, base="borgere", source="Svar")
    assert shown.frame["count"].tolist() == [10, 20]
    assert borgerlib.feasible_ranges(estimates, shown).empty


def test_totals_pass_the_gate_with_their_shares_and_are_hidden_with_them() -> None:
    people = pd.DataFrame({"svar": ["ja"] * 20 + ["nej"] * 17 + ["ved ikke"] * 3, "vaegt": 100.0})
    told = borgerlib.estimate_total(people, "svar", weight="vaegt")
    frame = borgerlib.disclose(told, base="b", source="s").frame.set_index("option")
    assert frame.loc["ja", "total"] == 2000
    assert frame.loc["ja", "total_lower"] < 2000 < frame.loc["ja", "total_upper"]
    assert frame.loc[frame["suppressed"], ["total", "total_lower", "total_upper"]].isna().all(axis=None)
    assert frame.loc["ved ikke", "suppressed"]
    assert set(frame["group"]) == {""}


def test_means_and_differences_are_no_shares_of_a_group() -> None:
    for estimates in (
        borgerlib.estimate_mean(PEOPLE.assign(alder=40), "alder"),
        borgerlib.estimate_difference(PEOPLE, "svar", by="koen"),
    ):
        with pytest.raises(
            borgerlib.DisclosureError, match=r"(means|differences): the gate[\s\S]*pandas\.cut"
        ):
            borgerlib.disclose(estimates, **OWN)


def test_a_municipality_has_the_codebook_its_answers_were_read_with(prepared: Prepared) -> None:
    assert borgerlib.load_codebook("ærø").id == prepared.codebook.id
    with pytest.raises(borgerlib.CodebookError, match="no prepared answers") as error:
        borgerlib.load_codebook("Odense")
    assert "borger import Odense" in error.value.hint
