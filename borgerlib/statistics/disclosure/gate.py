"""What may be shown: the gate between estimates and everything a reader sees.

Charts, tables, dashboards and exports accept `DisclosedEstimates` alone, and only three functions make
one: `disclose` for the tables of a report, `as_published` for numbers that are public already, and
`selection.disclose_selection` for what a reader of a dashboard selects.
"""

from __future__ import annotations

from numbers import Integral

import numpy as np
import pandas as pd

from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.statistics.disclosure.columns import KEYS, SHARES, blanked, retold, typed, without_further
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates, Origin, _admit
from borgerlib.statistics.disclosure.hiding.confidentiality import hide
from borgerlib.statistics.disclosure.hiding.weighted_totals import hide_for_totals, whole_steps
from borgerlib.statistics.disclosure.named import named, whose
from borgerlib.statistics.disclosure.nets import safe_nets
from borgerlib.statistics.disclosure.tables import ShownItem, read_items
from borgerlib.statistics.levels import Mask
from borgerlib.survey.codebook.model import Codebook

__all__ = ["DisclosedEstimates", "as_published", "check_min_cell", "disclose"]

DEFAULT_MIN_CELL = 5
LOWEST_MIN_CELL = 3
LARGEST_EXACT_FRAME = 400
"""Rows up to which complementary suppression is solved to the optimum; larger frames by the heuristic."""

_REQUIRED = (*KEYS, "label", "group_label", "n", "count", *SHARES)


def as_published(
    estimates: pd.DataFrame, *, base: str, source: str, confidence: float = 0.95
) -> DisclosedEstimates:
    """Admit numbers that a report has published: they are public already and are shown as published.

    Parameters
    ----------
    estimates : DataFrame
        As `DisclosedEstimates.frame`, without 'suppressed'.
    base, source, confidence
        See `DisclosedEstimates`.

    Returns
    -------
    DisclosedEstimates
        The same rows, none suppressed, of origin 'published'.

    Raises
    ------
    DisclosureError
        A column is missing, or holds something else than numbers; a share is not between 0 and 1, or lies
        outside its interval.

    See Also
    --------
    disclose : For estimates from microdata.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> row = {
    ...     "item": "strategi",
    ...     "option": "ja",
    ...     "label": "Ja",
    ...     "group": "",
    ...     "group_label": "",
    ...     "n": 78,
    ...     "count": 45,
    ... }
    >>> table = pd.DataFrame([{**row, "proportion": 0.58, "ci_lower": 0.5, "ci_upper": 0.65}])
    >>> borgerlib.as_published(table, base="kommunaldirektører", source="Rapporten")
    DisclosedEstimates(1 rows, 0 suppressed, origin='published', base='kommunaldirektører', confidence=0.95)
    """
    frame = _complete(estimates).assign(suppressed=False)
    try:
        published = _admit(frame, "published", base, source, confidence, 0)
    except (TypeError, ValueError) as error:
        raise DisclosureError(f"The estimates hold something else than numbers: {error}.") from error
    _refuse_outside(published.frame)
    return published


def _refuse_outside(frame: pd.DataFrame) -> None:
    """Raise where a share is none, or lies outside its interval (`DisclosureError`)."""
    share, lower, upper = (frame[name] for name in SHARES)
    outside = (frame[SHARES] - 0.5).abs().gt(0.5).any(axis=1)
    outside |= (share < lower - 1e-9) | (share > upper + 1e-9)
    problems = [
        f"option '{row['option']}' of item '{row['item']}': proportion is {row['proportion']:g}, its "
        f"interval {row['ci_lower']:g} to {row['ci_upper']:g}"
        for row in frame[outside].to_dict("records")
    ]
    if problems:
        raise DisclosureError(
            "The estimates hold what is no share of a group:",
            problems=problems[:20],
            hint="Shares lie between 0 and 1, in their interval: write 40 per cent as 0.40.",
        )


