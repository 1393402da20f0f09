"""A reader who wants to know what one citizen answered, and has nothing but the page's texts.

She knows everybody's age, sex, area and weight, and which selections to ask for. Every text is an equation in
the copied answers; least squares solves them all together, so that differences of selections, however many
overlap, are among what she uses. The promise: an answer that she guesses is right at most as often as odds
raised by a factor of 9 allow.
"""

import itertools
import math
import re
import shutil

import numpy as np
import pytest
from simulated_citizens import prepared_citizens

from borgerlib import places
from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.page.screen import view
from borgerlib.dashboard.page.sentences import share_words
from borgerlib.interest import store
from borgerlib.interest.filters import cube as filter_cube
from borgerlib.interest.filters.selection import Selection
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.protected import copy as protected_copy
from borgerlib.interest.protected import files
from borgerlib.population.ages import age_band
from borgerlib.statistics.selections.randomised import Randomised
from borgerlib.view.citizens.sections import load_sections

pytestmark = pytest.mark.long
FACTOR = 9


def known(answers):
    """What the reader knows: for each level of who people are, who is of it; and their weights."""
    people = store.load("Odense")
    bands = age_band(people["alder"], bands=load_sections().age_bands, min_age=15).astype(str)
    columns = {"age": bands, "sex": "koen", "area_type": "omraadetype", "area": "omraade"}
    members = {}
    for filter_ in answers.offer.filters:
        if filter_.role in columns:
            column = columns[filter_.role]
            values = people[column] if isinstance(column, str) else column
            members[filter_.role] = {
                level.id: values.eq(level.id).fillna(False).to_numpy(dtype=bool) for level in filter_.levels
            }
    return people, members, people["weight"].to_numpy(dtype=float)


def selections(members, conditions, unions, seed=1):
    """All selections of so many conditions of one level each, and random ones of several levels."""
    for count in range(conditions + 1):
        for roles in itertools.combinations(members, count):
            for levels in itertools.product(*(members[role] for role in roles)):
                yield {role: (level,) for role, level in zip(roles, levels, strict=True)}
    draw = np.random.default_rng(seed)
    for _ in range(unions):
        roles = draw.choice(list(members), draw.integers(1, len(members) + 1), replace=False)
        some = {str(role): draw.integers(1, len(members[role]) + 1) for role in roles}
        yield {
            role: tuple(draw.choice(list(members[role]), count, replace=False))
            for role, count in some.items()
        }


def shares_told(answers, selection):
    """The shares of topics in the page's texts; missing where there is none."""
    rows = answers.to_one("topics", Selection(selection)).records["topics"]
    found = [re.fullmatch(r"(\d+)\xa0pct\.", share_words(row)) for row in rows]
    return np.array([float(one[1]) / 100 if one else math.nan for one in found])


