"""Merge sparse levels, only by rules that the user wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from borgerlib.errors import MarginError, unknown_name

MergeRules = Mapping[str, Mapping[str, Sequence[str]]]
"""Column → new level → the old levels that it replaces."""


def merge_margins(margins: Mapping[str, pd.Series], rules: MergeRules) -> dict[str, pd.Series]:
    """Merge sparse levels of margins by rules that the user wrote.

    Parameters
    ----------
    margins : mapping of str to Series
        Column → counts by level.
    rules : mapping
        Column → new level → old levels: ``{"aldersgruppe": {"60-69": ["60-64", "65-69"]}}``. The merged
        level takes the place of the first old one. Apply the same rules to the respondents with
        `merge_levels`.

    Returns
    -------
    dict of str to Series
        Column → counts by level, the sums unchanged.

    Raises
    ------
    MarginError
        A rule names an unknown column or level, a level twice, fewer than two levels, or gives the merged
        level the name of another; all problems are listed.

    See Also
    --------
    merge_levels : The same for respondents.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> margins = {"aldersgruppe": pd.Series({"15-17": 200, "18-24": 400})}
    >>> borgerlib.merge_margins(margins, {"aldersgruppe": {"15-24": ["15-17", "18-24"]}})[
    ...     "aldersgruppe"
    ... ].to_dict()
    {'15-24': 600}
    """
    check_rules(rules, {column: set(margin.index) for column, margin in margins.items()})
    return {column: merge_counts(margin.rename_axis(column), rules) for column, margin in margins.items()}


def merge_levels(respondents: pd.DataFrame, rules: MergeRules) -> pd.DataFrame:
    """Merge levels in the respondents' columns, by the rules given to `merge_margins`.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    rules : mapping
        Column → new level → old levels.

    Returns
    -------
    DataFrame
        As `respondents`; the columns with a rule are categorical, ordered where they were.

    Raises
    ------
    MarginError
        As `merge_margins`, except that an old level may be absent: that nobody answered may be why the rule
        was written.

    See Also
    --------
    merge_margins : The same for the population.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"aldersgruppe": ["15-17", "18-24"]})
    >>> borgerlib.merge_levels(people, {"aldersgruppe": {"15-24": ["15-17", "18-24"]}})[
    ...     "aldersgruppe"
    ... ].tolist()
    ['15-24', '15-24']
    """
    columns = {name: respondents[name].astype("category") for name in rules if name in respondents.columns}
    check_rules(rules, {name: set(values.cat.categories) for name, values in columns.items()}, strict=False)
    merged = {}
    for name, values in columns.items():
        new = [_renaming(rules[name]).get(level, level) for level in values.cat.categories]
        scale = pd.CategoricalDtype(list(dict.fromkeys(new)), ordered=values.cat.ordered)
        merged[name] = (
            values.astype(object).map(dict(zip(values.cat.categories, new, strict=True))).astype(scale)
        )
    return respondents.assign(**merged)


def check_rules(rules: MergeRules, levels: Mapping[str, set[str]], *, strict: bool = True) -> None:
    """Raise `MarginError` with everything that is wrong with the rules, given the levels by column.

    Unless `strict`, a rule may name levels that do not occur.
    """
    problems = []
    for column, new_levels in rules.items():
        if column not in levels:
            problems.append(unknown_name("column", column, levels))
            continue
        old = [level for members in new_levels.values() for level in members]
        problems += [
            f"'{column}': {unknown_name('level', level, sorted(levels[column]))}"
            for level in old
            if strict and level not in levels[column]
        ]
        problems += [
            f"'{column}': level '{level}' stands in more than one rule"
            for level in sorted({level for level in old if old.count(level) > 1})
        ]
        problems += [
            f"'{column}', '{new}': a rule merges two levels or more"
            for new, members in new_levels.items()
            if len(members) < 2
        ]
        problems += [
            f"'{column}', '{new}': another level has that name already"
            for new in new_levels
            if new in levels[column] and new not in old
        ]
    if problems:
        raise MarginError("The rules for merging levels do not fit:", problems=problems)


def _renaming(new_levels: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {level: new for new, members in new_levels.items() for level in members}


def merge_counts(counts: pd.Series, rules: MergeRules) -> pd.Series:
    """Merge levels of counts whose index (one or several levels) is named like the columns of the rules."""
    if not any(name in rules for name in counts.index.names):
        return counts
    names = [str(name) for name in counts.index.names]
    frame = counts.index.to_frame(index=False)
    for name in names:
        renamed = _renaming(rules.get(name, {}))
        frame[name] = frame[name].map(lambda level, names=renamed: names.get(level, level))
    merged = counts.groupby([frame[name].to_numpy() for name in names], sort=False).sum()
    merged.index.names = names
    merged.attrs = counts.attrs
    return merged