def disclose(
    estimates: pd.DataFrame,
    *,
    min_cell: int = DEFAULT_MIN_CELL,
    base: str | None = None,
    source: str | None = None,
    confidence: float | None = None,
    simulated: bool | None = None,
    codebook: Codebook | None = None,
) -> DisclosedEstimates:
    """Suppress what could reveal a person, and what would give it away by addition; admit the rest.

    Suppressed are counts from 1 to `min_cell` − 1; counts that all but fewer than `min_cell` of the group
    share, or all of it; groups with fewer than `min_cell` answers, whole and with their n; and the further
    counts that are needed so that every suppressed number could still differ by `min_cell` for a reader who
    knows everything else that is shown (`feasible_ranges` takes that reader's place). A zero is shown.

    Disclose in one call whatever will be seen together: a number that is hidden here and shown elsewhere is
    not hidden. Sort by proportion afterwards, not before: an order can tell a hidden number.

    Parameters
    ----------
    estimates : DataFrame
        What `estimate_proportions` returned, or several of it put together (``pandas.concat``): groups and
        labels are made from its columns and the codebook. Or a frame as `DisclosedEstimates.frame`, without
        'suppressed'; unweighted counts, one row for every option × group of an item. Group '' is all
        respondents. Two more columns may tell what adds up:

        domain : str
            What divides the respondents into these groups ('alder', 'koen'). All groups of it must be there;
            respondents outside them are taken as not having said. Without this column all groups are one
            division, and whoever is outside is protected as a group too (a selection and the rest).
        exclusive : bool
            Whether a respondent chose one option only. Without this column: where no group's counts exceed n.
        net : bool
            Whether the row is a named sum of options ("enig"), whose parts `codebook` names: it is hidden
            where one of them is, or where fewer than `min_cell` would follow by subtraction, and then in all
            groups of its division. Where its parts are rounded it is rounded too (to their sum if they
            exclude each other), and without a count.

        n_weighted : float
            The sum of the weights of who answered, needed where shares are weighted and group '' is there.
            There the total of an option with hidden counts is shown in whole percent and without its count,
            and further counts are hidden where it would still give a hidden one away. n_weighted itself is
            not shown: bases of several items differ by the few who answered one of them alone.

        Any other column is kept, and blanked where a row is suppressed.
    min_cell : int
        Smallest count shown, at least 3.
    base, source, confidence
        See `DisclosedEstimates`. Without them what the estimates know of the survey that `load` returned.
    simulated : bool, optional
        Whether the respondents are simulated; what the estimates know to be simulated stays so. Where
        ``attrs`` of estimates were lost (pandas drops them in ``merge``, and in ``concat`` where they
        differ), say both `confidence` and `simulated`.
    codebook : Codebook, optional
        What was asked; needed where there are nets. Without it labels are those of the survey's codebook.

    Returns
    -------
    DisclosedEstimates
        In suppressed rows count, proportion and the interval are missing, and so is n in groups suppressed
        whole. Where an item is weighted and a group's count is suppressed, the total's proportion and
        interval are in whole percent, as charts and tables write them, and its further numbers blank.

    Raises
    ------
    ParameterError
        `min_cell` is no whole number, or below 3; there are nets and no codebook; nothing tells whose answers
        they are, of what level their intervals are, or whether they are simulated.
    DisclosureError
        Counts are missing or do not add up, or weighted totals stand beside hidden counts without
        `n_weighted`, so that nothing can be promised.

    See Also
    --------
    estimate_proportions : What goes in.
    bar_chart : What comes after.
    feasible_ranges : What a reader could still work out.

    Notes
    -----
    Threshold: Statistics Denmark asks for three persons at least in a group. Rules and complementary
    suppression: Hundepool et al., Statistical Disclosure Control (2012), ch. 4 and 5.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> whole = borgerlib.estimate_proportions(people, "tid", weight="weight")
    >>> by_sex = borgerlib.estimate_proportions(people, "tid", by="koen", weight="weight")
    >>> shown = pd.concat([whole, by_sex]).pipe(borgerlib.disclose)
    >>> shown
    DisclosedEstimates(28 rows, 12 suppressed, origin='simulated', base='borgere i Ærø Kommune', ...)
    >>> shown.source
    'SIMULEREDE DATA: Borgernes svar i Ærø Kommune. Vægtet.'
    """
    check_min_cell(min_cell)
    known = estimates.attrs if isinstance(estimates, pd.DataFrame) else {}
    frame = _complete(estimates, codebook).reset_index(drop=True)
    base, source = whose(known, base, source)
    # Estimates of ours always know these; a frame made by hand has a column 'group_label'.
    if "group_label" not in estimates and "confidence" not in known and None in (confidence, simulated):
        raise ParameterError(
            "The estimates no longer know of what level their intervals are, nor whether the respondents are "
            "simulated: attrs were lost, as in pandas.merge or in pandas.concat of parts that differ.",
            hint="Say both: disclose(…, confidence=0.95, simulated=False); or keep them: "
            "together.attrs = estimates.attrs.",
        )
    confidence = known.get("confidence", 0.95) if confidence is None else confidence
    is_net = frame["net"].astype(bool) if "net" in frame else pd.Series(False, index=frame.index)
    options = frame[~is_net].reset_index(drop=True)
    shown = _without_hidden(options, *_what_to_hide(options, read_items(options), int(min_cell)))
    if is_net.any():
        if codebook is None:
            raise ParameterError("There are nets, and no codebook that tells what they are sums of.")
        nets = safe_nets(frame[is_net], options, shown, codebook, int(min_cell))
        order = np.concatenate([np.flatnonzero(~is_net), np.flatnonzero(is_net)])
        shown = pd.concat([shown, nets]).set_axis(order).sort_index()
    origin: Origin = "simulated" if simulated or known.get("simulated") else "microdata"
    shown = shown.drop(columns="n_weighted", errors="ignore")
    return _admit(shown, origin, base, source, float(confidence), int(min_cell))


