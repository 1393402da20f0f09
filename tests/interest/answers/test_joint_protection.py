"""A reader who takes everything that the report shows of a municipality together."""

import numpy as np
import pandas as pd
import pytest
from integer_reader import Reader

from borgerlib.interest.answers import segments
from borgerlib.interest.answers.arrival import arrival_groups
from borgerlib.interest.answers.estimates import estimate_answers
from borgerlib.interest.answers.local_survey import _AGE, _ARRIVAL
from borgerlib.interest.answers.segments import SEGMENT
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.interest.survey import open_survey
from borgerlib.interest.weighting.ages import age_groups
from borgerlib.statistics.crosstabs import division_levels
from borgerlib.survey.codebook.labels import group_of
from borgerlib.view.citizens.interest import open_citizens
from borgerlib.view.citizens.sections import load_sections

MIN_CELL = 5
HALF_A_PERCENT = 0.005


def true_numbers(survey, respondents, codebook, raked_to, by):
    """The estimates before disclosure: what a reader is not told, and how much people weigh on average."""
    names = {role: survey.item(role).id for role in by if survey.item(role) is not None}
    truth = estimate_answers(
        respondents,
        survey.codebook,
        list(names.values()),
        by={names[role]: list(columns) for role, columns in by.items() if role in names},
        raked_to=raked_to,
    )
    roles = {name: role for role, name in names.items()}
    return truth.assign(item=truth["item"].map(roles)).set_index(["item", "option", "group"])


