"""Corrected estimates of selections: right on average over copies, with intervals and tests that hold."""

from dataclasses import replace

import numpy as np
import pytest
from protected_answers import TIMES, TOPICS, asked_of, copied, green, made_up

from borgerlib.errors import ParameterError
from borgerlib.statistics.selections.estimates import _summing_to_one, estimate_selection, in_copy

COPIES = 40


def truth(frame, levels):
    """Shares of topics and times among who truly is meant."""
    meant = np.ones(len(frame), dtype=bool)
    for role, wanted in levels.items():
        if role == "topics":
            meant &= frame[[f"topics__{name}" for name in wanted]].max(axis=1).eq(1).to_numpy()
        else:
            meant &= frame[role].isin(wanted).to_numpy()
    weight = frame["weight"] * meant
    topics = [np.average(frame[f"topics__{name}"], weights=weight) for name in TOPICS]
    return np.array([*topics, *(np.average(frame["time"] == name, weights=weight) for name in TIMES)])


def told(protected, levels, *, against=None):
    return estimate_selection(
        protected.meant(levels),
        ["topics", "time"],
        confidence=0.95,
        false_discovery_rate=0.05,
        against=None if against is None else protected.meant(against),
    )


@pytest.fixture(scope="module")
def true():
    return made_up(2000)


@pytest.fixture(scope="module")
def copies(true):
    return [asked_of(copied(true, seed=seed)) for seed in range(COPIES)]


@pytest.mark.parametrize(
    "levels",
    [
        {},
        {"age": ["ung"], "sex": ["k"]},
        {"topics": ["t0"]},
        {"topics": ["t0", "t3"]},
        {"topics": ["t0", "t1", "t2", "t3"], "sex": ["k"]},
        {"time": ["ofte"]},
        {"time": ["ofte", "aldrig"], "topics": ["t1", "t2"]},
    ],
    ids=str,
)
def test_shares_are_right_on_average_and_the_true_ones_within_the_intervals(true, copies, levels):
    found = [told(copy, levels) for copy in copies]
    expected = truth(true, levels)
    settled = found[0]["settled"]
    shares = np.array([one["proportion"] for one in found])
    assert shares[:, settled] == pytest.approx(np.tile(expected[settled], (COPIES, 1)))
    shares, expected = shares[:, ~settled], expected[~settled]
    error = shares.std(axis=0) / np.sqrt(COPIES)
    assert (np.abs(shares.mean(axis=0) - expected) < 4 * error + 0.002).all()
    lower, upper = (np.array([one[end] for one in found])[:, ~settled] for end in ("ci_lower", "ci_upper"))
    # The intervals are for the population, of which these are a sample: they lie inside more often.
    assert ((lower <= expected) & (expected <= upper)).mean() > 0.96


@pytest.mark.long
def test_a_segment_of_copied_answers_tells_the_true_shares_of_its_people(true):
    errors = []
    for seed in range(COPIES):
        copy = copied(true, seed=seed)
        inside = (green(copy)["saved__green"].eq(1) & true["age"].eq("ung")).to_numpy()
        wanted = [np.average(true.loc[inside, f"topics__{name}"]) for name in TOPICS]
        found = told(asked_of(copy), {"saved": ["green"], "age": ["ung"]})
        errors.append(found["proportion"][: len(TOPICS)] - wanted)
        assert np.isnan(found["direction"][: len(TOPICS)]).all()
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0) / np.sqrt(COPIES)
    assert (np.abs(mean) < 4 * error).all()


def test_of_a_single_choice_that_a_segment_is_made_of_nothing_is_said_and_not_that_answers_are_few(true):
    protected = replace(asked_of(copied(true)), made_of={"saved": frozenset({"time"})})
    found = told(protected, {"saved": ["green"]})
    assert (found["bound"] == "untold").tolist() == [False] * len(TOPICS) + [True] * 4
    assert np.isnan(found["proportion"][len(TOPICS) :]).all()
    assert not found["suppressed"].any()


def test_a_rule_is_the_filters_that_it_names_unless_these_ask_for_something_themselves(true):
    plain = asked_of(copied(true))
    protected = replace(plain, rules={"saved": {"green": {"topics": ["t0", "t1"]}}})
    meant = protected.meant({"saved": ["green"], "sex": ["k"]})
    filtered = plain.meant({"topics": ["t0", "t1"], "sex": ["k"]})
    assert meant.size == filtered.size != plain.meant({"saved": ["green"], "sex": ["k"]}).size
    # One of two topics *and* a third: no selection by levels says that.
    assert protected.meant({"saved": ["green"], "topics": ["t2"]}).sources == {"topics"}


@pytest.mark.long
def test_beside_a_segment_the_answers_that_it_is_made_of_pick_people_of_the_copy(true):
    levels = {"saved": ["green"], "topics": ["t0"]}
    errors = []
    for seed in range(COPIES):
        copy = copied(true, seed=seed)
        inside = copy["topics__t0"].eq(1).to_numpy()
        wanted = [
            np.average(true.loc[inside, f"topics__{name}"], weights=true.loc[inside, "weight"])
            for name in TOPICS
        ]
        errors.append(told(asked_of(copy), levels)["proportion"][: len(TOPICS)] - wanted)
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0) / np.sqrt(COPIES)
    assert (np.abs(mean) < 4 * error).all()


