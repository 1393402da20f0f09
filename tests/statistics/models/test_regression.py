"""Models of every scenario against R's `survey` package, and by hand where the arithmetic is small."""

import re

import numpy as np
import pandas as pd
import pytest
from scenario_designs import DESIGNS, Scenario

from borgerlib.errors import ConvergenceError, DataError, ParameterError
from borgerlib.statistics.models import fitting
from borgerlib.statistics.models.regression import Regression, regress

FORMULAS = {
    "gaussian": "hours ~ age * sex + income",
    "binomial": "topics__nature ~ age + sex + income",
    "poisson": "count ~ age + area",
}


@pytest.mark.long
@pytest.mark.parametrize("name", DESIGNS)
def test_models_terms_and_margins_are_those_of_r(name):
    scenario = Scenario(name)
    frame, design = scenario.respondents.eval("count = hours.round()"), scenario.design
    expected, terms, margins = (scenario.expected(what) for what in ("models", "terms", "margins"))
    for family, formula in FORMULAS.items():
        model = regress(frame, formula, family=family, **design)
        wanted = expected[expected["family"] == family]
        # R writes 'age35-59:sexmale' where we write 'age[T.35-59]:sex[T.male]'.
        assert [n.replace("[T.", "").replace("]", "") for n in model.params.index][1:] == [
            *wanted["coefficient"][1:]
        ]
        assert (wanted["df"] == model.df_resid).all()
        close(model.params, wanted["estimate"])
        close(model.bse, wanted["standard_error"])
        close(model.tvalues, wanted["t"], 1e-7)
        close(model.pvalues, wanted["p_value"], 1e-7)
        close(model.conf_int()["ci_lower"], wanted["ci_lower"])
        close(model.conf_int()["ci_upper"], wanted["ci_upper"])
        for row in terms[terms["family"] == family].itertuples():
            test = model.test_term(row.term)
            close(test, [row.f_statistic, row.df1, row.df2, row.p_value], 1e-7)
    for outcome, family in (("hours", "gaussian"), ("topics__nature", "binomial")):
        model = regress(frame, f"{outcome} ~ sex + income + age", family=family, **design)
        found = model.adjusted_shares("age").set_index("age")
        wanted = margins[margins["outcome"] == outcome].set_index("age").loc[list(found.index)]
        close(found["adjusted"], wanted["adjusted"])
        close(found["standard_error"], wanted["standard_error"], 1e-7)


def close(ours, theirs, tolerance=1e-8):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


PEOPLE = pd.DataFrame(
    {
        "moede": [1, 0, 0, 0, 1, 1, 1, 0],
        "alder": pd.Categorical(["ung"] * 4 + ["ældre"] * 4, categories=["ung", "ældre", "barn"]),
        "koen": ["k", "m"] * 4,
        "by_i_aar": [0, 1, 2, 3, 4, 5, 6, 7],
    }
)


def test_a_logistic_model_of_one_grouping_gives_the_groups_shares():
    # 1 of 4 young and 3 of 4 old: log odds log(1/3) = -1.0986 and log(3) = 1.0986, so 2.1972 apart.
    model = regress(PEOPLE, "moede ~ alder", family="binomial")
    close(model.params, [np.log(1 / 3), 2 * np.log(3)])
    # The young's log odds stand in the difference too, taken away: their covariance is minus their variance.
    close(model.covariance.to_numpy()[0], [model.bse.iloc[0] ** 2, -(model.bse.iloc[0] ** 2)])
    shares = model.adjusted_shares("alder")
    close(shares["adjusted"], [0.25, 0.75])
    assert list(shares["n"]) == [4, 4]
    # The standard error of a share of 4 in a sample of 8: sqrt(8/7 · p(1−p)/4) = sqrt(8/7 · .1875/4).
    close(shares["standard_error"], [np.sqrt(8 / 7 * 0.1875 / 4)] * 2)
    difference = model.adjusted_differences("alder").iloc[0]
    assert (difference["alder"], difference["reference"]) == ("ældre", "ung")
    close(difference["difference"], 0.5)
    assert model.adjusted_differences("alder", reference="ældre")["difference"].iloc[0] == pytest.approx(-0.5)


def test_levels_that_nobody_has_are_dropped_and_said():
    model = regress(PEOPLE, "moede ~ alder", family="binomial")
    assert model.notes == ("alder: nobody in the model has 'barn'.",)
    assert "barn" in str(model.summary())


