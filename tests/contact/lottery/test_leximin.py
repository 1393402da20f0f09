"""Chances as equal as the quotas allow: against counting by hand, and against a list of every panel."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import all_panels, leximin_by_listing
from pools import made_up_pool, quotas_of

import borgerlib
from borgerlib.contact.lottery.levels import generated_leximin
from borgerlib.contact.lottery.leximin import proven_gap
from borgerlib.contact.lottery.pool import make_pool
from borgerlib.contact.lottery.relaxation import relaxed_leximin


def test_two_groups_share_their_seats_evenly():
    people = pd.DataFrame({"sex": ["k"] * 6 + ["m"] * 2}, index=list("abcdefgh"))
    result = borgerlib.leximin_chances(people, quotas_of(("sex", "k", 3, 3), ("sex", "m", 1, 1)), 4)
    # Three seats among six, one among two: everybody has a half.
    assert result.chances.to_dict() == pytest.approx(dict.fromkeys("abcdefgh", 0.5))
    assert result.gap < 1e-9


def test_the_few_have_more_where_the_quotas_want_it_and_no_more_than_that():
    people = pd.DataFrame({"sex": ["k"] * 8 + ["m"] * 2})
    result = borgerlib.leximin_chances(people, quotas_of(("sex", "k", 2, 3), ("sex", "m", 2, 3)), 5)
    # The two men must sit; three seats are left for eight women.
    assert result.chances.tolist() == pytest.approx([3 / 8] * 8 + [1] * 2)


def test_a_published_instance_has_its_published_chances():
    # "example_small" of Flanigan et al. 2021: 200 people, one conservative woman, panels of 20. 10 % for all.
    people = pd.DataFrame(
        {
            "gender": ["female"] * 100 + ["male"] * 100,
            "leaning": ["conservative"] + ["liberal"] * 99 + ["conservative"] * 100,
        }
    )
    quotas = quotas_of(
        *[
            (f, v, 9, 20)
            for f, values in {"gender": ["female", "male"], "leaning": ["liberal", "conservative"]}.items()
            for v in values
        ]
    )
    result = borgerlib.leximin_chances(people, quotas, 20)
    assert result.chances.to_numpy() == pytest.approx(np.full(200, 0.1), abs=1e-9)


@pytest.mark.long
@given(st.data())
def test_chances_are_those_of_a_list_of_all_panels(data):
    people = pd.DataFrame(
        {
            feature: data.draw(st.lists(st.sampled_from(values), min_size=8, max_size=8))
            for feature, values in {"a": "xy", "b": "pqr", "home": [None, "1", "2"]}.items()
        }
    )
    size = data.draw(st.integers(2, 5))
    example = people.iloc[data.draw(st.permutations(range(8)))[:size]]
    quotas = quotas_of(
        *[
            (feature, value, max(0, have - data.draw(st.integers(0, 1))), have + data.draw(st.integers(0, 1)))
            for feature, values in {"a": "xy", "b": "pqr"}.items()
            for value in values
            for have in [int((example[feature] == value).sum())]
        ]
    )
    household = data.draw(st.sampled_from([None, "home"]))
    panels = all_panels(people, quotas, size, household)
    if not len(panels):
        with pytest.raises(borgerlib.DataError, match="No panel keeps all the quotas"):
            borgerlib.leximin_chances(people, quotas, size, household=household)
        return
    result = borgerlib.leximin_chances(people, quotas, size, household=household)
    assert result.chances.to_numpy() == pytest.approx(leximin_by_listing(panels), abs=1e-5)
    assert proven_gap(result) < 1e-6


def apart():
    """Five people, one of each value a panel: only the last two differ in everything, so only they can sit.

    Halves of the first four would keep the quotas as well: what fractions could have, whole people cannot.
    """
    people = pd.DataFrame({"a": list("11221"), "b": list("12121"), "c": list("12212")})
    quotas = quotas_of(*[(feature, value, 1, 1) for feature in "abc" for value in "12"])
    return people, quotas


def test_where_fractions_of_people_could_have_more_the_levels_are_those_of_whole_panels():
    people, quotas = apart()
    pool = make_pool(people, quotas, 2, None)
    assert relaxed_leximin(pool, 1.0)[0].min() > 0.3
    result = borgerlib.leximin_chances(people, quotas, 2)
    assert result.chances.to_numpy() == pytest.approx([0, 0, 0, 1, 1], abs=1e-6)
    assert result.gap < 1e-6
    assert proven_gap(result) < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_column_generation_finds_the_levels_by_itself(seed):
    people, quotas = made_up_pool(40, 8, [2, 3, 3], seed=seed, skew=0.3)
    pool = make_pool(people, quotas, 8, None)
    exact = borgerlib.leximin_chances(people, quotas, 8)
    mixture, levels = generated_leximin(pool, 1.0, relaxed_leximin(pool, 1.0)[0] * pool.counts)
    chances = (mixture.averages / pool.counts)[pool.kind_of]
    assert chances == pytest.approx(exact.chances.to_numpy(), abs=1e-6)
    assert max(level.bound - level.chance for level in levels) < 1e-6


@pytest.mark.long
def test_a_danish_pool_is_exact_and_proven():
    people, quotas = made_up_pool(330, 36, [2, 7, 3, 4], seed=1)
    result = borgerlib.leximin_chances(people, quotas, 36)
    assert result.gap < 1e-9
    assert proven_gap(result) < 1e-9
    assert result.chances.sum() == pytest.approx(36)
    for panel in result.mixture.panels:
        held = pd.Series(np.repeat(np.arange(len(panel)), panel.astype(int)))
        members = people.iloc[[np.flatnonzero(result.pool.kind_of == kind)[0] for kind in held]]
        for quota in quotas.itertuples():
            assert quota.min <= (members[quota.feature] == quota.value).sum() <= quota.max


def test_prices_that_prove_nothing_are_found_out():
    from dataclasses import replace

    people, quotas = made_up_pool(60, 10, [2, 3], seed=2)
    result = borgerlib.leximin_chances(people, quotas, 10)
    wrong = replace(result.levels[0], prices=np.roll(result.levels[0].prices, 1))
    assert proven_gap(replace(result, levels=(wrong, *result.levels[1:]))) > 0.001


def test_nobody_has_more_than_the_cap():
    people = pd.DataFrame({"sex": ["k"] * 8 + ["m"] * 2})
    quotas = quotas_of(("sex", "k", 0, 5), ("sex", "m", 1, 2))
    result = borgerlib.leximin_chances(people, quotas, 5, cap=1.2)
    # The mean is 0.5 and so is everybody's chance: the cap of 0.6 asks nothing more.
    assert result.chances.tolist() == pytest.approx([0.5] * 10)
    tight = quotas_of(("sex", "k", 2, 3), ("sex", "m", 2, 3))
    with pytest.raises(borgerlib.DataError, match=r"at least 2\.000 times the mean"):
        borgerlib.leximin_chances(people, tight, 5, cap=1.5)


def test_a_cap_that_only_fractions_of_people_could_keep_is_refused():
    people, quotas = apart()
    with pytest.raises(borgerlib.DataError, match=r"at least 2\.500 times the mean"):
        borgerlib.leximin_chances(people, quotas, 2, cap=1.25)


def test_two_of_one_household_never_sit_together():
    people = pd.DataFrame({"sex": list("kkmm"), "home": ["Vej 1", " ", "vej  1 ", "2"]})
    quotas = quotas_of(("sex", "k", 1, 1), ("sex", "m", 1, 1))
    result = borgerlib.leximin_chances(people, quotas, 2, household="home")
    # Of four pairs that of household 1 falls out; half and half is still possible.
    assert result.chances.tolist() == pytest.approx([0.5] * 4)
    panels = borgerlib.list_panels(result, panels=100, seed=1).members
    assert not (panels[0] & panels[2]).any()


def test_quotas_that_no_panel_keeps_are_named_with_the_smallest_change():
    people = pd.DataFrame({"sex": ["k"] * 8 + ["m"] * 2, "age": ["old"] * 9 + ["young"]})
    quotas = quotas_of(("sex", "k", 2, 2), ("sex", "m", 3, 3), ("age", "old", 0, 5), ("age", "young", 0, 5))
    with pytest.raises(borgerlib.DataError) as caught:
        borgerlib.leximin_chances(people, quotas, 5)
    text = str(caught.value)
    assert "sex = 'm': at least 3 are wanted, the pool has 2." in text
    assert "sex = 'm': min 3 down to 2." in text
    assert "sex = 'k': max 2 up to 3." in text
    assert "moves 2 people's seats" in text


def test_sums_that_cannot_be_are_named():
    people = pd.DataFrame({"sex": ["k"] * 8 + ["m"] * 8})
    with pytest.raises(borgerlib.DataError, match="The minima of sex sum to 6: the panel is 5"):
        borgerlib.leximin_chances(people, quotas_of(("sex", "k", 3, 5), ("sex", "m", 3, 5)), 5)
    with pytest.raises(borgerlib.DataError, match="The maxima of sex sum to 4: the panel is 5"):
        borgerlib.leximin_chances(people, quotas_of(("sex", "k", 0, 2), ("sex", "m", 0, 2)), 5)


def test_all_problems_are_told_at_once():
    people = pd.DataFrame({"sex": ["k", "m", None, "x"]}, index=[1, 1, 2, 3])
    quotas = quotas_of(("sex", "k", 2, 1), ("sex", "m", 0.5, 1), ("sex", "m", 0, 1), ("age", "old", 0, 1))
    with pytest.raises(borgerlib.DataError) as caught:
        borgerlib.leximin_chances(people, quotas, 9, household="home")
    text = str(caught.value)
    for problem in (
        "A panel of 9 cannot be drawn from 4 people.",
        "1 people stand in the pool more than once.",
        "There is no column 'home' of households.",
        "Quotas name the feature 'age', which the people lack: sex.",
        "1 people have no 'sex'.",
        "sex: no quota is of 'x'; there are quotas of 'k', 'm'. Without limits is min 0, max 9.",
        "sex = 'k': min 2 is above max 1.",
        "sex = 'm': min and max must be whole numbers from 0 to a million.",
        "sex = 'm' has two quotas.",
    ):
        assert problem in text


def test_quotas_without_a_column_and_a_cap_below_the_mean_are_refused():
    people = pd.DataFrame({"sex": ["k", "m"]})
    with pytest.raises(borgerlib.DataError, match="The quotas lack the column max"):
        borgerlib.leximin_chances(people, quotas_of(("sex", "k", 0, 1)).drop(columns="max"), 1)
    with pytest.raises(borgerlib.ParameterError, match=r"cap = 0\.9"):
        borgerlib.leximin_chances(people, quotas_of(("sex", "k", 0, 1)), 1, cap=0.9)
