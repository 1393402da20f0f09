"""Any selection's counts from bits equal those from the rows."""

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.selections.cube import build_cube


@pytest.fixture
def few():
    # Six people; the last did not say a topic, the fifth no sex.
    return pd.DataFrame(
        {
            "koen": ["kvinde", "kvinde", "mand", "mand", None, "kvinde"],
            "emner__klima": [1, 0, 1, 0, 1, pd.NA],
            "emner__aeldre": [1, 1, 0, 0, 0, pd.NA],
            "weight": [1.0, 3.0, 2.0, 2.0, 1.0, 5.0],
        }
    ).astype({"emner__klima": "Int8", "emner__aeldre": "Int8"})


@pytest.fixture
def cube(few):
    return build_cube(few, {"sex": "koen", "topics": "emner"})


def citizens(n, seed):
    """Made-up people with uneven weights, several topics each, and answers that are missing."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": pd.Categorical(draw.choice(["15-24", "25-44", "45-59", "60-69"], n)),
            "sex": pd.Categorical(draw.choice(["kvinde", "mand"], n)),
            "area": pd.Categorical(draw.choice(list("abcdefgh"), n)),
            "time": pd.Categorical(draw.choice(["lidt", "noget", "meget"], n)),
        }
    )
    for column in ("sex", "time"):
        frame[column] = frame[column].mask(draw.random(n) < 0.1)
    for item, options in (("topics", 6), ("formats", 4)):
        silent = draw.random(n) < 0.08
        for option in range(options):
            values = pd.Series((draw.random(n) < 0.1 + 0.1 * option).astype(int), dtype="Int8")
            frame[f"{item}__{option}"] = values.mask(silent)
    frame["weight"] = draw.choice(np.round(draw.gamma(4, 1, 40), 6), n)
    return frame


ROLES = {"age": "age", "sex": "sex", "area": "area", "time": "time", "topics": "topics", "formats": "formats"}


def drawn_selection(cube, draw):
    """Up to three roles, each with some of its levels."""
    roles = draw.choice(list(cube.roles), draw.integers(1, 4), replace=False)
    return {
        role: [
            str(level)
            for level in draw.choice(
                cube.roles[role], draw.integers(1, len(cube.roles[role]) + 1), replace=False
            )
        ]
        for role in roles
    }


def row_by_row(frame, levels):
    """The same selection, made of the rows one role at a time."""
    chosen = pd.Series(True, index=frame.index)
    for role, wanted in levels.items():
        if role in frame:
            chosen &= frame[role].astype(object).isin(wanted)
        else:
            chosen &= frame[[f"{role}__{level}" for level in wanted]].eq(1).any(axis=1).astype(bool)
    return chosen


def total(cube, selected):
    return tuple(cube.sums([selected])[0])


def counted(cube, selected, role):
    """Of each option: who was asked (how many, their weights, the squares), and who chose it."""
    rows = np.array([cube.row[role, level] for level in cube.roles[role]])
    asked, chose = (cube.joint_sums([selected], of)[0] for of in rows.T)
    return asked, chose


class TestByHand:
    def test_women_are_three_with_weight_nine(self, cube):
        # 1 + 3 + 5 = 9; squares 1 + 9 + 25 = 35
        assert total(cube, cube.select({"sex": ["kvinde"]})) == (3, 9.0, 35.0)

    def test_an_empty_selection_of_levels_is_everybody(self, cube):
        assert total(cube, cube.select({})) == (6, 14.0, 44.0)
        assert total(cube, cube.select({"sex": []})) == (6, 14.0, 44.0)

    def test_levels_of_a_role_add_up_and_roles_narrow(self, cube):
        # klima or aeldre: persons 1, 2, 3, 5; of those women: 1, 2
        assert total(cube, cube.select({"topics": ["klima", "aeldre"]}))[0] == 4
        assert total(cube, cube.select({"topics": ["klima", "aeldre"], "sex": ["kvinde"]}))[0] == 2

    def test_shares_of_women(self, cube):
        # Who answered: weights 1 and 3. klima: 1 of 4; aeldre: both
        asked, chose = counted(cube, cube.select({"sex": ["kvinde"]}), "topics")
        assert asked.tolist() == [[2, 4.0, 10.0], [2, 4.0, 10.0]]
        assert chose.tolist() == [[1, 1.0, 1.0], [2, 4.0, 10.0]]

    def test_nobody_selected_has_no_sums(self, cube):
        nobody = cube.select({"sex": ["mand"]}) & cube.select({"sex": ["kvinde"]})
        assert not np.any(counted(cube, nobody, "topics"))


@pytest.mark.long
@pytest.mark.parametrize("seed", [5, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(4))])
def test_a_hundred_selections_are_as_the_rows_tell(seed):
    frame = citizens(3000, seed=4)
    cube, draw = build_cube(frame, ROLES), np.random.default_rng(seed)
    for _ in range(100):
        levels = drawn_selection(cube, draw)
        role = str(draw.choice(["topics", "time", "formats"]))
        chosen = row_by_row(frame, levels)
        selected = cube.select(levels)
        assert total(cube, selected)[0] == chosen.sum()
        asked, chose = counted(cube, selected, role)
        rows = estimate_proportions(frame.assign(chosen=chosen), role, by="chosen", weight="weight")
        rows = rows[rows["chosen"].astype(bool)]
        if rows.empty:
            assert not asked.any()
            continue
        assert asked[:, 0].tolist() == rows["n"].tolist()
        np.testing.assert_allclose(asked[:, 1], rows["n_weighted"], rtol=1e-9, err_msg=str(levels))
        np.testing.assert_allclose(chose[:, 1] / asked[:, 1], rows["proportion"], rtol=1e-9, atol=1e-12)


def test_a_word_has_one_weight_however_many_there_are():
    frame = citizens(700, seed=1).assign(weight=np.random.default_rng(2).random(700) + 0.5)
    cube = build_cube(frame, {"sex": "sex"})
    women = frame[frame["sex"] == "kvinde"]["weight"]
    n, weighted, squared = total(cube, cube.select({"sex": ["kvinde"]}))
    assert n == len(women)
    assert weighted == pytest.approx(women.sum(), rel=1e-12)
    assert squared == pytest.approx((women**2).sum(), rel=1e-12)


class TestErrors:
    def test_all_unknown_names_are_told_at_once(self, cube):
        with pytest.raises(ParameterError) as raised:
            cube.check({"alder": ["60-69", "70"], "sex": ["kvinder"]})
        assert len(raised.value.problems) == 2
        assert "alder" in str(raised.value)
        assert "kvinde" in str(raised.value)

    @pytest.mark.parametrize(
        ("wrong", "told"), [(np.nan, "no value"), (-1.0, "a negative value"), (np.inf, "an infinite value")]
    )
    def test_weights_must_be_weights(self, few, wrong, told):
        few.loc[0, "weight"] = wrong
        with pytest.raises(DataError, match=f"1 respondent with {told}"):
            build_cube(few, {"sex": "koen"})

    def test_no_respondents(self, few):
        with pytest.raises(DataError, match="no respondents"):
            build_cube(few.iloc[:0], {"sex": "koen"})