def test_a_subpopulation_keeps_the_design_of_the_whole():
    # As a domain: the mean of the young is theirs, and its error counts the zeros of the old.
    chosen = regress(PEOPLE, "by_i_aar ~ koen", subpopulation=PEOPLE["alder"] == "ung")
    assert chosen.nobs == 4
    close(chosen.params, [1, 1])  # women 0 and 2, men 1 and 3
    dropped = regress(PEOPLE.iloc[:4], "by_i_aar ~ koen")
    close(chosen.params, dropped.params)
    assert chosen.bse.iloc[0] < dropped.bse.iloc[0]  # 8/7 instead of 4/3
    close(chosen.bse / dropped.bse, [np.sqrt((8 / 7) / (4 / 3))] * 2)


def test_missing_answers_leave_the_base_and_are_counted():
    people = PEOPLE.assign(by_i_aar=[0, 1, None, 3, 4, 5, 6, 7])
    model = regress(people, "by_i_aar ~ koen")
    assert model.nobs == 7
    assert model.notes == ("1 respondent outside the model, or without all variables.",)


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "float64", "int8"])
def test_any_type_of_numbers_will_do(dtype):
    people = PEOPLE.astype({"moede": dtype, "koen": "string"})
    close(regress(people, "moede ~ koen").params, regress(PEOPLE, "moede ~ koen").params)


@pytest.mark.parametrize(
    ("formula", "family", "error", "words"),
    [
        ("moede ~ aldr", "binomial", ParameterError, ["'aldr'", "Did you mean 'alder'"]),
        ("moede ~ koen +", "binomial", ParameterError, ["cannot be read", "borgermoede ~ alder + koen"]),
        ("alder", "binomial", ParameterError, ["one outcome before the ~"]),
        ("alder ~ koen", "gaussian", DataError, ["several levels", "1 for the answer you ask about"]),
        ("by_i_aar ~ koen", "binomial", DataError, ["runs from 0 to 7"]),
        ("moede ~ koen", "logit", ParameterError, ["'logit'", "gaussian, binomial, poisson"]),
        ("konstant ~ koen", "gaussian", DataError, ["answered the same", "konstant: always '1"]),
        ("moede ~ aaben", "binomial", DataError, ["250 different texts"]),
        ("moede ~ koen + mand", "binomial", ParameterError, ["mand follows from", "koen[T.m]"]),
        ("moede ~ alder + skilt", "binomial", DataError, ["follows without exception from skilt"]),
        ("moede ~ tom", "binomial", DataError, ["Nobody has an answer", "tom: 0 respondents answered"]),
        ("minus ~ koen", "poisson", DataError, ["counts of 0 or more"]),
    ],
)
def test_mistakes_are_told_with_the_name_and_the_way_out(formula, family, error, words):
    people = pd.concat([PEOPLE] * 40, ignore_index=True)
    people = people.assign(
        konstant=1.0,
        aaben=[f"svar {i % 250}" for i in range(len(people))],
        mand=(people["koen"] == "m").astype(int),
        skilt=people["moede"].map({0: "nej", 1: "ja"}),
        tom=pd.Series([None] * len(people), dtype=object),
        minus=-people["by_i_aar"],
    )
    with pytest.raises(error) as caught:
        regress(people, formula, family=family)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_a_column_that_is_nearly_another_is_named(family):
    # A hair's breadth in one person: X'WX has no inverse, and what tells the two apart is rounding.
    people = pd.DataFrame({"y": [0, 1, 0, 1, 1, 0] * 10, "a": [0, 0, 1, 2, 3, 4] * 10})
    people["b"] = people["a"] + np.where(people.index == 7, 3e-8, 0)
    with pytest.raises(ParameterError, match=r"(a follows from b|b follows from a)\.") as caught:
        regress(people, "y ~ a + b", family=family)
    assert "subtract the mean" in str(caught.value)


def test_columns_that_can_only_just_be_told_apart_keep_their_errors():
    # y ~ a + (a + d/1e6) is y ~ a + d in other units: d's error times 1e6.
    rng = np.random.default_rng(3)
    people = pd.DataFrame({"y": rng.normal(size=50), "a": rng.normal(size=50), "d": rng.normal(size=50)})
    people["b"] = people["a"] + people["d"] / 1e6
    nearly, apart = (regress(people, f"y ~ a + {other}").bse for other in ("b", "d"))
    assert nearly["b"] == pytest.approx(1e6 * apart["d"], rel=1e-6)