def guessed(answers, *, conditions, unions):
    """The reader's guess at d, the corrected copied answer, for each person and topic.

    Least squares with a prior: where nothing is known of somebody, they answer as everybody does. People whom
    no selection tells apart, of one weight, get the same guess: one unknown for all of them.
    """
    people, members, weight = known(answers)
    asked = people.filter(like="emner__").notna().any(axis=1).to_numpy()
    told = [*(of for levels in members.values() for of in levels.values()), asked, weight]
    _, first, cell, alike = np.unique(
        np.column_stack(told), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    total = np.where(asked, weight, 0)[first] * alike
    prior = np.nan_to_num(shares_told(answers, {}))
    gram, right = 4 * np.eye(len(first)), np.zeros((len(first), len(prior)))
    for selection in selections(members, conditions, unions):
        shares = shares_told(answers, selection)
        if np.isnan(shares).all():
            continue
        meant = np.ones(len(first), dtype=bool)
        for role, levels in selection.items():
            meant &= np.logical_or.reduce([members[role][level][first] for level in levels])
        # The share of the copy times the weights is the sum of d; rounding to a percent blurs it.
        row = total * meant / (total @ meant * 0.003) / np.sqrt(alike)
        left = np.nan_to_num(shares / 0.003 - row @ np.sqrt(alike) * prior)
        gram += np.outer(row, row)
        right += np.outer(row, left)
    found = prior + np.linalg.solve(gram, right) / np.sqrt(alike)[:, None]
    return people, asked, found[cell.ravel()]


def judged(answers, people, asked, guess, *, with_report=False, part=100):
    """Of a part of 'chose it', those that the reader is most sure of: how many are right, and may be."""
    topics = [f"emner__{level.id}" for level in answers.offer.filter("topics").levels]
    true = people[topics].fillna(0).to_numpy(dtype=float)[asked]
    share = np.average(true, axis=0, weights=people["weight"].to_numpy()[asked]) * np.ones_like(true)
    if with_report:
        # The report tells the exact shares by age: the reader starts from those.
        bands = age_band(people["alder"], bands=load_sections().age_bands, min_age=15)[asked]
        for band in bands.dropna().unique():
            own = bands.eq(band).to_numpy()
            share[own] = true[own].mean(axis=0)
    share = share.clip(0.005, 0.995)
    best = np.argsort(-(guess[asked] + (share if with_report else 0)).ravel())[: max(40, true.size // part)]
    allowed = FACTOR * share / (FACTOR * share + 1 - share)
    return true.ravel()[best].mean(), allowed.ravel()[best].mean(), len(best)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Three hundred rows: many people are the only one of their age, sex and place."""
    with prepared_citizens(tmp_path_factory.mktemp("few"), "Odense", n=300):
        yield open_answers("Odense")


@pytest.fixture(scope="module")
def best_guesses(few):
    return guessed(few, conditions=2, unions=250)


@pytest.fixture(scope="module")
def unprotected(few, tmp_path_factory):
    """The same survey, computed from the answers themselves."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("unprotected") / "workspace"
        shutil.copytree(places.workspace(), folder)
        patch.setenv("BORGER_WORKSPACE", str(folder))
        for module in (protected_copy, filter_cube):
            patch.setattr(module, "randomised", lambda chance, options: Randomised(1 - 1e-9, 1e-9))
        patch.setattr(files, "_make_elsewhere", files._make)  # another process would know nothing of this
        for name in (files.COPY, filter_cube.FILE):
            (processed_folder("Odense") / name).unlink()
        yield open_answers("Odense")


def within_the_promise(right, allowed, count):
    return right <= allowed + 3 * math.sqrt(0.25 / count)


@pytest.mark.parametrize("with_report", [False, True])
def test_the_best_guesses_are_right_no_more_often_than_promised(few, best_guesses, with_report):
    right, allowed, count = judged(few, *best_guesses, with_report=with_report)
    assert within_the_promise(right, allowed, count)
    assert right < 1, "a pair of person and answer would be known with certainty"


def test_the_same_attack_is_right_where_nothing_is_protected(few, best_guesses, unprotected):
    guesses = guessed(unprotected, conditions=2, unions=250)
    assert judged(unprotected, *guesses)[0] > 0.85
    # Of a tenth, as forty guesses may be right by chance.
    right, protected = (
        judged(answers, *known, part=10)[0]
        for answers, known in ((unprotected, guesses), (few, best_guesses))
    )
    assert right > protected + 0.03


def test_two_selections_that_differ_by_one_person_tell_no_more_than_the_copy(few):
    """Differencing: who is alone in what a condition adds has their copied answer told, not the true one."""
    people, members, weight = known(few)
    topics = [f"emner__{level.id}" for level in few.offer.filter("topics").levels]
    asked = people[topics].notna().any(axis=1).to_numpy()
    guesses = []
    levels = [(role, level) for role in members for level in members[role]]
    for (one, a), (other, b) in itertools.permutations(levels, 2):
        if one == other:
            continue
        wide, narrow = members[one][a] & asked, members[one][a] & members[other][b] & asked
        rest = np.flatnonzero(wide & ~narrow)
        if not 1 <= len(rest) <= 2:
            continue
        told = [shares_told(few, selection) for selection in ({one: (a,)}, {one: (a,), other: (b,)})]
        d = (told[0] * weight[wide].sum() - told[1] * weight[narrow].sum()) / weight[rest].sum()
        known_d = ~np.isnan(d)
        answer = people[topics].fillna(0).to_numpy()[rest[0]]
        guesses += zip((d > 0.5)[known_d], answer[known_d], strict=True)
    wrong = [guess for guess, true in guesses if guess != bool(true)]
    assert len(guesses) == 0 or wrong, "every guess by a difference is right"


def test_the_page_says_the_very_texts_that_the_reader_uses(few):
    selection = Selection({"age": ("60-69",)})
    [chart] = [one for one in view(few, few.to(selection), number=0)["charts"] if one["id"] == "topics"]
    rows = few.to_one("topics", selection).records["topics"]
    assert [row["text"] for row in chart["rows"]] == [share_words(row) for row in rows]


@pytest.mark.thorough
def test_a_large_survey_against_thousands_of_overlapping_selections(tmp_path_factory):
    overlapping(tmp_path_factory, 5000, unions=4000)


@pytest.mark.nightly
@pytest.mark.thorough
@pytest.mark.parametrize("n", [300, 5000])
def test_a_hundred_thousand_overlapping_selections(tmp_path_factory, n):
    overlapping(tmp_path_factory, n, unions=100_000)


def overlapping(tmp_path_factory, n, *, unions):
    with prepared_citizens(tmp_path_factory.mktemp("many"), "Odense", n=n):
        answers = open_answers("Odense")
        guess = guessed(answers, conditions=4, unions=unions)
        for with_report in (False, True):
            right, allowed, count = judged(answers, *guess, with_report=with_report)
            assert within_the_promise(right, allowed, count)
            assert right < 1
