"""A list of panels: each keeps the quotas, and the share of them that has a person is her chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pools import made_up_pool, quotas_of

import borgerlib
from borgerlib.contact.lottery.panels import draw_panel


@pytest.fixture(scope="module")
def drawn():
    people, quotas = made_up_pool(330, 36, [2, 7, 3], seed=3)
    people.index = [f"p{number:03d}" for number in range(330)]
    result = borgerlib.leximin_chances(people, quotas, 36)
    return people, quotas, result, borgerlib.list_panels(result, seed=7)


def test_every_panel_keeps_every_quota(drawn):
    people, quotas, _, listed = drawn
    assert listed.members.shape == (1000, 330)
    assert (listed.members.sum(axis=1) == 36).all()
    for quota in quotas.itertuples():
        of_value = people.index[people[quota.feature] == quota.value]
        assert listed.members[of_value].sum(axis=1).between(quota.min, quota.max).all()


def test_the_list_gives_nearly_the_chances(drawn):
    _, _, result, listed = drawn
    deviation = (listed.chances - result.chances).abs()
    assert deviation.max() <= 0.003
    assert np.sqrt((deviation**2).mean()) <= 0.001


def test_people_of_one_kind_sit_on_as_many_panels_give_or_take_one(drawn):
    _, _, result, listed = drawn
    seats = listed.members.sum().groupby(result.pool.kind_of)
    assert (seats.max() - seats.min()).max() <= 1


@pytest.mark.slow
def test_a_seed_gives_its_list_again_and_another_seed_another(drawn):
    _, _, result, listed = drawn
    assert borgerlib.list_panels(result, seed=7).members.equals(listed.members)
    assert not borgerlib.list_panels(result, seed=8).members.equals(listed.members)


def test_over_many_draws_everybody_sits_as_often_as_she_was_told(drawn):
    _, _, _, listed = drawn
    draws = np.random.default_rng(0).integers(0, 1000, 5000)
    seats = listed.members.to_numpy()[draws].sum(axis=0)
    chances = listed.chances.to_numpy()
    error = np.sqrt(5000 * chances * (1 - chances))
    # Of 330 people, chance puts the farthest some 3 standard errors off; 5 would be a fault.
    assert np.abs((seats - 5000 * chances)[error > 0] / error[error > 0]).max() < 5
    assert (seats[error == 0] == 5000 * chances[error == 0]).all()


def test_a_few_panels_can_be_listed_and_none_cannot():
    people = pd.DataFrame({"sex": ["k"] * 6 + ["m"] * 6})
    result = borgerlib.leximin_chances(people, quotas_of(("sex", "k", 2, 2), ("sex", "m", 2, 2)), 4)
    listed = borgerlib.list_panels(result, panels=3, seed=1)
    assert listed.chances.tolist() == [pytest.approx(1 / 3)] * 12
    with pytest.raises(borgerlib.ParameterError, match="panels = 0"):
        borgerlib.list_panels(result, panels=0, seed=1)


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_households_stay_apart_on_every_panel_and_every_seat_is_dealt(data):
    homes = data.draw(st.permutations(["1", "1", "1", "2", "2", "3", "3", "4", None, None, None, None]))
    sexes = data.draw(st.lists(st.sampled_from("km"), min_size=12, max_size=12))
    people = pd.DataFrame({"sex": sexes, "home": homes})
    result = borgerlib.leximin_chances(
        people, quotas_of(("sex", "k", 0, 3), ("sex", "m", 0, 3)), 3, household="home"
    )
    members = borgerlib.list_panels(result, panels=60, seed=1).members
    assert (members.sum(axis=1) == 3).all()
    for _, of_home in people.dropna().groupby("home"):
        assert (members[of_home.index].sum(axis=1) <= 1).all()
    assert (members.mean() - result.chances).abs().max() <= 2 / 60


def test_a_panel_drawn_at_once_has_the_chances_of_the_lottery():
    people = pd.DataFrame({"sex": list("kkkkmm")}, index=list("abcdef"))
    result = borgerlib.leximin_chances(people, quotas_of(("sex", "k", 1, 2), ("sex", "m", 1, 2)), 3)
    drawn = [draw_panel(result, seed=seed) for seed in range(2000)]
    assert {len(panel) for panel in drawn} == {3}
    assert draw_panel(result, seed=7).equals(drawn[7])
    often = pd.Series([name for panel in drawn for name in panel]).value_counts() / 2000
    # Each has 1/2 (3 seats, 6 people); four standard errors of 2,000 draws are 0.045.
    assert often.reindex(list("abcdef")).to_numpy() == pytest.approx(result.chances.to_numpy(), abs=0.045)