def test_a_term_of_more_coefficients_than_sampling_units_has_no_test():
    people = pd.DataFrame({"y": [1.0, 4, 2, 8, 5, 7, 3, 6], "g": list("abcdabcd"), "c": list("xxxxyyyy")})
    found = regress(people, "y ~ g", cluster="c").test_term("g")
    assert np.isnan(found["f_statistic"])
    assert np.isnan(found["p_value"])


def test_partial_separation_names_the_variable_and_not_the_others():
    # All of level 'c' say yes; sex does not matter.
    people = pd.DataFrame(
        {"y": [0, 1, 0, 1, 1, 0, 1, 1, 1, 1], "g": list("aaaabbbccc"), "s": list("kmkmkmkmkm")}
    )
    with pytest.raises(DataError, match="from g, at least for some"):
        regress(people, "y ~ g + s", family="binomial")


def test_a_group_in_which_nobody_counts_anything_has_no_best_coefficient():
    people = pd.DataFrame({"gange": [0, 0, 0, 1, 2, 3], "g": list("aaabbb")})
    with pytest.raises(DataError, match="from g, at least for some"):
        regress(people, "gange ~ g", family="poisson")
    # One who came once in eight has: log(1/8) is far from where separation is looked for.
    found = regress(
        pd.DataFrame({"gange": [0] * 7 + [1, 2, 3], "g": ["a"] * 8 + ["b"] * 2}),
        "gange ~ g",
        family="poisson",
    )
    assert found.params["Intercept"] == pytest.approx(np.log(1 / 8))


def test_counts_whose_steps_run_out_of_numbers_are_told_as_what_they_are():
    people = pd.DataFrame({"y": [0, 0, 2000, 1000, 2000], "x": [2, 2, -2, 3, 0], "z": [1, 0, 1, 1, 1]})
    with pytest.raises(DataError, match="from z, at least for some"):
        regress(people, "y ~ x + z", family="poisson")


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_the_unit_of_a_column_is_that_of_its_coefficient_and_of_nothing_else(family):
    # When somebody answered, in days and in nanoseconds since 1970: 1.7e18 beside an intercept of ones.
    rng = np.random.default_rng(3)
    days = 20_000 + 10 * rng.random(60)
    people = pd.DataFrame({"y": (rng.random(60) < 0.4).astype(float), "days": days, "ns": days * 86_400e9})
    of_days, of_ns = (regress(people, f"y ~ {unit}", family=family) for unit in ("days", "ns"))
    assert of_ns.params["ns"] * 86_400e9 == pytest.approx(of_days.params["days"], rel=1e-6)
    assert of_ns.bse["Intercept"] == pytest.approx(of_days.bse["Intercept"], rel=1e-6)


@pytest.mark.parametrize(
    ("outcome", "error", "message"),
    [
        ([0, 0, 20, 10, 20], DataError, "from z, at least for some"),
        ([3, 1, 2000, 100, 20], ConvergenceError, "no maximum in 3 steps"),
    ],
)
def test_steps_that_end_before_a_maximum_are_no_fit(outcome, error, message, monkeypatch):
    # Without a maximum, where the hundredth step lands hangs on the last digits of the processor.
    monkeypatch.setattr(fitting, "_ITERATIONS", 3)
    people = pd.DataFrame({"y": outcome, "x": [2, 2, -2, 3, 0], "z": [1, 0, 1, 1, 1]})
    with pytest.raises(error, match=message):
        regress(people, "y ~ x + z", family="poisson")


def test_a_group_that_answers_one_number_has_a_coefficient_of_unknown_error():
    people = pd.DataFrame({"tal": [0.1] * 7 + [1, 2, 3, 5], "g": ["a"] * 7 + ["b"] * 4})
    model = regress(people, "tal ~ g")
    assert model.params["Intercept"] == pytest.approx(0.1)
    assert np.isnan([model.bse["Intercept"], model.pvalues["Intercept"]]).all()
    assert model.bse["g[T.b]"] > 0


def test_a_group_in_which_all_answer_zero_is_fitted():
    people = pd.DataFrame({"tal": [0.1, 0.2, 0.7, 0.4, 0.3, 0.9, 0.11, 0, 0, 0], "g": ["a"] * 7 + ["b"] * 3})
    assert regress(people, "tal ~ g").params.sum() == pytest.approx(0)


