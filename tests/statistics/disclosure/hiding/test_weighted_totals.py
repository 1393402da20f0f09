"""Weighted totals beside hidden counts, for a reader who knows how much the people of a group weigh."""

import numpy as np
import pandas as pd
import pytest
from integer_reader import Reader

from borgerlib.statistics.disclosure.attacker import feasible_ranges
from borgerlib.statistics.disclosure.gate import disclose
from borgerlib.statistics.estimation.proportions import estimate_proportions

SHOWN = {"base": "borgere", "source": "Kilde: prøve"}


def people(cells, weight):
    """Respondents of {(group, answered): how many}; everybody in a group weighs the same."""
    rows = [(group, answered, weight[group]) for (group, answered), n in cells.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["group", "x__a", "w"]).assign(
        x__b=(np.arange(len(rows)) % 10 > 0).astype(int)
    )


def whole_and_by(people, item, *by):
    parts = [estimate_proportions(people, item, weight="w")]
    parts += [estimate_proportions(people, item, by=column, weight="w") for column in by]
    together = pd.concat(parts, ignore_index=True)
    together.attrs = parts[0].attrs
    return together


def shown_of(people, *, option="a"):
    found = disclose(whole_and_by(people, ["x__a", "x__b"], "group"), **SHOWN).frame
    return found[found["option"] == option].set_index("group")


def test_where_all_groups_are_hidden_the_total_goes_too():
    # Of 40 women one said so, of 60 men ten: both are hidden. Women weigh 1.75, men 0.5, so the share is
    # 6.75 ÷ 100 = 7 pct.: 1.75 women + 0.5 men = 6.5 to 7.5. Women could be 0 to 4 (7.5 ÷ 1.75): too few.
    cells = {("k", 1): 1, ("k", 0): 39, ("m", 1): 10, ("m", 0): 50}
    told = shown_of(people(cells, {"k": 1.75, "m": 0.5}))
    assert told["suppressed"].to_dict() == {"": True, "group=k": True, "group=m": True}
    # Weights of 1.06 and 0.96 leave 0 to 10 women open (11.5 ÷ 1.06); that 11 said so would tell no more.
    told = shown_of(people(cells, {"k": 1.06, "m": 0.96}))
    assert told["suppressed"].to_dict() == {"": False, "group=k": True, "group=m": True}
    assert pd.isna(told.loc["", "count"])
    assert told.loc["", "proportion"] == 0.11


def test_a_group_that_is_hidden_whole_is_no_better_told():
    # Three of a are hidden whole, and b with them. Where a weighs 5 and the others 0.87 to 1, the total is
    # 66.2 ÷ 131.9 = 50 pct. (65.3 to 66.6), of which c and d are 42.5: 5 a + 0.87 b = 22.8 to 24.1, so that a
    # could be 2 to 4 (b is 20 at most). So further groups are hidden.
    cells = {("a", 1): 3, ("b", 1): 10, ("b", 0): 10, ("c", 1): 20, ("c", 0): 30, ("d", 1): 25, ("d", 0): 30}
    told = shown_of(people(cells, {"a": 5.0, "b": 0.87, "c": 1.0, "d": 0.9}))["suppressed"]
    assert told[["group=a", "group=b"]].all()
    assert told[["", "group=c", "group=d"]].any()
    told = shown_of(people(cells, dict(zip("abcd", (1.2, 1.1, 1.0, 0.9), strict=True))))["suppressed"]
    assert not told[["", "group=c", "group=d"]].any()


def surveyed(seed):
    """A weighted single or multiple choice of 20 to 600 respondents in two divisions, some small groups."""
    rng = np.random.default_rng(seed)
    n, groups, options = int(rng.integers(20, 601)), int(rng.integers(2, 7)), int(rng.integers(2, 6))
    group = rng.choice(groups, n, p=rng.dirichlet(np.full(groups, 0.7)))
    weight = rng.lognormal(0, rng.choice([0.2, 0.7]), groups)[group] * rng.lognormal(0, 0.1, n)
    frame = pd.DataFrame({"g": np.array(list("abcdef"))[group], "w": weight * n / weight.sum()})
    frame["h"] = np.where(rng.random(n) < 0.2, "x", "y")
    liked = rng.dirichlet(np.full(options, 0.8))
    if rng.random() < 0.5:
        return frame.assign(svar=rng.choice([f"o{o}" for o in range(options)], n, p=liked)), "svar"
    ticks = {f"svar__{o}": (rng.random(n) < share**0.5).astype(int) for o, share in enumerate(liked)}
    return frame.assign(**ticks), list(ticks)


