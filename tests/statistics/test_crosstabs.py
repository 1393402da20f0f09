import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borgerlib.errors import ParameterError
from borgerlib.statistics.crosstabs import COLUMNS, adjust_p_values, banner_table, large_enough
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.segmentation.rules import Segment, assign_segments
from borgerlib.statistics.weighting.weight import rake
from borgerlib.survey.codebook.load import parse_codebook

CODEBOOK = parse_codebook(
    {
        "survey": {"id": "proeve", "title": "Prøve"},
        "item": [
            {
                "id": "koen",
                "text": "Køn?",
                "kind": "single",
                "options": [
                    {"id": "mand", "text": "Mand"},
                    {"id": "kvinde", "text": "Kvinde"},
                    {"id": "vil_ikke", "text": "Ønsker ikke at oplyse", "missing": "refused"},
                ],
            },
            {
                "id": "emner",
                "text": "Emner?",
                "kind": "multiple",
                "options": [{"id": "natur", "text": "Natur"}, {"id": "skole", "text": "Skole"}],
            },
            {
                "id": "tid",
                "text": "Tid?",
                "kind": "single",
                "options": [{"id": "lidt", "text": "Lidt"}, {"id": "meget", "text": "Meget"}],
            },
            {"id": "alder", "text": "Alder?", "kind": "number"},
            {
                "id": "ekstra",
                "text": "Ikke stillet",
                "kind": "single",
                "options": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
            },
        ],
    },
    source="prøve",
)


def small():
    """Eight people: three men, four women, one who withholds it."""
    return pd.DataFrame(
        {
            "koen": ["mand", "mand", "mand", "kvinde", "kvinde", "kvinde", "kvinde", "vil_ikke"],
            "emner__natur": pd.array([1, 1, 0, 0, 0, 1, None, 1], dtype="Int8"),
            "emner__skole": pd.array([0, 1, 0, 1, 1, 1, None, 0], dtype="Int8"),
            "w": [1.0, 2.0, 1.0, 1.0, 1.0, 3.0, 1.0, 2.0],
        }
    )


def large(n=600, seed=2):
    random = np.random.default_rng(seed)
    koen = random.choice(["mand", "kvinde", "vil_ikke"], n, p=[0.45, 0.5, 0.05])
    land = random.choice(["by", "land", "oe"], n)
    natur = random.random(n) < np.where(koen == "kvinde", 0.6, 0.3)
    frame = pd.DataFrame(
        {
            "koen": koen,
            "sted": pd.Categorical(land, categories=["land", "by", "oe"]),
            "emner__natur": natur,
            "emner__skole": random.random(n) < 0.5,
            "tid": pd.Categorical(random.choice(["lidt", "meget"], n), categories=["lidt", "meget"]),
            "alder": random.integers(15, 90, n),
            "w": random.uniform(0.5, 2, n),
            "lag": random.choice([1, 2, 3], n),
            "klynge": random.integers(0, 40, n),
        }
    ).astype({"emner__natur": "Int8", "emner__skole": "Int8"})
    frame["klynge"] = frame["klynge"] + 100 * frame["lag"]
    frame.loc[:19, ["emner__natur", "emner__skole"]] = pd.NA
    return frame