@pytest.mark.parametrize("transform", ["center(alder)", "scale(alder)", "poly(alder, 2)", "bs(alder, df=4)"])
def test_transforms_that_look_at_the_whole_column(transform):
    people = pd.DataFrame({"svar": [0.0, 1, 3, 2, 5, 4, 2, 6], "alder": [20, 30, 40, 50, 60, 70, 80, None]})
    model = regress(people, f"svar ~ {transform}")
    assert model.nobs == 7
    # A shift or a stretch of the age leaves what is expected of everybody as it is.
    if "alder," not in transform:
        straight = regress(people, "svar ~ alder")
        np.testing.assert_allclose(model.tvalues.iloc[1], straight.tvalues.iloc[1])


@pytest.mark.parametrize(
    ("formula", "error", "words"),
    [
        ("svar ~ center(aldr)", ParameterError, "Unknown column 'aldr'. Did you mean 'alder'"),
        ("svar ~ alder | by", ParameterError, "one part after it"),
        ("svar ~ liste", DataError, "no levels"),
        ("svar ~ -1", ParameterError, "no column of the model"),
        ("svar ~ I(alder * 0)", ParameterError, "always zero"),
    ],
)
def test_formulas_that_make_no_model(formula, error, words):
    people = pd.DataFrame(
        {"svar": [0.0, 1, 3, 2], "alder": [1, 2, 3, 5], "by": list("aabb"), "liste": [[1]] * 4}
    )
    with pytest.raises(error) as refused:
        regress(people, formula)
    assert words in str(refused.value)


@pytest.mark.parametrize("members", [["ja", "nej", "ja", "ja"], [1, 2, 1, 1]])
def test_a_subpopulation_says_true_or_false(members):
    people = pd.DataFrame({"svar": [0.0, 1, 3, 2], "alder": [1, 2, 3, 5]})
    with pytest.raises(ParameterError, match="no Series of True and False"):
        regress(people, "svar ~ alder", subpopulation=pd.Series(members))


def test_true_and_false_are_levels_to_be_held_against_each_other():
    people = pd.DataFrame({"svar": [0.0, 1, 3, 2], "ung": [True, True, False, False]})
    assert regress(people, "svar ~ ung").adjusted_shares("ung")["adjusted"].tolist() == pytest.approx(
        [2.5, 0.5]
    )


def test_unknown_terms_levels_and_variables_are_refused():
    model = regress(PEOPLE, "moede ~ alder + by_i_aar")
    for call, words in (
        (lambda: model.test_term("alde"), "'alder'"),
        (lambda: model.adjusted_shares("koen"), "Unknown variable of the model 'koen'"),
        (lambda: model.adjusted_shares("by_i_aar"), "is a number"),
        (lambda: model.adjusted_differences("alder", reference="gammel"), "Unknown level of alder"),
        (lambda: model.conf_int(confidence=95), "confidence"),
    ):
        with pytest.raises(ParameterError, match=words):
            call()
    with pytest.raises(ParameterError, match="True and False"):
        regress(PEOPLE, "moede ~ koen", subpopulation=[True] * 8)


def test_the_summary_reads_as_those_of_statsmodels():
    text = str(regress(PEOPLE, "moede ~ koen").summary())
    assert all(words in text for words in ("coef", "std err", "koen[T.m]"))
    assert isinstance(regress(PEOPLE, "moede ~ koen"), Regression)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("1 - moede ~ alder", "outcome of '1 - moede ~ alder' is not one column"),
        ("moede**2 ~ alder", "is not one column"),
        ("1 ~ alder", "is not one column"),
        ("moede ~ C(koen, levels=['m'])", "cannot be worked out: Data has categories outside"),
        ("moede ~ koen[0]", "cannot be worked out"),
        ("moede ~ C(koen, Treatment)", "cannot be worked out"),
    ],
)
def test_a_formula_that_would_say_something_else_is_refused(formula, words):
    with pytest.raises(ParameterError, match=re.escape(words)):
        regress(PEOPLE, formula)


def test_names_with_brackets_and_arithmetic_in_braces():
    people = PEOPLE.assign(**{"a[b]": PEOPLE["koen"]})
    found = regress(people, "{1 - moede} ~ `a[b]`").params.tolist()
    other = regress(people, "moede ~ koen").params.tolist()
    assert found == pytest.approx([1 - other[0], -other[1]])
    with pytest.raises(DataError, match="'dag' holds dates"):
        regress(PEOPLE.assign(dag=pd.date_range("2025-01-01", periods=len(PEOPLE))), "moede ~ dag")
