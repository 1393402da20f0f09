"""How many to invite: the beta-binomial by hand, its chance by simulation, and errors in words."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from registers import DAY, filled, new_register
from scipy.stats import betabinom
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.contact.recruitment import Rounds, plan_invitations, read_rounds, rounds_of, wanted_of
from borgerlib.contact.register.lists.attendance import enter_attendance
from borgerlib.contact.register.lists.make import make_list
from borgerlib.errors import DataError, ParameterError
from borgerlib.population.ages import age_band_labels

TABLE = """Runde;Alder;Inviteret;Tilmeldt
1;unge;100;120
1;unge;100;2
1;;x;2
1;ældre;10,5;2
"""


def rounds(*rows):
    return Rounds(pd.DataFrame(rows, columns=["round", "group", "invited", "came"]), "aldersgruppe")


def test_with_one_round_a_groups_rate_has_jeffreys_posterior():
    plan = plan_invitations(rounds(("1", "unge", 1000, 9)), {"unge": 5}, chance=0.9)
    row = plan.groups.loc["unge"]
    # Beta(9.5, 991.5): mean 9.5/1001. The smallest n with a chance of 0.9 of five or more.
    assert row["rate"] == pytest.approx(9.5 / 1001)
    invite = int(row["invite"])
    assert betabinom.sf(4, invite, 9.5, 991.5) >= 0.9 > betabinom.sf(4, invite - 1, 9.5, 991.5)
    assert row["chance"] == pytest.approx(betabinom.sf(4, invite, 9.5, 991.5))
    assert row["expected"] == pytest.approx(invite * 9.5 / 1001)
    assert (plan.variation, plan.rounds) == (0.0, 1)


def test_whoever_comes_seldom_is_invited_more_and_all_fill_with_the_chance():
    known = rounds(("1", "unge", 5000, 25), ("1", "ældre", 5000, 150))
    plan = plan_invitations(known, {"unge": 8, "ældre": 8, "andre": 0}, chance=0.9)
    invite = plan.groups["invite"]
    assert list(plan.groups.index) == ["unge", "ældre"]
    assert invite["unge"] > 4 * invite["ældre"]
    # Each fills with the square root of 0.9.
    assert plan.groups["chance"].min() >= 0.9**0.5
    assert plan.chance == pytest.approx(plan.groups["chance"].prod())
    assert 0.9 <= plan.chance < 0.92


def test_rounds_that_differ_by_more_than_chance_take_more_invitations():
    # 40 and 40 of 1,000: no more than chance; 20 and 60: Pearson 2 * 20²/(40 * 0.96) = 20.83, 1 is expected.
    steady = plan_invitations(rounds(("1", "a", 1000, 40), ("2", "a", 1000, 40)), {"a": 20})
    unsteady = plan_invitations(rounds(("1", "a", 1000, 20), ("2", "a", 1000, 60)), {"a": 20})
    assert steady.variation == 0
    # b of a round: 999 * (1 - 2/2) + 1000 * 2 * 999000 / 2000² = 499.5, so (20.8333 - 1) / 999.
    assert unsteady.variation == pytest.approx((20.8333333 - 1) / 999, rel=1e-6)
    assert unsteady.groups.loc["a", "invite"] > steady.groups.loc["a", "invite"]


@pytest.mark.long
@pytest.mark.parametrize("tries", [130, pytest.param(400, marks=pytest.mark.thorough)])
def test_the_panel_fills_as_often_as_is_said(tries):
    generator = np.random.default_rng(1)
    rate, spread, filled, wanted = 0.05, 60.0, [], 30
    for _ in range(tries):
        rates = generator.beta(rate * spread, (1 - rate) * spread, 9)
        came = generator.binomial(2000, rates)
        known = rounds(*((str(at), "a", 2000, int(count)) for at, count in enumerate(came[:8])))
        invite = int(plan_invitations(known, {"a": wanted}, chance=0.9).groups.loc["a", "invite"])
        filled.append(generator.binomial(invite, rates[8]) >= wanted)
    # 130 tries: a standard error of 2.6 points; 400: 1.5. Eight rounds tell how rounds differ, with error.
    assert np.mean(filled) == pytest.approx(0.9, abs=0.06)


def test_a_group_that_is_too_small_is_said():
    plan = plan_invitations(rounds(("1", "a", 500, 1)), {"a": 5}, people={"a": 700})
    assert plan.groups.loc["a", "invite"] is pd.NA
    assert plan.groups.loc["a", "chance"] < 0.95
    none_came = plan_invitations(rounds(("1", "a", 20, 0)), {"a": 3}, people={"a": 10_000})
    assert none_came.groups.loc["a", "rate"] == pytest.approx(0.5 / 21)


def test_what_is_not_known_is_said():
    with pytest.raises(DataError) as caught:
        plan_invitations(rounds(("1", "a", 500, 1)), {"b": 2, "c": 1})
    assert caught.value.problems == ("nobody of 'b' was invited before", "nobody of 'c' was invited before")
    with pytest.raises(ParameterError, match="chance = 1"):
        plan_invitations(rounds(("1", "a", 500, 1)), {"a": 2}, chance=1)


def test_all_problems_of_a_file_are_told_at_once(tmp_path):
    file = tmp_path / "runder.csv"
    file.write_text(TABLE, "utf-8")
    with pytest.raises(DataError) as caught:
        read_rounds(file)
    assert caught.value.problems == (
        "row 2: 120 came of 100 invited",
        "row 4: no group",
        "row 4: people are whole numbers from 0 up",
        "row 5: people are whole numbers from 0 up",
        "row 3: 'unge' stands twice in a round",
    )
    file.write_text("Alder;Køn;Inviteret\nunge;k;100\nældre;m;3\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read_rounds(file)
    assert caught.value.problems == (
        "no column 'tilmeldt'",
        "the groups should stand in one column, not 2: Alder, Køn",
    )


def test_a_point_between_thousands_is_none_of_decimals(tmp_path):
    file = tmp_path / "runder.csv"
    file.write_text("alder;inviteret;tilmeldt\nunge;2.000;1\nældre;12 000,0;1.250\n", "utf-8")
    table = read_rounds(file).table
    assert table[["invited", "came"]].to_numpy().tolist() == [[2000, 1], [12000, 1250]]


def test_quotas_that_the_seats_cannot_keep_give_no_plan():
    quotas = pd.DataFrame(
        [("alder", "unge", 10, 12), ("alder", "ældre", 20, 24)], columns=["feature", "value", "min", "max"]
    )
    assert wanted_of(quotas, "alder", 36, per_seat=1.5) == {"unge": 18, "ældre": 36}
    for size, told in ((29, "The minima of alder sum to 30: the panel is 29."),
                       (37, "The maxima of alder sum to 36: the panel is 37.")):  # fmt: skip
        with pytest.raises(DataError) as caught:
            wanted_of(quotas, "alder", size)
        assert caught.value.problems == (told,)
    with pytest.raises(DataError, match="alder = 'unge': min and max must be whole numbers"):
        wanted_of(quotas.assign(max=[None, 24]), "alder", 36)


def test_a_register_knows_the_rates_of_its_lists(tmp_path):
    with new_register(tmp_path) as register:
        filled(register, 30)
        people = make_list(register, consent="invitation", purpose="Møde", day=DAY).index
        groups = pd.Series(["unge"] * 10 + ["ældre"] * 15, index=people[:25], name="alder")
        with pytest.raises(DataError, match="Of no list the register knows who came") as caught:
            rounds_of(register, groups)
        assert "borger register attendance" in str(caught.value)
        enter_attendance(register, [f"borger{number}@example.dk" for number in (0, 12, 13, 29)])
        filled(register, 20, start=30, survey="t")
        make_list(register, consent="invitation", purpose="Næste møde", day=DAY + timedelta(1))
        known = rounds_of(register, groups)
    # Of the second list nothing is known; of five people no group is.
    assert known.feature == "alder"
    assert known.table.to_dict("list") == {
        "round": ["1", "1"], "group": ["unge", "ældre"], "invited": [10, 15], "came": [1, 2],
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::borgerlib.population.margins.PopulationDateWarning")
def test_the_command_plans_by_the_population(tmp_path):
    file = tmp_path / "runder.csv"
    lines = [
        f"{year};{band};3000;{20 + 4 * at + year}"
        for at, band in enumerate(age_band_labels())
        for year in (1, 2)
    ]
    file.write_text("\n".join(["runde;aldersgruppe;inviteret;tilmeldt", *lines]), "utf-8")
    plan = ["recruit", "plan", str(file), "--size", "36"]
    done = CliRunner().invoke(app, [*plan, "--population", "Odense"])
    assert done.exit_code == 0, done.output
    assert "all groups fill with a chance of 95." in done.output
    assert "18-24" in done.output
    quotas = tmp_path / "kvoter.csv"
    quotas.write_text("feature,value,min,max\nkoen,k,1,2\nkoen,m,1,2\n", "utf-8")
    with pytest.raises(DataError, match="No quota is of 'aldersgruppe'"):
        CliRunner().invoke(app, [*plan, "--quotas", str(quotas)], catch_exceptions=False)
