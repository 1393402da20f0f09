"""Municipalities beside each other: ranks and limits by hand, honesty by simulation."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

import borgerlib
from borgerlib.comparison.ranking import control_limits, joint_reach, rank_ranges
from borgerlib.survey.codebook.model import Codebook, Item, Option

BOOK = Codebook(
    "b", "B", (Item("med", "Vil du være med?", "single", (Option("ja", "Ja"), Option("nej", "Nej"))),), {}
)
PLACES = borgerlib.municipalities()


def national(
    rng: np.random.Generator, *, n: int = 8500, between: float = 0.04
) -> tuple[pd.DataFrame, pd.Series]:
    """Return respondents of all municipalities, and the true share of each."""
    size = np.log(PLACES["population"])
    truth = (0.35 + 0.05 * (size - size.mean()) + rng.normal(scale=between, size=98)).clip(0.05, 0.95)
    drawn = rng.multinomial(n, PLACES["population"] / PLACES["population"].sum())
    codes, chance = np.repeat(PLACES["code"].to_numpy(), drawn), np.repeat(truth.to_numpy(), drawn)
    said = np.where(rng.random(n) < chance, "ja", "nej")
    return pd.DataFrame({"kommunekode": codes, "med": said}), truth


def compared(people: pd.DataFrame, **more: object) -> borgerlib.MunicipalityComparison:
    return borgerlib.compare_municipalities(people, "med.ja", codebook=BOOK, **more)


@pytest.fixture(scope="module")
def found() -> borgerlib.MunicipalityComparison:
    return compared(national(np.random.default_rng(2))[0])


def test_ranks_hold_jointly_by_hand() -> None:
    # Joint reach of three at 95 pct.: 2.388 standard errors, so ±0.24: 0.9 is first, 0.2 and 0.1 not apart.
    assert joint_reach(3, 0.95) == pytest.approx(2.3877, abs=1e-4)
    first, last = rank_ranges(pd.Series([0.1, 0.9, 0.2]), pd.Series([0.1] * 3), confidence=0.95)
    assert first == [2, 1, 2]
    assert last == [3, 1, 3]


def test_limits_leave_room_for_what_municipalities_differ_by() -> None:
    shares = pd.Series([0.30, 0.34, 0.38, 0.42, 0.46, 0.50, 0.95, np.nan])
    errors = pd.Series([0.02] * 7 + [np.nan])
    between, outside = control_limits(shares, errors, 0.4, confidence=0.95)
    assert between > 0.05
    assert outside == ["", "", "", "", "", "", "over", ""]
    # Where chance explains all, nothing is added.
    calm, none = control_limits(pd.Series([0.39, 0.40, 0.41]), pd.Series([0.05] * 3), 0.4, confidence=0.95)
    assert calm == 0
    assert none == ["", "", ""]


def test_every_municipality_has_a_number_and_small_ones_are_the_models(
    found: borgerlib.MunicipalityComparison,
) -> None:
    areas = found.areas
    assert len(areas) == 98
    assert areas["estimate"].between(0, 1).all()
    assert (areas["ci_lower"] < areas["estimate"]).all()
    assert areas.loc[areas["synthetic"], "direct"].isna().all()
    assert (areas.loc[areas["synthetic"], "shrinkage"] == 0).all()
    # The more answers, the more they weigh.
    shown = areas[~areas["synthetic"]]
    assert shown["shrinkage"].corr(shown["n"].astype(float), method="spearman") == pytest.approx(1)
    assert (areas["rank_from"] <= areas["rank_to"]).all()
    assert len(found.first()) == (areas["rank_from"] == 1).sum() > 1


def test_what_is_hidden_is_hidden_from_the_model_too() -> None:
    people, _ = rare(np.random.default_rng(4))
    counts = people["med"].eq("ja").groupby(people["kommunekode"]).sum()
    ones, threes = (counts.index[counts == count][0] for count in (1, 3))
    found = compared(people).areas.set_index("code")
    assert found.loc[[ones, threes], "synthetic"].all()
    assert (found.loc[found["synthetic"], "shrinkage"] == 0).all()
    # One more there and one less here changes nothing that is shown: all are told of together.
    other = people.copy()
    other.loc[other.index[(other["kommunekode"] == ones) & (other["med"] == "nej")][0], "med"] = "ja"
    other.loc[other.index[(other["kommunekode"] == threes) & (other["med"] == "ja")][0], "med"] = "nej"
    pd.testing.assert_frame_equal(compared(other).areas.set_index("code"), found)


def rare(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.Series]:
    """Return a national survey in which 8 per cent say yes, and each municipality's true share."""
    truth = pd.Series((0.08 + rng.normal(scale=0.01, size=98)).clip(0.01, 0.99))
    drawn = rng.multinomial(8500, PLACES["population"] / PLACES["population"].sum())
    codes, chance = np.repeat(PLACES["code"].to_numpy(), drawn), np.repeat(truth.to_numpy(), drawn)
    return pd.DataFrame(
        {"kommunekode": codes, "med": np.where(rng.random(8500) < chance, "ja", "nej")}
    ), truth