def attack(municipality, *, item_bases=False, only=None):
    """Return hidden counts with the truth and what the program finds: of all options, or of one.

    With every item's own bases, or not.
    """
    survey, opened, sections = open_citizens(municipality), open_survey(municipality), load_sections()
    respondents = opened.respondents.assign(
        **{
            _AGE: age_groups(
                opened.respondents,
                opened.codebook,
                bands=sections.age_bands,
                min_age=opened.respondents.attrs["min_age"],
            ),
        }
    )
    kinds = opened.kinds if opened.kinds is not None and opened.kinds.come_back else None
    if kinds is not None:
        respondents[SEGMENT] = kinds.assigned
    arrival = arrival_groups(opened.respondents, opened.codebook)
    if arrival is not None:
        respondents[_ARRIVAL] = arrival
    columns = {role: opened.codebook.with_role(role).id for role in ("sex", "area_type")}
    columns |= {"age": _AGE} | ({} if kinds is None else {"segment": SEGMENT})
    columns |= {} if arrival is None else {"arrival": _ARRIVAL}
    by = {
        role: [columns[name] for name in of if name in columns and (role, name) not in survey.left_out]
        for role, of in sections.divisions.items()
        if survey.item(role) is not None
    }
    truth = true_numbers(survey, respondents, opened.codebook, opened.raked_to, by)
    for column in columns.values():
        respondents[column] = division_levels(respondents, survey.codebook, column)
    frame = survey.estimates.frame
    reader, hidden = Reader(), []
    for role, divisions in by.items():
        rows = frame[(frame["item"] == role) & ~frame["net"]]
        whole = rows[rows["group"] == ""].set_index("option")
        if whole["suppressed"].any():
            continue
        exclusive = bool(rows["exclusive"].all())
        for column in divisions:
            sizes = respondents[column].value_counts().loc[lambda n: n > 0]
            groups = {level: group_of(column, level) for level in sizes.index}
            division = next(name for name, of in columns.items() if of == column)
            outside = int(respondents[column].isna().sum())
            n_of = {
                level: reader.variable(role, column, level, most=int(size)) for level, size in sizes.items()
            }
            rest_n = reader.variable(role, column, None, most=outside)
            total_n = int(whole["n"].iloc[0])
            reader.say([*((at, 1) for at in n_of.values()), (rest_n, 1)], total_n, total_n)
            cells = {}
            for option in whole.index:
                of_all = truth.loc[(role, option, "")]
                row, weighed, weighed_true = [], [], 0.0
                for level, group in groups.items():
                    true = truth.loc[(role, option, group)]
                    cell = reader.variable(role, column, level, option, most=int(sizes[level]))
                    cells[option, level] = cell
                    mean = true["proportion"] * true["n_weighted"] / max(true["count"], 1)
                    everybody = true["n_weighted"] / true["n"]
                    shown = rows[(rows["option"] == option) & (rows["group"] == f"{division}={level}")].iloc[
                        0
                    ]
                    if shown["suppressed"]:
                        hidden.append(((role, column, level, option), int(true["count"])))
                    else:
                        share = np.floor(100 * shown["proportion"] + 0.5) / 100
                        slack = HALF_A_PERCENT * everybody * sizes[level]
                        terms = [(cell, mean or 1.0), (n_of[level], -share * everybody)]
                        reader.say(terms, -slack, slack)
                    row.append((cell, 1))
                    weighed.append((cell, mean or everybody))
                    weighed_true += true["proportion"] * true["n_weighted"]
                    reader.say([(cell, 1), (n_of[level], -1)], -np.inf, 0)
                rest = reader.variable(role, column, None, option, most=outside)
                cells[option, None] = rest
                if (count := whole.loc[option, "count"]) is not pd.NA:
                    reader.say([*row, (rest, 1)], count, count)
                rest_count = int(of_all["count"]) - sum(
                    int(truth.loc[(role, option, g), "count"]) for g in groups.values()
                )
                rest_weight = of_all["proportion"] * of_all["n_weighted"] - weighed_true
                weighed.append((rest, rest_weight / rest_count if rest_count else 1.0))
                told = (
                    np.floor(100 * whole.loc[option, "proportion"] + 0.5 + 1e-9) / 100 * of_all["n_weighted"]
                )
                slack = HALF_A_PERCENT * of_all["n_weighted"]
                reader.say(weighed, told - slack, told + slack)
            for level in (*groups, None):
                base = rest_n if level is None else n_of[level]
                of_level = [(cells[option, level], 1) for option in whole.index]
                reader.say([*of_level, (base, -1)], 0, 0 if exclusive else np.inf)
                if item_bases and level is not None:
                    n = int(truth.loc[(role, whole.index[0], groups[level]), "n"])
                    reader.say([(base, 1)], n, n)
    topics, none = survey.item("topics"), "intet"
    if (role := ("segment", _AGE, None)) in reader.at and ("topics", _AGE, None) in reader.at:
        # Who answered and wants no topic is of no kind: everybody knows.
        for level in [*respondents[_AGE].cat.categories, None]:
            kinds, all_n = reader.at["segment", _AGE, level], reader.at["topics", _AGE, level]
            wants_none = reader.at["topics", _AGE, level, none]
            reader.say([(kinds, 1), (wants_none, 1), (all_n, -1)], 0, 0)
    assert topics is not None
    said = reader.said()
    return {
        name: (true, *reader.range(name, said)) for name, true in hidden if only is None or name[3] == only
    }


def narrow(found):
    return {name: ends for name, ends in found.items() if ends[2] - ends[1] < MIN_CELL}


def surveyed(municipality, n, seed):
    _, folder = write_simulation(municipality, n=n, seed=seed)
    return prepare(municipality, folder).municipality


@pytest.mark.long
def test_every_hidden_count_could_be_five_numbers_more(workspace, monkeypatch):
    monkeypatch.setattr(segments, "COMES_BACK", -1)  # kinds are one division more to subtract by
    municipality = surveyed("Odense", 1000, 3)
    found = attack(municipality)
    assert len(found) > 10
    assert all(least <= true <= greatest for true, least, greatest in found.values())
    assert narrow(found) == {}
    # The program is not blunt: with the bases of both items, who wants no topic is found by subtraction.
    told = attack(municipality, item_bases=True, only="intet")
    certain = [ends for ends in told.values() if ends[1] == ends[2]]
    assert certain
    assert all(true == least for true, least, _ in certain)


# Of few answers many are hidden, and few of each group weigh much.
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("municipality", "n", "seed"),
    [*(("Odense", 1000, seed) for seed in (1, 2, 4, 5)), ("Vejle", 300, 2), ("Ringsted", 400, 5)],
)
def test_in_other_surveys_too(workspace, municipality, n, seed):
    assert narrow(attack(surveyed(municipality, n, seed))) == {}
