"""What is shown, what is not, and what a reader with a linear program can make of it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from admitted import admitted
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.statistics.disclosure import gate as disclosure
from borgerlib.statistics.disclosure.attacker import feasible_ranges
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, disclose

SHOWN = {"base": "borgere", "source": "Kilde: prøve"}
SHARES = ["proportion", "ci_lower", "ci_upper"]


def estimates(counts, n, *, item="emner", **columns):
    """Rows for {group: counts by option} and {group: n}; proportions are the plain shares."""
    rows = [
        {"item": item, "option": f"o{o}", "label": f"Svar {o}", "group": g, "group_label": g or "Alle"}
        | {"n": n[g], "count": count, "proportion": count / n[g] if n[g] else np.nan}
        for g, group in counts.items()
        for o, count in enumerate(group)
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(ci_lower=frame["proportion"], ci_upper=frame["proportion"], **columns)


def hidden(frame, **options):
    rows = disclose(frame, **SHOWN, **options).frame
    return set(rows.loc[rows["suppressed"], ["group", "option"]].itertuples(index=False, name=None))


def simulated(seed):
    """An item as answered by simulated respondents: any kind, any number of domains, some gaps."""
    rng = np.random.default_rng(seed)
    people = int(rng.choice([12, 30, 60, 150, 400]))
    sizes = [{"a": int(rng.integers(2, 7))}, {"a": 4, "s": 2}, {"a": 5, "s": 3, "r": 4}, {}][rng.integers(4)]
    options, kind = int(rng.integers(2, 7)), rng.choice(["single", "multiple", "at least one"])
    unstated = rng.choice([0, 0.02])
    groups = {"": ("", np.ones(people, dtype=bool))}
    for domain, size in sizes.items():
        member = np.where(
            rng.random(people) < unstated, -1, rng.choice(size, people, p=rng.dirichlet([2] * size))
        )
        groups |= {f"{domain}{g}": (domain, member == g) for g in range(size)}
    if kind == "single":
        chosen = np.eye(options, dtype=int)[rng.choice(options, people, p=rng.dirichlet(np.ones(options)))]
    else:
        chosen = (rng.random((people, options)) < rng.beta(1, 3, options)).astype(int)
    if kind == "at least one":
        chosen[chosen.sum(axis=1) == 0, 0] = 1
    counts = {name: chosen[of].sum(axis=0).tolist() for name, (_, of) in groups.items()}
    frame = estimates(counts, {name: int(of.sum()) for name, (_, of) in groups.items()})
    frame["domain"] = frame["group"].map({name: domain for name, (domain, _) in groups.items()})
    if rng.random() < 0.7:
        frame["exclusive"] = kind == "single"
    if rng.random() < 0.15 and len(sizes) == 1:
        frame = frame[frame["group"] != ""]
    return frame, int(rng.choice([3, 5, 8]))


# --- the gate


def test_nobody_makes_disclosed_estimates_directly():
    with pytest.raises(DisclosureError, match="made by disclose"):
        DisclosedEstimates(pd.DataFrame(), "microdata", "", "", 0.95, 5)


def test_published_numbers_are_shown_as_published():
    frame = estimates({"": [1, 2]}, {"": 3})
    shown = as_published(frame, **SHOWN)
    assert (shown.n_suppressed, shown.origin, shown.min_cell) == (0, "published", 0)
    assert shown.frame["count"].tolist() == [1, 2]


@pytest.mark.parametrize("make", [disclose, as_published])
def test_lacking_columns_are_named(make):
    frame = estimates({"": [10, 20]}, {"": 30}).drop(columns=["count", "n"])
    with pytest.raises(DisclosureError, match="lack the columns n, count"):
        make(frame, **SHOWN)


@pytest.mark.parametrize("min_cell", [2, 1, 0, -1, 4.5, True, "5", None])
def test_a_threshold_below_three_is_refused(min_cell):
    with pytest.raises(ParameterError, match="3 or more"):
        disclose(estimates({"": [10, 20]}, {"": 30}), min_cell=min_cell, **SHOWN)


def test_the_lowest_threshold_is_admitted_and_told():
    shown = disclose(estimates({"": [10, 20]}, {"": 30}), min_cell=3, simulated=True, confidence=0.9, **SHOWN)
    assert (shown.min_cell, shown.origin, shown.confidence) == (3, "simulated", 0.9)
    assert disclose(estimates({"": [10, 20]}, {"": 30}), **SHOWN).origin == "microdata"


@pytest.mark.slow
def test_importing_it_loads_no_solver():
    code = "import sys, borgerlib.statistics.disclosure.gate; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- primary rules, at the threshold


@pytest.mark.parametrize("threshold", [3, 5, 10])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_count_at_the_threshold(threshold, offset):
    # Multiple choice of one group: nothing adds up, so only the count itself decides.
    frame = estimates({"": [threshold + offset, 50]}, {"": 100}, exclusive=False)
    assert (("", "o0") in hidden(frame, min_cell=threshold)) == (offset < 0)
    assert ("", "o1") not in hidden(frame, min_cell=threshold)


@pytest.mark.parametrize("threshold", [3, 5, 10])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_those_who_did_not_choose_at_the_threshold(threshold, offset):
    frame = estimates({"": [100 - threshold - offset, 50]}, {"": 100}, exclusive=False)
    assert (("", "o0") in hidden(frame, min_cell=threshold)) == (offset < 0)


@pytest.mark.parametrize("threshold", [3, 5, 10])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_group_at_the_threshold(threshold, offset):
    # Three groups; the small one is hidden whole with its n, and the next smallest with it.
    size = threshold + offset
    n = {"": 200 + size, "lille": size, "mellem": 80, "stor": 120}
    counts = {"": [100, 100 + size], "lille": [0, size], "mellem": [40, 40], "stor": [60, 60]}
    rows = disclose(estimates(counts, n, domain="alder"), min_cell=threshold, **SHOWN).frame
    gone = rows[rows["n"].isna()]["group"].unique().tolist()
    assert gone == (["lille", "mellem"] if offset < 0 else [])
    assert rows.loc[rows["n"].isna(), "suppressed"].all()


def test_zero_is_shown_but_all_of_a_group_is_not():
    # 20 of 20 chose the first: everybody's answer is known. That none chose the third is shown.
    frame = estimates({"": [20, 10, 0]}, {"": 20}, exclusive=False)
    assert hidden(frame) == {("", "o0")}


def test_single_choice_everybody_the_same_hides_the_zeros_that_tell_it():
    # 20, 0, 0 of 20: with both zeros shown the 20 follows; one of them goes too.
    gone = hidden(estimates({"": [20, 0, 0]}, {"": 20}))
    assert ("", "o0") in gone
    assert len(gone) == 2


def test_single_choice_small_count_takes_a_partner():
    # 3 + 17 + 80 = 100: alone, the 3 is 100 − 97. The smallest other goes with it.
    assert hidden(estimates({"": [3, 17, 80]}, {"": 100})) == {("", "o0"), ("", "o1")}


def test_group_count_takes_a_partner_in_its_domain():
    # 4 = 50 − 20 − 26. Hiding the 20 leaves 4 + 20 = 24: each of the two could be 0 to 24.
    counts = {"": [50, 60], "a": [4, 20], "b": [20, 20], "c": [26, 20]}
    n = {"": 110, "a": 40, "b": 35, "c": 35}
    frame = estimates(counts, n, domain="alder", exclusive=False)
    assert hidden(frame) == {("a", "o0"), ("b", "o0")}
    ranges = feasible_ranges(frame, disclose(frame, **SHOWN))
    assert ranges[["group", "lower", "upper"]].to_numpy().tolist() == [["a", 0, 24], ["b", 0, 24]]


def test_selection_that_leaves_out_too_few_is_hidden():
    # 97 of 100 selected: the other three are the total less the selection.
    counts, n = {"": [60, 40], "valg": [58, 39]}, {"": 100, "valg": 97}
    assert hidden(estimates(counts, n, exclusive=False)) == {("valg", "o0"), ("valg", "o1")}
    counts, n = {"": [60, 40], "valg": [50, 30]}, {"": 100, "valg": 80}
    assert hidden(estimates(counts, n, exclusive=False)) == set()


def test_selection_whose_rest_holds_a_small_count_is_hidden_there():
    # 60 − 57 = 3 of the 20 outside chose the first option.
    counts, n = {"": [60, 40], "valg": [57, 30]}, {"": 100, "valg": 80}
    assert hidden(estimates(counts, n, exclusive=False)) == {("valg", "o0")}


def test_in_a_declared_domain_those_who_did_not_say_are_no_group():
    counts, n = {"": [60, 40], "a": [30, 20], "b": [29, 18]}, {"": 100, "a": 50, "b": 48}
    assert hidden(estimates(counts, n, domain="alder", exclusive=False)) == set()


def test_overlapping_groups_are_each_set_against_the_rest():
    # Those interested in x (60) and in y (70) overlap in 100. All but 3 of the outsiders of y chose o0.
    counts, n = {"": [60, 40], "x": [30, 20], "y": [57, 30]}, {"": 100, "x": 60, "y": 70}
    assert hidden(estimates(counts, n, domain="interesse", exclusive=False)) == {("y", "o0")}


def test_everything_goes_where_too_few_answered():
    rows = disclose(estimates({"": [1, 3], "a": [1, 3]}, {"": 4, "a": 4}, domain="alder"), **SHOWN).frame
    assert rows["suppressed"].all()
    assert rows["n"].isna().all()


def test_an_empty_group_is_shown_as_empty():
    counts, n = {"": [30, 30], "a": [30, 30], "b": [0, 0]}, {"": 60, "a": 60, "b": 0}
    frame = estimates(counts, n, domain="alder", exclusive=False)
    frame["count"] = frame["count"].astype("Int64").mask(frame["n"] == 0)
    rows = disclose(frame, **SHOWN).frame
    assert not rows["suppressed"].any()
    assert rows.loc[rows["group"] == "b", "n"].tolist() == [0, 0]


# --- what the frame may not give away


def test_a_suppressed_row_tells_nothing():
    frame = estimates(
        {"": [3, 17, 80]}, {"": 100}, standard_error=0.01, n_weighted=99.0, unit="pct.", x_label="3 pct."
    )
    before = frame.copy()
    shown = disclose(frame, **SHOWN)
    gone = shown.frame[shown.frame["suppressed"]]
    assert shown.n_suppressed == len(gone) == 2
    assert gone[["count", *SHARES, "standard_error"]].isna().all(axis=None)
    assert "n_weighted" not in gone
    assert set(gone["unit"]) == set(gone["x_label"]) == {""}
    assert set(gone["note"]) == {"skjult"}  # the same for the small one and for its partner
    kept = shown.frame[~shown.frame["suppressed"]]
    assert kept[["count", "proportion", "standard_error"]].to_numpy().tolist() == [[80, 0.8, 0.01]]
    pd.testing.assert_frame_equal(frame, before)


def test_a_weighted_total_beside_hidden_counts_needs_the_weights():
    # Count: a + b = 24. Weighted: 0.5 a + 1.5 b = 32, and a reader solves a = 4, b = 20.
    counts, n = (
        {"": [50, 60], "a": [4, 20], "b": [20, 20], "c": [26, 20]},
        {"": 1100, "a": 400, "b": 350, "c": 350},
    )
    frame = estimates(counts, n, domain="alder", exclusive=False)
    total = frame["group"] == ""
    frame.loc[total, "proportion"] = [0.04783, 0.05433]
    # Without them only steps of 2 × 5 ÷ n would be safe: 9 pct. of 110 respondents. So it is refused …
    with pytest.raises(DisclosureError, match="n_weighted is missing") as error:
        disclose(frame, **SHOWN)
    assert "n_weighted of estimate_proportions" in error.value.hint
    # … and with them only the total of an option with hidden counts is told in whole percent.
    rows = disclose(frame.assign(n_weighted=frame["n"] * 1.0), **SHOWN).frame
    assert rows.loc[total, "proportion"].tolist() == [0.05, 0.05433]
    # Nothing is hidden, so nothing is asked for.
    plenty = frame.assign(count=frame["count"].where(frame["count"] != 4, 20))
    plenty.loc[0, "count"] += 16
    assert not disclose(plenty, **SHOWN).n_suppressed


def test_shares_of_all_that_stand_in_no_group_need_no_weights():
    # Rates of a population are no count ÷ n. The 3 are hidden, and the 17 with them; the 80 is as it was.
    frame = estimates({"": [3, 17, 80]}, {"": 100}).assign(proportion=[0.01, 0.02, 0.03])
    rows = disclose(frame, **SHOWN).frame
    assert rows["suppressed"].tolist() == [True, True, False]
    assert rows.loc[2, "proportion"] == 0.03


def test_a_group_whose_n_is_hidden_may_be_of_any_size():
    # Two are of a; b is its partner, and both go with their n. That a is of 2 nobody knows, so where all
    # weigh the same nothing can be worked out, and c (110 answers) stays.
    counts, n = {"": [160], "a": [1], "b": [49], "c": [110]}, {"": 310, "a": 2, "b": 98, "c": 210}
    frame = estimates(counts, n, domain="alder", exclusive=False)
    frame["n_weighted"] = frame["n"] * 1.0
    frame["proportion"] = frame["count"] / frame["n"] + 1e-4
    shown = disclose(frame, **SHOWN).frame.set_index("group")
    assert shown["suppressed"].to_dict() == {"": False, "a": True, "b": True, "c": False}
    assert shown.loc["", "proportion"] == 0.52


def test_a_weighted_total_beside_hidden_counts_is_in_whole_per_cent_and_without_its_count():
    # Hidden: 4 of weight 5 and 20 of weight 1 (a is too small, b its partner). With a + b = 50 − 26 and
    # 5 a + b + 26 = 13 per cent of 500 (62.5 to 67.5) a reader would know: a = 4. Without the 50, a could be
    # anything from 0 to 8.
    counts, n = {"": [50], "a": [4], "b": [20], "c": [26]}, {"": 300, "a": 50, "b": 120, "c": 130}
    frame = estimates(counts, n, domain="alder", exclusive=False)
    frame["n_weighted"] = [500.0, 250.0, 120.0, 130.0]
    frame["proportion"] = [66 / 500, 20 / 250, 20 / 120, 26 / 130]
    disclosed = disclose(frame, **SHOWN)
    shown = disclosed.frame.set_index("group")
    assert shown["suppressed"].to_dict() == {"": False, "a": True, "b": True, "c": False}
    assert shown["count"].isna().to_dict() == {"": True, "a": True, "b": True, "c": False}
    assert shown.loc["", "proportion"] == 0.13
    # 5 a + b = 36.5 to 41.5; a is largest where b = 0, and b, at most 41.5, where a = 0.
    ranges = feasible_ranges(frame, disclosed).set_index("group")[["lower", "upper"]]
    assert ranges.to_numpy().round(3).tolist() == [[0.0, 8.3], [0.0, 41.5]]


def test_unweighted_totals_keep_their_proportion():
    frame = estimates(
        {"": [50], "a": [4], "b": [20], "c": [26]}, {"": 110, "a": 40, "b": 35, "c": 35}, domain="x"
    )
    rows = disclose(frame.assign(exclusive=False), **SHOWN).frame
    assert rows.loc[0, "proportion"] == 50 / 110


# --- the attacker


def test_the_attacker_finds_what_primary_suppression_alone_leaves():
    # 50 − 20 − 26 = 4: with nothing but the 4 hidden, the program must find it.
    counts = {"": [50, 60], "a": [4, 20], "b": [20, 20], "c": [26, 20]}
    frame = estimates(counts, {"": 110, "a": 40, "b": 35, "c": 35}, domain="alder", exclusive=False)
    shown = disclose(frame, **SHOWN)
    only_primary = frame["count"].lt(5).to_numpy()
    naive = shown.frame.assign(
        suppressed=only_primary, count=frame["count"].astype("Int64").mask(only_primary)
    )
    ranges = feasible_ranges(frame, admitted(shown, frame=naive))
    assert ranges[["group", "lower", "upper"]].to_numpy().tolist() == [["a", 4, 4]]


def test_the_attacker_wants_the_frame_that_was_disclosed():
    shown = disclose(estimates({"": [30, 40]}, {"": 70}), **SHOWN)
    with pytest.raises(DisclosureError, match="not those that were disclosed"):
        feasible_ranges(estimates({"": [30, 40, 5]}, {"": 75}), shown)


def test_the_attacker_says_when_what_is_shown_cannot_be():
    # 3 and 17 are hidden, 80 is shown: n cannot be 70.
    frame = estimates({"": [3, 17, 80]}, {"": 100})
    shown = disclose(frame, **SHOWN)
    shown = admitted(shown, frame=shown.frame.assign(n=70))
    with pytest.raises(DisclosureError, match="contradicts itself"):
        feasible_ranges(frame, shown)


def test_nothing_hidden_gives_no_ranges():
    frame = estimates({"": [30, 40]}, {"": 70})
    assert feasible_ranges(frame, disclose(frame, **SHOWN)).empty


def seeds(few, all_of_them):
    """Few of the seeds here, and the others in 'make test-thorough'."""
    others = pytest.param(range(few, all_of_them), marks=pytest.mark.thorough)
    return pytest.mark.parametrize("seeds", [range(few), others], ids=["few", "others"])


@seeds(25, 200)
@pytest.mark.parametrize("exact", [True, False], ids=["optimum", "heuristic"])
@pytest.mark.long
def test_the_attacker_finds_no_suppressed_number_over_200_tables(exact, seeds, monkeypatch):
    if not exact:
        monkeypatch.setattr(disclosure, "LARGEST_EXACT_FRAME", 0)
    suppressed = shown = 0
    for seed in seeds:
        frame, min_cell = simulated(seed)
        found = disclose(frame, min_cell=min_cell, **SHOWN)
        ranges = feasible_ranges(frame, found)
        suppressed += len(ranges)
        shown += int((~found.frame["suppressed"]).sum())
        narrow = ranges[ranges["upper"] - ranges["lower"] < min_cell - 1e-6]
        assert narrow.empty, f"seed {seed}, min_cell {min_cell}:\n{narrow}"
        truth = ranges.merge(frame, on=["item", "option", "group"])
        assert truth["count"].between(truth["lower"] - 1e-6, truth["upper"] + 1e-6).all()
    assert suppressed > 5 * len(seeds)
    assert shown > 5 * len(seeds)


@seeds(8, 60)
@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.long
def test_the_attacker_learns_nothing_of_the_few_outside_a_selection(exclusive, seeds):
    # The rest is in no row of the frame; put it there as wholly hidden, and let the attacker look for it.
    narrow = sensitive = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        inside, outside = rng.multinomial(60, [0.1, 0.2, 0.3, 0.4]), rng.multinomial(15, [0.1, 0.2, 0.3, 0.4])
        n = {"": 75, "valg": 60, "rest": 15}
        frame = estimates({"": inside + outside, "valg": inside}, n, exclusive=exclusive)
        whole = estimates({"": inside + outside, "valg": inside, "rest": outside}, n, exclusive=exclusive)
        whole["domain"] = "valg"
        found = disclose(frame, **SHOWN)
        rest = whole[whole["group"] == "rest"].assign(suppressed=True, count=np.nan, n=np.nan)
        as_seen = pd.concat([found.frame, rest])
        ranges = feasible_ranges(whole, admitted(as_published(whole, **SHOWN), frame=as_seen))
        few = ranges.merge(rest_counts(whole, below=5), on=["option", "group"])
        sensitive += len(few)
        narrow += int((few["upper"] - few["lower"] < 5 - 1e-6).sum())
    assert (narrow, sensitive > 0.8 * len(seeds)) == (0, True)


def rest_counts(frame, *, below):
    return frame.loc[(frame["group"] == "rest") & frame["count"].between(1, below - 1), ["option", "group"]]


@given(st.integers(1000, 10**6))
def test_primary_rules_hold_in_every_table(seed):
    frame, min_cell = simulated(seed)
    shown = disclose(frame, min_cell=min_cell, **SHOWN).frame
    kept = shown[~shown["suppressed"]]
    assert not kept["count"].between(1, min_cell - 1).any()
    assert not (kept["n"].gt(0) & (kept["n"] - kept["count"]).lt(min_cell)).any()
    assert not shown["n"].between(1, min_cell - 1).any()


def test_order_of_rows_and_index_do_not_matter():
    frame, min_cell = simulated(21)
    shuffled = frame.sample(frac=1, random_state=1)
    shown = disclose(shuffled, min_cell=min_cell, **SHOWN).frame
    assert shown[["option", "group"]].to_numpy().tolist() == shuffled[["option", "group"]].to_numpy().tolist()
    one = disclose(frame, min_cell=min_cell, **SHOWN).frame
    assert one["suppressed"].sum() == shown["suppressed"].sum() > 0


def test_items_are_protected_one_by_one():
    one, other = estimates({"": [3, 17, 80]}, {"": 100}), estimates({"": [30, 70]}, {"": 100}, item="tid")
    rows = disclose(pd.concat([one, other]), **SHOWN).frame
    assert rows.loc[rows["suppressed"], "item"].tolist() == ["emner", "emner"]
    assert rows.index.tolist() == list(range(5))


# --- estimates of which nothing can be promised


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: f.assign(count=f["count"].astype("Int64").mask(f.index == 0)),
            "count is not a whole number",
        ),
        (lambda f: f.assign(count=f["count"] + 0.5), "count is not a whole number"),
        (lambda f: f.assign(n=f["n"].astype("Int64").mask(f.index == 0)), "n is not a whole number"),
        (lambda f: f.assign(group=f["group"].mask(f["group"] == "")), "item, option or group is missing"),
        (lambda f: f.assign(count=-f["count"]), "count is not a whole number"),
        (lambda f: f.assign(count=1000), "count is larger than n"),
        (lambda f: pd.concat([f, f.head(1)]), "second row for this option and group"),
        (lambda f: f.iloc[1:], "no row for option 'o0' in group ''"),
        (lambda f: f.assign(n=f["n"] + (f.index == 0)), "n varies in group ''"),
        (lambda f: f.assign(exclusive=f.index == 0), "true in some rows and false in others"),
        (lambda f: f.assign(count=f["n"] - 8, exclusive=True), "exclusive, but its counts add up"),
        (lambda f: f.assign(domain=None), "group 'a' has no domain"),
        (lambda f: f[f["group"] != ""].assign(domain=f["group"]), "several divisions, but no rows for all"),
        (lambda f: f.assign(n=60, exclusive=False), "hold more respondents than there are"),
        (lambda f: f.assign(count=f["count"].mask(f["group"] == "", 5)), "counts more than all respondents"),
        (lambda f: f.assign(count=f["count"].mask(f["group"] == "", 31)), "do not add up to all"),
    ],
)
def test_bad_estimates_are_refused_with_their_place(change, message):
    frame = estimates({"": [50, 50], "a": [30, 20], "b": [20, 30]}, {"": 100, "a": 50, "b": 50})
    disclose(frame, **SHOWN)
    with pytest.raises(DisclosureError) as caught:
        disclose(change(frame), **SHOWN)
    assert message in str(caught.value)
    assert "item 'emner'" in str(caught.value)


def test_all_problems_are_told_at_once():
    frame = estimates({"": [50, 50]}, {"": 100}).assign(count=[101, -1])
    with pytest.raises(DisclosureError) as caught:
        disclose(frame, **SHOWN)
    assert len(caught.value.problems) == 2


def test_one_option_of_several_that_everybody_chose_is_hidden():
    frame = estimates({"": [30]}, {"": 30})
    assert hidden(frame) == {("", "o0")}
    ranges = feasible_ranges(frame, disclose(frame, **SHOWN))
    assert ranges[["lower", "upper"]].to_numpy().tolist() == [[0, 30]]


def test_no_rows_are_no_estimates():
    empty = estimates({"": [50, 50]}, {"": 100}).head(0)
    assert disclose(empty, **SHOWN).frame.empty


def test_three_priorities_each_are_known_to_add_up():
    # Everybody named three of four topics: 3 × 40 = 120. One hidden count would follow from the others.
    frame = estimates({"": [38, 36, 30, 16]}, {"": 40})
    assert len(hidden(frame)) >= 2
    ranges = feasible_ranges(frame, disclose(frame, **SHOWN))
    assert (ranges["upper"] - ranges["lower"]).min() >= 5