@pytest.mark.long
def test_a_difference_is_found_where_there_is_one_and_rarely_where_there_is_none():
    true = made_up(3000, seed=5)
    # Sex has nothing to do with any answer; the old choose t0 and 'ofte' less.
    alike, apart = [], []
    for seed in range(30):
        frame = true.assign(sex=np.random.default_rng(seed).choice(["k", "m"], len(true)))
        protected = asked_of(copied(frame, seed=seed))
        alike.append(told(protected, {"sex": ["k"]})["direction"])
        apart.append(told(protected, {"age": ["gammel"]})["direction"])
    assert np.mean(np.abs(alike) > 0) < 0.05
    assert (np.array(apart)[:, 0] == -1).all()
    assert (np.array(apart)[:, len(TOPICS) + TIMES.index("ofte")] == -1).all()


def test_times_sum_to_one_hundred_and_shares_below_nothing_have_an_end_alone(true):
    rare = true.assign(topics__t4=np.int8(0))
    bounds = set()
    for seed in range(20):
        protected = asked_of(copied(rare, seed=seed))
        found = told(protected, {"age": ["gammel"], "sex": ["k"]})
        assert round(100 * found["proportion"][len(TOPICS) :].sum(), 6) == 100
        place = TOPICS.index("t4")
        bounds.add(found["bound"][place])
        if found["bound"][place] == "under":
            assert found["proportion"][place] == found["ci_lower"][place] == 0
            assert 0 < found["ci_upper"][place] < 0.06
    assert bounds == {"", "under"}


def test_percentages_are_rounded_to_one_hundred_by_hand():
    # 33.4, 33.4, 33.4 and -0.2: without the negative one 33.33 each, and the first gets what is left.
    assert _summing_to_one(np.array([0.334, 0.334, 0.334, -0.002])) == pytest.approx([0.34, 0.33, 0.33, 0])


def test_sizes_are_in_tens_and_small_selections_are_not_shown(true):
    small = asked_of(copied(true.iloc[:70]))
    size = small.meant({"age": ["ung"]}).size
    young = int(true["age"].iloc[:70].eq("ung").sum())
    assert size.n == round(young / 10) * 10
    assert size.people == young
    few = asked_of(copied(true.iloc[:40]))
    assert few.meant({"age": ["gammel"]}).size.n is None
    found = told(few, {"age": ["gammel"]})
    assert found["suppressed"].all()
    assert np.isnan(found["proportion"]).all()


def test_a_selection_by_a_rare_answer_is_as_sure_as_the_copy_allows(true):
    # About 200 of 2,000 choose t0 truly among the old who never have time; the copy is not sure of whom.
    size = asked_of(copied(true)).meant({"topics": ["t0"], "age": ["gammel"]}).size
    assert size.effective_n < size.n


def test_unknown_roles_and_levels_are_refused(true):
    protected = asked_of(copied(true))
    with pytest.raises(ParameterError, match="ufo"):
        told(protected, {"topics": ["ufo"]})


def test_a_difference_to_the_others_is_the_same_however_they_are_named(copies):
    """A group is as far from the rest as from the others picked, and as from everybody, itself included."""
    young, others, everybody = (
        copies[0].meant(levels) for levels in ({"age": ["ung"]}, {"age": ["gammel"]}, {})
    )
    topics = [("topics", name) for name in TOPICS]
    wanted = in_copy(young, topics)[-1]
    assert in_copy(young, topics, against=others)[-1] == pytest.approx(wanted)
    # But for which of the two shares is taken where the ratio is made linear.
    assert in_copy(young, topics, against=everybody)[-1] == pytest.approx(wanted, rel=0.05)
    assert np.isnan(in_copy(young, topics, against=young)[-1]).all()


def test_two_selections_differ_where_they_do_and_rarely_where_they_do_not():
    true = made_up(3000, seed=5)
    alike, apart = [], []
    for seed in range(30):
        frame = true.assign(sex=np.random.default_rng(seed).choice(["k", "m"], len(true)))
        protected = asked_of(copied(frame, seed=seed))
        alike.append(told(protected, {"sex": ["k"]}, against={"sex": ["m"]})["direction"])
        apart.append(
            told(protected, {"age": ["gammel"]}, against={"age": ["ung"], "sex": ["k"]})["direction"]
        )
    assert np.mean(np.abs(alike) > 0) < 0.05
    assert (np.array(apart)[:, 0] == -1).all()


def test_what_either_selection_is_made_of_is_not_tested(copies):
    found = told(copies[0], {"sex": ["k"]}, against={"topics": ["t1"]})["direction"]
    assert np.isnan(found[1])
    assert not np.isnan(found[0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 12])
def test_where_nobody_is_left_outside_nothing_is_divided_by_what_rounding_leaves(n):
    # 0.1 + 0.3 + 1.7 + … added in one order and taken away in another leaves some 1e-16 of nobody.
    frame = made_up(n, seed=2).assign(weight=np.resize([0.1, 0.3, 1.7, 0.7], n))
    protected = asked_of(copied(frame))
    for levels in ({}, {"time": list(TIMES)}):
        assert told(protected, levels)["suppressed"].all()
