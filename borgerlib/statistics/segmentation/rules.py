"""Segments by rule: named groups of respondents who answered in a certain way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import pandas as pd

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.said import said
from borgerlib.survey.codebook.model import NAME

HINT = (
    "A segment is a table: [unge_klima], and under it one line an item with the options that will do: "
    'emner = ["klima_miljoe"].'
)


@dataclass(frozen=True)
class Segment:
    """A named group of respondents.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and '_'; the column of `assign_segments`.
    rules : mapping of str to tuple of str
        Item or column → the options or levels of which one must be chosen. All items must be met.

    See Also
    --------
    assign_segments : Says who belongs.
    load_segments : Reads them from a file.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.Segment("unge", {"aldersgruppe": ("15-17", "18-24")}).name
    'unge'
    """

    name: str
    rules: Mapping[str, tuple[str, ...]]


def assign_segments(respondents: pd.DataFrame, segments: Sequence[Segment]) -> pd.DataFrame:
    """Say of each respondent which segments they are in; segments may overlap.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, with a column an item, or the 0/1 columns ``item__option``.
    segments : sequence of Segment
        As read by `load_segments`, or made by hand.

    Returns
    -------
    DataFrame
        One row a person, same index; a nullable boolean column a segment. Missing where what was not
        answered decides: a segment's share is of those of whom it is known.

    Raises
    ------
    ParameterError
        A name is not legal or stands twice; the respondents lack an item or option; all is listed.

    See Also
    --------
    Segment : A rule.
    load_segments : Reads rules from a file.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde", "mand"]})
    >>> borgerlib.assign_segments(people, [borgerlib.Segment("kvinder", {"koen": ("kvinde",)})])[
    ...     "kvinder"
    ... ].tolist()
    [True, False]
    """
    check_segments(segments)
    names = [str(column) for column in respondents.columns]
    problems: list[str] = []
    columns = {}
    for segment in segments:
        if segment.name in names:
            problems.append(said("of_segment", name=segment.name, text=said("named_as_column")))
        member = pd.Series(True, index=respondents.index, dtype="boolean")
        for item, options in segment.rules.items():
            found, wrong = _chosen(respondents, names, item, options)
            problems += [said("of_segment", name=segment.name, text=text) for text in wrong]
            member &= found
        columns[segment.name] = member
    if problems:
        raise ParameterError(
            "The segments do not fit the respondents:",
            problems=problems,
            hint="Read segments with load_segments and the codebook that the respondents were read with.",
        )
    return pd.DataFrame(columns, index=respondents.index)


def check_segments(segments: Sequence[Segment]) -> None:
    """Raise `ParameterError` with all that is wrong with names and rules."""
    problems: list[str] = [
        said("of_segment", name=segment.name, text=said("is_no_name", name=segment.name))
        for segment in segments
        if not NAME.match(segment.name)
    ]
    names = [segment.name for segment in segments]
    problems += [
        said("of_segment", name=name, text=said("stands_twice"))
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    problems += [
        said("of_segment", name=segment.name, text=said("no_rule_or_options"))
        for segment in segments
        if not segment.rules or not all(segment.rules.values())
    ]
    if problems:
        raise ParameterError("The segments cannot be used:", problems=problems, hint=HINT)


def _chosen(
    respondents: pd.DataFrame, names: list[str], item: str, options: tuple[str, ...]
) -> tuple[pd.Series | bool, list[str]]:
    """Return who chose one of the options, missing where the item was not answered, and what is wrong."""
    if item in names:
        values = respondents[item]
        levels = [*options]
        if isinstance(values.dtype, pd.CategoricalDtype):
            levels = [str(level) for level in values.cat.categories]
        wrong: list[str] = [
            said("at_keys", keys=item, text=unknown_name("level", option, levels))
            for option in options
            if option not in levels
        ]
        return values.astype(object).map(str).isin(options).astype("boolean").where(values.notna()), wrong
    columns = [f"{item}__{option}" for option in options]
    absent = [column for column in columns if column not in names]
    if absent:
        stems = dict.fromkeys(name.split("__")[0] for name in names)
        if item not in stems:
            return True, [unknown_name("item", item, stems)]
        return True, [unknown_name("column", column, names) for column in absent]
    chosen = respondents[columns].astype("boolean")
    return reduce(or_, (chosen[column] for column in columns)), []
