"""Banner tables: every item of a survey by chosen domains, each domain tested against the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError, nearest, unknown_name
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.estimation.sample_design import Design, sample_design
from borgerlib.statistics.levels import Floats, any_frame, counted, rows_named
from borgerlib.survey.codebook.labels import check_codebook
from borgerlib.survey.codebook.model import Codebook, Item

FALSE_DISCOVERY_RATE = 0.05
FEWEST_EXPECTED = 5
COLUMNS = (
    "item", "option", "domain", "level", "n", "count", "n_weighted", "n_effective", "proportion",
    "standard_error", "ci_lower", "ci_upper", "difference", "p_value", "q_value", "significant", "direction",
)  # fmt: skip
_ANSWER, _LEVEL = "__answer__", "__level__"


@any_frame
def banner_table(
    respondents: pd.DataFrame,
    codebook: Codebook,
    *,
    by: Sequence[str],
    items: Sequence[str] | None = None,
    confidence: float = 0.95,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate every item by chosen domains, and test each domain against the rest.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample, with columns as the codebook names them.
    codebook : Codebook
        What was asked.
    by : sequence of str
        Columns whose levels are the domains, each column by itself: an item, an age band, the yes/no columns
        of `assign_segments`. Who withheld the answer ('ønsker ikke at oplyse') is in no domain.
    items : sequence of str, optional
        Single and multiple items. Without it all of the codebook that are in `respondents`, except those of
        `by`. One that nobody answered is left out.
    confidence : float
        Level of the intervals, 0–1.
    false_discovery_rate : float
        Largest expected share of false findings among the significant differences of the whole table, 0–1.
    **design
        weight, strata, cluster, population_size, raked_to, lonely_psu: see `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row an item × option × domain; the total first, then `by` in its order. Columns: item, option,
        domain (the `by` column, which divides; '' for the total), level (text; '' for the total), n
        (respondents of the domain who answered the item), count (of those, who chose the option;
        unweighted), n_weighted (the sum of the weights of n), n_effective (Kish's), proportion,
        standard_error, ci_lower, ci_upper (shares 0–1), difference (to all others who have a level of that
        column), p_value, q_value (adjusted), significant (bool), direction ('above', 'below' or '', the
        sign of the difference). For the total, and where there is no rest, the difference is missing;
        p_value and q_value also where a domain is too small to be tested.

    Raises
    ------
    ParameterError
        Unknown items or columns, an item without options, confidence or rate outside 0–1; all at once.
    DataError
        A column cannot be used as asked for, or the design does not allow a variance.

    See Also
    --------
    banner : Shows it.
    estimate_difference : The test behind it.

    Notes
    -----
    A domain is compared with the rest, not with the total, of which it is a part. t tests as
    `estimate_difference`, where at least `FEWEST_EXPECTED` of the domain and of the rest would be expected to
    choose the option, and not to choose it, if they answered alike (Cochran, 1954). The false discovery rate
    is controlled over all rows of the table by the step-up procedure of Benjamini & Hochberg (1995).

    In R: ``svyby`` with ``svymean`` for each column, and ``svyttest``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> codebook = borgerlib.load_codebook("Ærø")
    >>> table = borgerlib.banner_table(people, codebook, by=["koen"], items=["tid"], weight="weight")
    >>> table[["option", "level", "n"]].head(2).values.tolist()
    [['ingen_tid', '', 830], ['en_gang', '', 830]]
    """
    check_confidence(confidence)
    columns = [by] if isinstance(by, str) else list(by)
    asked = _asked(respondents, codebook, columns, items, false_discovery_rate)
    row_weights = sample_design(respondents, **design).weight
    parts = [
        _item_rows(respondents, codebook, item, columns, design, row_weights, confidence) for item in asked
    ]
    found = [part for part in parts if part is not None]
    if not found:
        raise ParameterError("Nobody answered any of the items: there is no table to make.")
    table = pd.concat(found, ignore_index=True)
    q_value = adjust_p_values(table["p_value"])
    sign = np.sign(table["difference"])
    return table.assign(
        q_value=q_value,
        significant=q_value.le(false_discovery_rate),
        direction=sign.map({1.0: "above", -1.0: "below"}).fillna("").astype("str"),
    )[list(COLUMNS)]


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Return p-values adjusted so that a limit on them is one on the false discovery rate; missing ones stay.

    Benjamini & Hochberg (1995), over all that are given.
    """
    from statsmodels.stats.multitest import multipletests

    known = p_values.dropna()
    adjusted = pd.Series(np.nan, index=p_values.index)
    if len(known):
        adjusted.loc[known.index] = multipletests(known.to_numpy(dtype=float), method="fdr_bh")[1]
    return adjusted


def large_enough(tested: pd.DataFrame) -> pd.Series:
    """Whether the differences of `estimate_difference` rest on enough respondents to be tested.

    At least `FEWEST_EXPECTED` of the domain and of the rest would be expected to choose the option, and as
    many not to, if both answered alike (Cochran, 1954).
    """
    n, against = tested["n"], tested["n_against"]
    pooled = (n * tested["proportion"] + against * tested["proportion_against"]) / (n + against)
    rarer = pooled.where(pooled < 0.5, 1 - pooled)
    return (n.where(n < against, against) * rarer).ge(FEWEST_EXPECTED)


def item_shares(
    respondents: pd.DataFrame,
    answers: pd.DataFrame,
    divisions: Mapping[str, pd.Series],
    design: Design,
    confidence: float,
) -> pd.DataFrame:
    """Return the share of each answer among all and in each level of each division, tested against the rest.

    Parameters
    ----------
    respondents : DataFrame
        The columns of the design.
    answers : DataFrame
        0/1 columns as of `answers_of`.
    divisions : mapping of str to Series
        Each respondent's level.
    design, confidence
        As of `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a division ('' for all) × level × option: domain (the division), level, and the columns of
        `estimate_proportions`; difference to the rest and p_value, both missing where there is no rest,
        p_value also where too few answered to test.
    """
    names = [f"{_ANSWER}{name}" for name in answers.columns]
    frame = pd.concat([respondents, answers.set_axis(names, axis=1)], axis=1)
    parts = []
    for division, levels in {"": pd.Series("", respondents.index), **divisions}.items():
        if levels.isna().all():
            continue
        frame[_LEVEL] = levels
        shares = estimate_proportions(frame, names, by=_LEVEL, confidence=confidence, **design)
        shares = shares.assign(difference=np.nan, p_value=np.nan)
        if levels.nunique() > 1:
            tested = estimate_difference(frame, names, by=_LEVEL, confidence=confidence, **design)
            shares["difference"] = tested["difference"]
            shares["p_value"] = tested["p_value"].where(large_enough(tested))
        level = [str(level) for level in shares.pop(_LEVEL)]
        parts.append(shares.assign(domain=division, level=level))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(option=found["option"].str.removeprefix(_ANSWER))


def answers_of(respondents: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return an item's answers as 0/1 columns, one an option, missing where nothing was answered.

    An option that nobody has a value for was not offered, and has no column. All options of an item have one
    base: who said something of one option said it of all.
    """
    if item.kind == "multiple":
        chosen = respondents[item.columns].astype("Float64").set_axis([o.id for o in item.options], axis=1)
        answered = chosen.notna().any(axis=1)
        offered = chosen.loc[:, chosen.notna().any()]
        return offered.fillna(0).where(answered)
    answer = respondents[item.id].astype(object)
    answered = answer.notna()
    ids = [option.id for option in item.options]
    strange = answered & ~answer.isin(ids)
    if strange.any():
        raise ParameterError(
            f"Column '{item.id}' holds values that are no option of the item "
            f"(rows {rows_named(respondents.index, strange.to_numpy(dtype=bool))}).",
            problems=[unknown_name("option", str(value), ids) for value in answer[strange].unique()[:5]],
            hint="Clean the respondents with the codebook first.",
        )
    known = ids if answered.any() else ()
    columns = {name: answer.eq(name).astype("Float64").where(answered) for name in known}
    return pd.DataFrame(columns, index=respondents.index)


def with_nets(answers: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return 0/1 answers with those of the nets whose options were all offered."""
    nets = {net: answers[list(of)].max(axis=1) for net, of in item.nets.items() if set(of) <= set(answers)}
    return answers.assign(**nets)


def division_levels(respondents: pd.DataFrame, codebook: Codebook, column: str) -> pd.Series:
    """Return each respondent's level of a column that divides; missing where the answer withholds it."""
    values = respondents[column]
    if column not in codebook or not codebook.item(column).options:
        return values
    silent = [option.id for option in codebook.item(column).options if option.missing]
    return values.mask(values.astype(object).isin(silent))


def _asked(
    respondents: pd.DataFrame,
    codebook: Codebook,
    by: list[str],
    items: Sequence[str] | None,
    false_discovery_rate: float,
) -> list[Item]:
    """Return the items of the table, or raise all that is wrong with what was asked for."""
    names = [str(column) for column in respondents.columns]
    problems = [unknown_name("column", column, names) for column in by if column not in respondents.columns]
    problems += [f"'{column}' stands twice in by" for column in dict.fromkeys(by) if by.count(column) > 1]
    if not 0 < false_discovery_rate < 1:
        problems.append(f"false_discovery_rate is {false_discovery_rate!r}; it lies between 0 and 1")
    check_codebook(codebook)
    ids = [item.id for item in codebook]
    wanted = ids if items is None else [items] if isinstance(items, str) else list(items)
    found = []
    for name in dict.fromkeys(wanted):
        if name not in codebook:
            problems.append(unknown_name(f"item of survey '{codebook.id}'", name, ids))
            continue
        item = codebook.item(name)
        absent = [column for column in item.columns if column not in respondents.columns]
        if not absent and item.options and (items is not None or name not in by):
            found.append(item)
        elif items is not None and not item.options:
            problems.append(f"item '{name}' is a {item.kind}, which has no options to count")
        elif items is not None:
            near = nearest(absent[0], names)
            problems.append(
                f"item '{name}': the respondents lack {counted(len(absent), 'column')} ('{absent[0]}'"
                + (f"; there is '{near[0]}')" if near else ")")
            )
    if not problems and not found:
        problems.append("none of the codebook's single and multiple items is among the respondents' columns")
    if problems:
        raise ParameterError(
            "The banner table cannot be made:",
            problems=problems,
            hint="Give the respondents as prepared, with the codebook that they were read with.",
        )
    return found


def _item_rows(
    respondents: pd.DataFrame,
    codebook: Codebook,
    item: Item,
    by: list[str],
    design: Design,
    weights: Floats,
    confidence: float,
) -> pd.DataFrame | None:
    answers = answers_of(respondents, item)
    if answers.empty:
        return None
    divisions = {column: division_levels(respondents, codebook, column) for column in by}
    rows = item_shares(respondents, answers, divisions, design, confidence)
    answered = answers.notna().any(axis=1)
    sizes = {
        division: _effective(levels, answered, weights)
        for division, levels in {"": pd.Series("", respondents.index), **divisions}.items()
    }
    effective = [
        sizes[division].get(level, 0.0) for division, level in zip(rows["domain"], rows["level"], strict=True)
    ]
    return rows.assign(item=item.id, n_effective=effective)


def _effective(levels: pd.Series, answered: pd.Series, weights: Floats) -> dict[str, float]:
    """Return the effective sample size of each level among those who answered."""
    mass = pd.DataFrame({"once": weights, "squared": weights**2})
    there = (answered & levels.notna()).to_numpy(dtype=bool)
    sums = mass[there].groupby(levels.astype(object).map(str).to_numpy()[there]).sum()
    return dict(sums["once"] ** 2 / sums["squared"])