def row(table, option, level="", domain="koen"):
    domain = domain if level else ""
    found = table[(table["option"] == option) & (table["level"] == level) & (table["domain"] == domain)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_table_worked_by_hand():
    table = banner_table(small(), CODEBOOK, by=["koen"], items=["emner"], weight="w")
    assert list(table.columns) == list(COLUMNS)
    assert list(zip(table["level"], table["option"], strict=True)) == [
        ("", "natur"), ("", "skole"), ("kvinde", "natur"), ("kvinde", "skole"),
        ("mand", "natur"), ("mand", "skole"),
    ]  # fmt: skip
    total = row(table, "natur")
    # Seven answered, with weights 1 2 1 1 1 3 2 = 11; natur has 1 + 2 + 3 + 2 = 8 of them, four people.
    # Kish: 11² / (1 + 4 + 1 + 1 + 1 + 9 + 4) = 121/21. The one without a sex counts in the total.
    assert (total["n"], total["count"]) == (7, 4)
    assert total["proportion"] == pytest.approx(8 / 11)
    assert total["n_effective"] == pytest.approx(121 / 21)
    assert pd.isna(total["difference"])
    assert pd.isna(total["q_value"])
    assert not total["significant"]
    assert total["direction"] == ""
    men = row(table, "natur", "mand")
    # Men: weights 1 2 1, natur 3 of 4; women who answered: 1 1 3, natur 3 of 5. Rest = women alone.
    assert (men["n"], men["count"]) == (3, 2)
    assert men["proportion"] == pytest.approx(3 / 4)
    assert men["n_effective"] == pytest.approx(16 / 6)
    assert men["difference"] == pytest.approx(3 / 4 - 3 / 5)
    assert men["direction"] == "above"
    women = row(table, "natur", "kvinde")
    assert women["difference"] == pytest.approx(3 / 5 - 3 / 4)
    assert women["direction"] == "below"
    # Three and three people are too few to be tested.
    assert table["p_value"].isna().all()
    assert not table["significant"].any()


@pytest.mark.long
@pytest.mark.parametrize(
    "design",
    [
        {},
        {"weight": "w"},
        {"weight": "w", "strata": "lag"},
        {"weight": "w", "strata": "lag", "cluster": "klynge"},
    ],
    ids=["plain", "weighted", "stratified", "clustered"],
)
def test_agrees_with_the_single_estimates(design):
    respondents = large()
    table = banner_table(respondents, CODEBOOK, by=["sted", "koen"], confidence=0.9, **design)
    assert list(table["item"].unique()) == ["emner", "tid"]
    shared = ["n", "proportion", "standard_error", "ci_lower", "ci_upper"]
    known = respondents.assign(koen=respondents["koen"].mask(respondents["koen"] == "vil_ikke"))
    for item in ("emner", "tid"):
        for column in ("", "sted", "koen"):
            part = table[(table["item"] == item) & (table["domain"] == column)].reset_index(drop=True)
            single = estimate_proportions(known, item, by=column or None, confidence=0.9, **design)
            pd.testing.assert_frame_equal(part[shared], single[shared])
            if column:
                tested = estimate_difference(known, item, by=column, confidence=0.9, **design)
                assert list(part["level"]) == [str(level) for level in tested[column]]
                assert list(part["option"]) == list(tested["option"])
                pd.testing.assert_frame_equal(
                    part[["difference", "p_value"]], tested[["difference", "p_value"]]
                )


def test_agrees_with_the_single_estimates_when_raked():
    respondents = large()
    margins = {"sted": pd.Series({"land": 3000.0, "by": 5000.0, "oe": 2000.0})}
    weighting = rake(respondents, margins)
    table = banner_table(respondents, CODEBOOK, by=["sted"], items=["tid"], raked_to=weighting)
    single = estimate_difference(respondents, "tid", by="sted", raked_to=weighting)
    part = table[table["domain"] == "sted"].reset_index(drop=True)
    pd.testing.assert_series_equal(part["p_value"], single["p_value"])
    weights = weighting.weights[respondents["sted"] == "land"]
    assert row(table, "lidt", "land", "sted")["n_effective"] == pytest.approx(
        weights.sum() ** 2 / (weights**2).sum()
    )


def test_false_discoveries_are_controlled_over_the_whole_table():
    table = banner_table(large(), CODEBOOK, by=["koen", "sted"])
    p_values = table["p_value"].dropna().sort_values()
    count = len(p_values)
    assert count == 20  # (2 sexes + 3 places) × (2 topics + 2 times)
    # Benjamini & Hochberg by its definition: q of the k-th smallest = the least of p·m/j over j ≥ k.
    steps = [p * count / rank for rank, p in enumerate(p_values, start=1)]
    expected = [min(1.0, *steps[k:]) if k < count - 1 else min(1.0, steps[k]) for k in range(count)]
    assert table.loc[p_values.index, "q_value"].to_numpy() == pytest.approx(np.array(expected))
    assert (table["significant"] == (table["q_value"] <= 0.05)).all()
    assert row(table, "natur", "kvinde")["significant"]
    assert row(table, "natur", "kvinde")["direction"] == "above"
    one = banner_table(large(), CODEBOOK, by=["koen"], items=["emner"])
    # Alone, the same p-value meets fewer others.
    assert row(one, "natur", "kvinde")["q_value"] < row(table, "natur", "kvinde")["q_value"]


def test_the_rate_decides_what_is_significant():
    strict = banner_table(large(), CODEBOOK, by=["koen", "sted"], false_discovery_rate=1e-12)
    loose = banner_table(large(), CODEBOOK, by=["koen", "sted"], false_discovery_rate=0.999)
    assert strict["significant"].sum() < loose["significant"].sum() <= loose["q_value"].notna().sum()


def test_too_few_expected_are_not_tested():
    # 20 and 30 people, 8 of 50 chose it: 20 × 0.16 = 3.2 expected, below five. With 32 of 50 the rarer answer
    # is not choosing it: 20 × 0.36 = 7.2.
    tested = pd.DataFrame(
        {
            "n": [20, 20],
            "n_against": [30, 30],
            "proportion": [0.25, 0.7],
            "proportion_against": [0.1, 0.6],
        }
    )
    assert list(large_enough(tested)) == [False, True]


def test_segments_are_domains_too():
    respondents = large()
    segments = assign_segments(respondents, [Segment("kvinder", {"koen": ("kvinde",)})])
    table = banner_table(respondents.join(segments), CODEBOOK, by=["kvinder"], items=["tid"])
    assert list(table["level"].unique()) == ["", "False", "True"]
    women = respondents[respondents["koen"] == "kvinde"]
    found = row(table, "lidt", "True", "kvinder")
    assert (found["n"], found["count"]) == (len(women), (women["tid"] == "lidt").sum())


def test_items_without_answers_and_domains_without_levels_are_left_out():
    respondents = large().assign(ekstra=pd.NA, sted=pd.Categorical([None] * 600, categories=["by"]))
    table = banner_table(respondents, CODEBOOK, by=["sted"])
    assert list(table["item"].unique()) == ["koen", "emner", "tid"]
    assert list(table["domain"].unique()) == [""]


def test_a_domain_without_a_rest_is_not_tested():
    respondents = large().assign(sted="by")
    table = banner_table(respondents, CODEBOOK, by=["sted"], items=["tid"])
    assert row(table, "lidt", "by", "sted")["n"] == 600
    assert table["difference"].isna().all()


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(30, 90))
@settings(max_examples=settings.default.max_examples // 2)
def test_counts_add_up_and_shares_are_within_their_intervals(seed, n):
    respondents = large(n, seed)
    table = banner_table(respondents, CODEBOOK, by=["sted"], weight="w")
    total = table[table["domain"] == ""].set_index(["item", "option"])
    parts = table[table["domain"] == "sted"].groupby(["item", "option"])[["n", "count"]].sum()
    pd.testing.assert_frame_equal(parts, total[["n", "count"]].loc[parts.index])
    asked = table[table["n"] > 0]
    assert (asked["n_effective"] <= asked["n"] + 1e-9).all()
    assert (asked["ci_lower"] <= asked["proportion"] + 1e-12).all()
    assert (asked["proportion"] <= asked["ci_upper"] + 1e-12).all()
    assert (table["q_value"].dropna() >= table["p_value"].dropna() - 1e-12).all()


def test_missing_p_values_stay_and_do_not_count():
    # Two tests: 0.01 × 2/1 = 0.02; 0.04 × 2/2 = 0.04.
    assert adjust_p_values(pd.Series([0.04, np.nan, 0.01])).fillna(-1).tolist() == pytest.approx(
        [0.04, -1, 0.02]
    )
    assert adjust_p_values(pd.Series([np.nan])).isna().all()


def test_what_is_wrongly_asked_for_is_said_at_once():
    with pytest.raises(ParameterError) as caught:
        banner_table(
            large(),
            CODEBOOK,
            by=["stedd", "koen", "koen"],
            items=["emnre", "alder", "ekstra"],
            false_discovery_rate=5,
        )
    assert list(caught.value.problems) == [
        "Unknown column 'stedd'. Did you mean 'sted', 'tid'?",
        "'koen' stands twice in by",
        "false_discovery_rate is 5; it lies between 0 and 1",
        "Unknown item of survey 'proeve' 'emnre'. Did you mean 'emner'?",
        "item 'alder' is a number, which has no options to count",
        "item 'ekstra': the respondents lack 1 column ('ekstra')",
    ]
    with pytest.raises(ParameterError, match=r"lack 1 column \('emner__skole'; there is 'emner__skoler'\)"):
        banner_table(
            large().rename(columns={"emner__skole": "emner__skoler"}).drop(columns="tid"),
            CODEBOOK,
            by=["sted"],
            items=["emner"],
        )
    with pytest.raises(ParameterError, match="none of the codebook's"):
        banner_table(large()[["sted"]], CODEBOOK, by=["sted"])


def test_nobody_answered():
    with pytest.raises(ParameterError, match="Nobody answered"):
        banner_table(large().assign(ekstra=pd.NA), CODEBOOK, by=["sted"], items=["ekstra"])


def test_a_value_that_is_no_option_is_refused():
    respondents = large()
    respondents["tid"] = respondents["tid"].astype(object)
    respondents.loc[3, "tid"] = "megt"
    with pytest.raises(ParameterError, match=r"rows 3\).*\n.*Did you mean 'meget'"):
        banner_table(respondents, CODEBOOK, by=["sted"])