def test_few_who_say_yes_are_not_left_out_where_they_are_hidden() -> None:
    # Of 87 answers a municipality seven say yes: counts of 1 to 4 are hidden in 40 of them, and those shown
    # alone come to 8.8 pct.
    people, truth = rare(np.random.default_rng(4))
    found = compared(people)
    assert found.areas["synthetic"].sum() > 30
    assert found.country == pytest.approx((people["med"] == "ja").mean(), abs=5e-4)
    assert abs((found.areas["estimate"] - truth).mean()) < 0.01
    assert truth.between(found.areas["ci_lower"], found.areas["ci_upper"]).mean() > 0.9


def test_hidden_municipalities_do_not_hide_what_covariates_make_of_shares() -> None:
    # Thirty answers each, and shares on a line by the logarithm of people: 5 pct. more a unit. Counts of 1–4
    # are hidden in the small ones; where what these have together stood at the size of each, the line would
    # be drawn flat through them.
    size = np.log(PLACES["population"])
    yes = np.round(30 * (0.14 + 0.05 * (size - size.mean())).clip(0.03, 1)).astype(int)
    people = pd.DataFrame(
        {
            "kommunekode": np.repeat(PLACES["code"].to_numpy(), 30),
            "med": np.where(np.tile(np.arange(30), 98) < np.repeat(yes.to_numpy(), 30), "ja", "nej"),
        }
    )
    found = compared(people, covariates=["log_population"])
    assert found.areas["synthetic"].sum() > 30
    assert found.model.coefficients["log_population"] == pytest.approx(0.05, abs=0.005)


def test_hidden_municipalities_count_with_their_weights() -> None:
    # 60 in each, half of whom weigh 5 and half 1. Ten of the former say yes in every second municipality
    # (shown, 50/180 weighted), three in the others (hidden, 15/180 weighted and 3/60 not). Together 65/360,
    # which is told as 18 per cent.
    heavy = np.arange(98 * 60) % 60 < 30
    yes = np.arange(98 * 60) % 60 < np.repeat(np.where(np.arange(98) % 2, 3, 10), 60)
    people = pd.DataFrame(
        {
            "kommunekode": np.repeat(PLACES["code"].to_numpy(), 60),
            "med": np.where(yes, "ja", "nej"),
            "w": np.where(heavy, 5.0, 1.0),
        }
    )
    found = compared(people, weight="w")
    assert found.areas["synthetic"].sum() == 49
    assert found.country == pytest.approx(0.18)
    assert compared(people).country == pytest.approx(13 / 120)
    # Municipalities count as their weights do, not as their respondents: the hidden ones ten times as much.
    people["w"] *= np.repeat(np.where(np.arange(98) % 2, 10.0, 1.0), 60)
    assert compared(people, weight="w").country == pytest.approx((50 + 150) / (180 + 1800), abs=0.005)


def test_what_nobody_says_is_estimated_too() -> None:
    codes = np.repeat(PLACES["code"].to_numpy(), 40)
    found = compared(pd.DataFrame({"kommunekode": codes, "med": "nej"}))
    assert (found.areas["estimate"] == 0).all()
    assert found.areas["ci_upper"].between(0.0001, 0.01).all()


def test_a_municipality_without_answers_is_estimated_and_said_so(
    found: borgerlib.MunicipalityComparison,
) -> None:
    people = national(np.random.default_rng(2))[0]
    row = compared(people[people["kommunekode"] != "0461"]).areas.set_index("code").loc["0461"]
    assert row["synthetic"]
    assert pd.isna(row["n"])
    text = borgerlib.municipalities_table(found).to_text()
    assert "skjult" in text
    assert "Placeringerne gælder alle på en gang" in text


