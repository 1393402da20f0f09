"""A reader who may select as they like learns nothing of a single person by comparing selections."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, disclose_selection
from borgerlib.statistics.selections.cube import build_cube
from borgerlib.statistics.selections.disclosure import NOTHING, STEPS, Grid, grid_for, guard_of
from borgerlib.statistics.selections.random_rounding import round_randomly

EVERY_DRAW = (0.0, 1 - 1e-12)


def people(n, seed, **columns):
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": draw.choice(["kvinde", "mand"], n),
            "area": draw.choice(["nord", "syd", "vest"], n, p=[0.6, 0.3, 0.1]),
            "time": draw.choice(["lidt", "noget", "meget"], n, p=[0.5, 0.4, 0.1]),
            "topics__klima": draw.binomial(1, 0.4, n),
            "topics__natur": draw.binomial(1, 0.3, n),
            "topics__intet": 0,
            "weight": draw.choice([10.0, 14.0, 31.0], n),
        }
    )
    return frame.assign(**columns)


def guarded(frame, min_cell=5):
    cube = build_cube(frame, {"sex": "sex", "area": "area", "time": "time", "topics": "topics"})
    exclusive = {"time": cube.roles["time"], "topics": ["intet"]}
    return guard_of(cube, min_cell=min_cell, sensitive=["time", "topics"], exclusive=exclusive)


@pytest.fixture(scope="module")
def guard():
    return guarded(people(2000, 1))


def shares_of(guard, levels, role):
    """The shares of a role, one row an option."""
    told = guard.shares(levels, [role], guard.size(levels))
    return pd.DataFrame(told, index=pd.Index(guard.cube.roles[role], name="option"))


class TestGrid:
    def test_by_hand(self):
        # 1,000 of equal weight: one person 0.1 points, five people 0.5: 1 point. Below 2 · 0.5 / 1 nothing is
        # left to chance but what must be: quiet 0.2 + 0.3 · (1 − 2 · 0.5) = 0.2. Room: 0.005 + 0.8 · 0.01.
        assert grid_for(1000, 1000.0, 1.0, min_cell=5) == Grid(0.01, 0.2, pytest.approx(0.013))
        # 10,000: quiet 0.2 + 0.3 · (1 − 2 · 0.05) = 0.47; room 0.0005 + 0.53 · 0.01 = 0.0058
        assert grid_for(10_000, 1e4, 1.0, min_cell=5) == Grid(
            0.01, pytest.approx(0.47), pytest.approx(0.0058)
        )
        # 100: five people are 5 points, so 8. Room: 0.05 + 0.8 · 0.08 = 0.114
        assert grid_for(100, 100.0, 1.0, min_cell=5) == Grid(0.08, 0.2, pytest.approx(0.114))
        # One of 100 weighs ten times the others' mean: 2.6 · 10/110 is more than 16 points.
        assert grid_for(100, 110.0, 10.0, min_cell=5) is None

    def test_steps_divide_each_other(self):
        assert all(round(100 * coarse) % round(100 * fine) == 0 for fine, coarse in pairwise(STEPS))

    @pytest.mark.parametrize(("n", "weighted"), [(0, 0.0), (4, 4.0), (30, 30.0)])
    def test_too_few_have_none(self, n, weighted):
        assert grid_for(n, weighted, 1.0, min_cell=5) is None

    @pytest.mark.parametrize("n", [40, 130, 500, 3000])
    def test_whoever_is_shown_is_more_than_the_smallest_cell(self, n):
        grid, counts = grid_for(n, float(n), 1.0, min_cell=5), np.arange(n + 1)
        shown = [c for c in counts if any(told(c / n, grid, draw) is not None for draw in EVERY_DRAW)]
        assert min(shown) >= 5
        assert max(shown) <= n - 5


def told(share, grid, draw):
    """What a reader sees of a share: a multiple, or None where it is hidden."""
    value = float(round_randomly(np.array(share), grid.step, np.array(draw), quiet=grid.quiet).round(2))
    return value if grid.shown(value) else None


def all_told(shares, grid):
    """The same for many shares, as the two answers that chance may give (−1: hidden)."""
    answers = []
    for draw in EVERY_DRAW:
        value = round_randomly(shares, grid.step, np.full(shares.shape, draw), quiet=grid.quiet).round(2)
        answers.append(np.where(grid.shown(value), value, -1.0))
    return answers


def could_be(shares, grid, seen):
    low, high = all_told(shares, grid)
    return (low == seen) | (high == seen)


def leaks(weights, chose, who, draws, grid_of=grid_for):
    """Whether two selections, with and without one person, tell what that person chose.

    The reader knows everybody's weight, who the person is, and how numbers are rounded; not the draws, nor
    what anybody chose. None where one of the two is not shown at all.
    """
    others, own = np.delete(weights, who), weights[who]
    both = grid_of(len(weights), weights.sum(), weights.max(), min_cell=5)
    fewer = grid_of(len(others), others.sum(), others.max(), min_cell=5)
    if both is None or fewer is None:
        return None
    of_others = float(others @ np.delete(chose, who))
    seen = [told((of_others + own * chose[who]) / weights.sum(), both, draws[0])]
    seen.append(told(of_others / others.sum(), fewer, draws[1]))
    seen_both, seen_fewer = (-1.0 if value is None else value for value in seen)
    # All that the others may have chosen together: whole people where weights are equal.
    points = len(others) if np.ptp(weights) == 0 else 1500
    worlds = np.linspace(0, others.sum(), points + 1)
    fits = could_be(worlds / others.sum(), fewer, seen_fewer)
    yes = (fits & could_be((worlds + own) / weights.sum(), both, seen_both)).any()
    no = (fits & could_be(worlds / weights.sum(), both, seen_both)).any()
    return not (yes and no)


def pairs(count, seed):
    draw = np.random.default_rng(seed)
    for number in range(count):
        n = int(draw.integers(20, 500))
        cells = np.ones(1) if number % 2 else draw.gamma(2, 1, int(draw.integers(2, 12))) + 0.2
        weights = draw.choice(cells, n)
        chose = (draw.random(n) < draw.random() ** 2).astype(float)
        # Half of the time the heaviest, who moves a share the most.
        who = int(weights.argmax()) if draw.random() < 0.5 else int(draw.integers(n))
        yield weights, chose, who, draw.random(2)


def test_ten_thousand_pairs_that_differ_by_one_person_leave_both_answers_open():
    found = [leaks(*pair) for pair in pairs(10_000, 7)]
    tried = [leak for leak in found if leak is not None]
    assert len(tried) > 8000
    assert not any(tried)


def test_the_trial_finds_what_whole_percent_alone_would_tell():
    def whole_percent(n, weighted, largest, *, min_cell):
        return Grid(0.01, 0.499, 0.001)

    assert sum(bool(leaks(*pair, grid_of=whole_percent)) for pair in pairs(500, 8)) > 100


def test_the_trial_finds_what_rounding_to_the_nearest_would_tell():
    def nearest(n, weighted, largest, *, min_cell):
        grid = grid_for(n, weighted, largest, min_cell=min_cell)
        return None if grid is None else Grid(grid.step, 0.499, grid.room)

    assert sum(bool(leaks(*pair, grid_of=nearest)) for pair in pairs(500, 9)) > 8


class TestSize:
    def test_everybody_is_rounded_to_the_smallest_cell(self, guard):
        size = guard.size({})
        assert size.n % 5 == 0
        assert abs(size.n - 2000) < 5
        assert size.effective_n <= size.n
        # Weights sum to about 2,000 · 18.3; rounded to a multiple of 5 · 31
        assert size.people == pytest.approx(guard.cube.total(guard.cube.select({}))[1], abs=155)

    def test_the_same_selection_is_always_told_alike(self, guard):
        levels = {"sex": ["kvinde"], "area": ["vest"]}
        first = shares_of(guard, levels, "topics")
        turned = {"area": ["vest"], "sex": ["kvinde"]}
        again = guarded(people(2000, 1))
        assert shares_of(again, turned, "topics").equals(first)

    def test_too_few_are_not_counted(self):
        frame = people(300, 2)
        frame.loc[:3, "area"] = "oe"
        guard = guarded(frame)
        assert guard.size({"area": ["oe"]}) == NOTHING
        shares = shares_of(guard, {"area": ["oe"]}, "topics")
        assert shares["suppressed"].all()
        assert shares["step"].isna().all()

    def test_nobody_is_told_as_too_few(self, guard):
        assert guard.size({"sex": ["mand"], "topics": ["intet"]}) == NOTHING

    def test_all_but_a_few_are_not_told_either(self):
        frame = people(300, 2)
        frame.loc[:3, "area"] = "oe"
        assert guarded(frame).size({"area": ["nord", "syd", "vest"]}) == NOTHING

    def test_that_everybody_chose_the_same_is_not_told(self):
        # All women of the south chose climate: women of the south and those among them who chose it are the
        # same people, and an equal answer to both would tell so.
        frame = people(600, 3)
        south = (frame["area"] == "syd") & (frame["sex"] == "kvinde")
        frame.loc[south, "topics__klima"] = 1
        guard = guarded(frame)
        group = {"area": ["syd"], "sex": ["kvinde"]}
        assert guard.size(group) != NOTHING
        assert guard.size({**group, "topics": ["klima"]}) == NOTHING

    def test_a_limit_differs_from_selection_to_selection(self):
        limits = set()
        for seed in range(40):
            frame = people(300, seed)
            frame.loc[:6, "area"] = "oe"  # seven: below the limit of 8 or 9, above that of 5 to 7
            limits.add(guarded(frame).size({"area": ["oe"]}) == NOTHING)
        assert limits == {True, False}


class TestShares:
    def test_shares_are_near_the_true_ones_and_multiples_of_the_step(self, guard):
        levels = {"sex": ["kvinde"]}
        shares = shares_of(guard, levels, "topics")
        true = guard.cube.proportions(guard.cube.select(levels), "topics").set_index("option")["proportion"]
        step = shares["step"].iloc[0]
        assert step in STEPS
        assert shares.loc["klima", "proportion"] == pytest.approx(true["klima"], abs=step)
        assert (shares.loc["klima", "proportion"] / step) % 1 == pytest.approx(0, abs=1e-9)
        # Nobody chose this one: hidden like any small cell.
        assert shares.loc["intet", "suppressed"]

    def test_what_the_selection_says_itself_is_told(self, guard):
        levels = {"topics": ["klima"]}
        shares = shares_of(guard, levels, "topics")
        assert shares.loc["klima", ["proportion", "settled"]].tolist() == [1.0, True]
        assert shares.loc["intet", ["proportion", "settled"]].tolist() == [0.0, True]
        assert not shares.loc["natur", "settled"]

    def test_steps_of_a_scale_outside_the_selection_are_nobody(self, guard):
        levels = {"time": ["noget", "meget"]}
        shares = shares_of(guard, levels, "time")
        assert shares.loc["lidt", ["proportion", "settled"]].tolist() == [0.0, True]
        assert not shares.loc[["noget", "meget"], "settled"].any()


class TestDisclosed:
    ROWS = pd.DataFrame(
        {"item": "topics", "option": ["klima", "natur", "intet"], "label": ["Klima", "Natur", "Intet"]}
    )

    def told(self, guard, levels, **options):
        return disclose_selection(
            guard, levels, self.ROWS, base="borgere", source="Prøve.", simulated=True, **options
        )

    def test_a_selection_passes_the_gate_without_counts(self, guard):
        size, estimates = self.told(guard, {"sex": ["mand"]})
        assert isinstance(estimates, DisclosedEstimates)
        assert estimates.origin == "simulated"
        assert estimates.frame["count"].isna().all()
        assert estimates.frame["n"].tolist() == [size.n] * 3
        assert estimates.frame["label"].tolist() == ["Klima", "Natur", "Intet"]
        hidden = estimates.frame[estimates.frame["suppressed"]]
        assert hidden["note"].eq("for få svar").all()
        assert hidden[["proportion", "ci_lower", "ci_upper"]].isna().all(axis=None)

    def test_all_hidden_is_no_error(self, guard):
        size, estimates = self.told(guard, {"topics": ["intet"]})
        assert size == NOTHING
        assert estimates.frame["suppressed"].all()

    def test_a_threshold_that_protects_nobody_is_refused(self):
        with pytest.raises(ParameterError, match="min_cell"):
            self.told(guarded(people(100, 1), min_cell=1), {})

    def test_an_unknown_level_is_told(self, guard):
        with pytest.raises(ParameterError, match="oest"):
            self.told(guard, {"area": ["oest"]})

    def test_nothing_else_makes_one(self, guard):
        with pytest.raises(DisclosureError):
            DisclosedEstimates(pd.DataFrame(), "microdata", "", "", 0.95, 5)