def check_min_cell(min_cell: int) -> None:
    """Refuse a threshold that is no whole number or too small to protect anybody (`ParameterError`)."""
    if isinstance(min_cell, bool) or not isinstance(min_cell, Integral) or min_cell < LOWEST_MIN_CELL:
        raise ParameterError(
            f"min_cell is {min_cell!r}; it must be a whole number, {LOWEST_MIN_CELL} or more.",
            hint=f"Leave it out for the default, {DEFAULT_MIN_CELL}.",
        )


def _what_to_hide(frame: pd.DataFrame, items: list[ShownItem], min_cell: int) -> tuple[Mask, Mask, Mask]:
    """Return for each row whether it and whether its n is hidden, and whether its shares are rounded."""
    hidden, without_n, rounded = np.zeros((3, len(frame)), dtype=bool)
    exact = len(frame) <= LARGEST_EXACT_FRAME
    for item in items:
        table = item.table
        found = hide(table, min_cell=min_cell, exact=exact)
        if item.weighted:
            if item.weights is not None:
                found = hide_for_totals(item.weights, found, min_cell=min_cell, exact=exact)
                rounded[item.rows] = found.counts[item.option].any(axis=1) & (item.group == table.total)
            # What stands in no group, or is hidden of all too, gives the totals nothing to tell.
            elif (~found.counts[:, table.total] & found.counts.any(axis=1))[item.option].any():
                # Rounding that is safe for any weights would be coarser than shares are worth: 9 pct. of 120.
                raise DisclosureError(
                    f"Item '{frame['item'].iloc[item.rows[0]]}' is weighted, some of its counts are hidden, "
                    "and the column n_weighted is missing: the shares of all could give a hidden count away.",
                    hint="Add the sum of the weights of who answered in each group, n_weighted of "
                    "estimate_proportions; or leave out the rows of all respondents (group '').",
                )
        hidden[item.rows] = found.counts[item.option, item.group]
        without_n[item.rows] = found.n[item.group]
    return hidden, without_n, rounded & ~hidden


def _without_hidden(frame: pd.DataFrame, hidden: Mask, without_n: Mask, rounded: Mask) -> pd.DataFrame:
    """Return `frame` without whatever tells of a hidden number."""
    frame = typed(frame)
    frame["suppressed"] = hidden
    frame = retold(frame, rounded, whole_steps(frame["proportion"].to_numpy()))
    frame["count"] = frame["count"].mask(rounded)
    return blanked(without_further(frame, rounded), hidden, without_n)


def _complete(estimates: pd.DataFrame, codebook: Codebook | None = None) -> pd.DataFrame:
    if not isinstance(estimates, pd.DataFrame):
        raise DisclosureError(f"The estimates are a {type(estimates).__name__}, not a pandas DataFrame.")
    estimates = named(estimates, codebook)
    lacking = [column for column in _REQUIRED if column not in estimates.columns]
    if lacking:
        raise DisclosureError(
            f"The estimates lack the columns {', '.join(lacking)}.",
            hint="Give what estimate_proportions returns, or a frame with all of these columns.",
        )
    frame = estimates.copy()
    if "note" not in frame.columns:
        frame["note"] = ""
    return frame