few = pytest.param(range(6), id="few")
others = pytest.param(range(6, 120), id="others", marks=pytest.mark.thorough)


@pytest.mark.parametrize("seeds", [few, others])
@pytest.mark.long
def test_a_reader_of_weighted_totals_finds_no_hidden_number(seeds):
    hidden = 0
    for seed in seeds:
        estimates = whole_and_by(*surveyed(seed), "g", "h")
        ranges = feasible_ranges(estimates, disclose(estimates, **SHOWN))
        values = np.floor(ranges["upper"] + 1e-6) - np.ceil(ranges["lower"] - 1e-6)
        assert values.ge(5).all(), f"seed {seed}:\n{ranges[values < 5]}"
        hidden += len(ranges)
    assert hidden > 5 * len(seeds)


def integer_ranges(estimates, told):
    """Return what an integer program finds of every hidden count; it reads the frames alone."""
    truth = estimates.assign(group=told["group"], shown=~told["suppressed"], share=told["proportion"])
    truth["weighed"] = (truth["proportion"] * truth["n_weighted"]).fillna(0.0)
    truth["told_n"], truth["told_count"], truth["true"] = told["n"], told["count"], truth["count"]
    whole = truth[truth["group"] == ""].set_index("option")
    total, reader = int(whole["n"].iloc[0]), Reader()
    chosen = {o: reader.variable(o, most=total) for o in whole.index}
    for option, row in whole.iterrows():
        if not pd.isna(row["told_count"]):
            reader.say([(chosen[option], 1)], row["count"], row["count"])
    for column in "gh":
        rows = truth[truth[column].notna()]
        base = {g: reader.variable(g, most=total) for g in rows["group"].unique()}
        reader.say([(at, 1) for at in base.values()], total, total)
        # By how much those who chose an option usually differ from their group.
        usual = rows["n_weighted"] / rows["n"]
        mean = (rows["weighed"] / rows["count"]).where(rows["count"] > 0, usual)
        squares = (rows["count"] * (mean - usual) ** 2).groupby(rows["group"]).transform("sum")
        apart = np.sqrt(squares / rows["count"].groupby(rows["group"]).transform("sum").clip(lower=1))
        light, heavy = np.minimum(mean, usual - apart), np.maximum(mean, usual + apart)
        cells = {
            (r.option, r.group): reader.variable(r.option, r.group, most=total) for r in rows.itertuples()
        }
        for row in rows.itertuples():
            cell = cells[row.option, row.group]
            reader.say([(cell, 1), (base[row.group], -1)], -np.inf, 0)
            if row.shown:
                reader.say([(cell, 1)], row.told_count, row.told_count)
            if not pd.isna(row.told_n):
                reader.say([(base[row.group], 1)], row.n, row.n)
        for option, of_all in whole.iterrows():
            mine = rows[rows["option"] == option]
            at = [cells[option, g] for g in mine["group"]]
            reader.say([*((cell, 1) for cell in at), (chosen[option], -1)], 0, 0)
            if of_all["shown"]:
                half = 0.005 if pd.isna(of_all["told_count"]) else 1e-9
                least, most = ((of_all["share"] + sign * half) * of_all["n_weighted"] for sign in (-1, 1))
                reader.say(list(zip(at, light[mine.index], strict=True)), -np.inf, most)
                reader.say(list(zip(at, heavy[mine.index], strict=True)), least, np.inf)
        if whole["count"].sum() == total:
            for group, n in base.items():
                reader.say([*((cells[o, group], 1) for o in whole.index), (n, -1)], 0, 0)
    said = reader.said()
    hidden = truth[~truth["shown"] & (truth["group"] != "")]
    return {
        (r.option, r.group): (r.true, *reader.range((r.option, r.group), said)) for r in hidden.itertuples()
    }


# The totals of the first three would tell a hidden number if only counts were protected.
@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param((3, 4, 15), id="few"),
        pytest.param(range(26, 60), id="others", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.long
def test_nor_does_an_integer_program_that_shares_no_code(seeds):
    asked = 0
    for seed in seeds:
        estimates = whole_and_by(*surveyed(seed), "g", "h")
        found = integer_ranges(estimates, disclose(estimates, **SHOWN).frame)
        assert all(least <= true <= most for true, least, most in found.values())
        narrow = {name: ends for name, ends in found.items() if ends[2] - ends[1] < 5}
        assert not narrow, f"seed {seed}: {narrow}"
        asked += len(found)
    assert asked