@pytest.mark.long
def test_pictures_say_what_they_show(found: borgerlib.MunicipalityComparison) -> None:
    drawn, funnel = borgerlib.tile_map(found), borgerlib.funnel_chart(found)
    assert drawn.title.endswith("kan have den største andel; forskellene kan være tilfældige")
    assert drawn.alt_text.count("pct.") >= 98
    assert drawn.svg("wide").count(">Ode<") == 1
    assert ">Ode<" not in drawn.svg("narrow")
    assert "Landet: " in funnel.alt_text
    axes = funnel.axes()
    (low, high), (fewest, most) = axes.get_ylim(), axes.get_xlim()
    # Its axes are the numbers' own: a limit may be drawn at a share.
    assert low < found.country < high
    sizes = found.areas.loc[found.areas["direct"].notna(), "n"]
    assert fewest < sizes.min() <= sizes.max() < most
    steps = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(steps)) == len(steps) > 2
    # What the axes write themselves is in the house's letters, too.
    (letters,) = re.findall(r"font-weight:400;font-style:normal;src:url\([^,]+,([^)]+)", funnel.svg("wide"))
    assert set(map(ord, "Svarpct.")) <= set(TTFont(BytesIO(b64decode(letters))).getBestCmap())
    assert len(drawn.table.rows) == 98
    marked = borgerlib.compare_municipalities(
        people_with_mark(national(np.random.default_rng(2))[0]), "med.ja", codebook=BOOK
    )
    assert borgerlib.tile_map(marked).title.startswith("SIMULEREDE DATA: ")
    assert borgerlib.municipalities_table(marked).caption.startswith("SIMULEREDE DATA: ")


def people_with_mark(people: pd.DataFrame) -> pd.DataFrame:
    people.attrs = {"simulated": True}
    return people


@pytest.mark.long
@pytest.mark.parametrize("surveys", [10, pytest.param(25, marks=pytest.mark.thorough)])
def test_a_national_survey_gives_each_municipality_an_honest_number(surveys: int) -> None:
    rng = np.random.default_rng(5)
    errors, covered, jointly = [], [], []
    for _ in range(surveys):
        people, truth = national(rng, between=0.03)
        areas = compared(people).areas
        errors.append([((areas[name] - truth) ** 2).mean() for name in ("estimate", "direct")])
        covered.append(((areas["ci_lower"] <= truth) & (truth <= areas["ci_upper"])).mean())
        rank = truth.rank(ascending=False)
        jointly.append(((areas["rank_from"] <= rank) & (rank <= areas["rank_to"])).all())
    model, direct = np.sqrt(np.mean(errors, axis=0))
    assert model <= direct / 2
    assert 0.94 <= np.mean(covered) <= 0.97
    # Ranks that hold all together, nearly always.
    assert np.mean(jointly) >= 0.95


def test_what_cannot_be_compared(found: borgerlib.MunicipalityComparison) -> None:
    people = national(np.random.default_rng(2))[0]
    with pytest.raises(borgerlib.ParameterError, match=r"covariate 'log_populatio'. Did you mean"):
        compared(people, covariates=["log_populatio"])
    with pytest.raises(borgerlib.DataError, match="Only 2 municipalities have enough answers"):
        compared(people[people["kommunekode"].isin(["0101", "0461"])])
    with pytest.raises(borgerlib.ParameterError, match="do not tell what was asked"):
        borgerlib.compare_municipalities(people, "med.ja")
    with pytest.raises(borgerlib.CodebookError, match="Did you mean 'ja'"):
        borgerlib.compare_municipalities(people, "med.jaa", codebook=BOOK)
    with pytest.raises(borgerlib.ParameterError, match="municipality column 'kommune'"):
        compared(people, municipality="kommune")
    with pytest.raises(
        borgerlib.DataError, match=r"No answer in the column 'med'.*'0'[\s\S]*as text: ja, nej"
    ):
        compared(people.assign(med=people["med"].eq("ja").astype(int)))
    with pytest.raises(borgerlib.DataError, match="are a builtins NoneType"):
        compared(None)
    with pytest.raises(borgerlib.CodebookError, match="Unknown item"):
        borgerlib.compare_municipalities(people, None, codebook=BOOK)


def test_codes_may_be_floating_point_and_one_covariate_a_text(
    found: borgerlib.MunicipalityComparison,
) -> None:
    people = national(np.random.default_rng(2))[0]
    again = compared(people.assign(kommunekode=people["kommunekode"].astype(float)), covariates="capital")
    assert again.areas["n"].equals(found.areas["n"])
    assert again.model.coefficients.index.tolist() == ["Intercept", "capital"]
