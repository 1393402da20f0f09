"""What citizens answered, as estimates that may be shown: weighted, by group, small cells suppressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.crosstabs import answers_of, division_levels, item_shares, with_nets
from borgerlib.statistics.disclosure.columns import SHARES
from borgerlib.statistics.estimation.sample_design import Design
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.survey.codebook.labels import answer_label, group_of, level_label
from borgerlib.survey.codebook.model import Codebook, Item

_ESTIMATES = (
    "item", "option", "label", "group", "group_label", "domain", "exclusive", "net", "n", "n_weighted",
    "count", *SHARES, "difference", "p_value", "note",
)  # fmt: skip


def estimate_answers(
    respondents: pd.DataFrame,
    codebook: Codebook,
    items: Sequence[str],
    *,
    by: Mapping[str, Sequence[str]],
    raked_to: WeightingResult | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate items for all and by group, and test each group against everybody outside it.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, as `borgerlib.load` returns, with the column `weight`.
    codebook : Codebook
        What was asked.
    items : sequence of str
        Single or multiple items. One without any answer is left out.
    by : mapping of str to sequence of str
        Item → the divisions: columns whose levels are its groups, one column at a time.
    raked_to : WeightingResult, optional
        The weighting (`borgerlib.interest.survey.load_weighting`): the intervals then leave out the variation
        that its margins explain. Without it the weights are taken as given: intervals are a little wide.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    DataFrame
        Unprotected: give `disclose` in one go all that a reader will see together, without difference and
        p_value. Groups are named 'column=level', '' is all. Columns beside the usual: domain (the division),
        net (bool: a named sum of options), exclusive (bool: one answer a person), difference to the rest
        (share), p_value (missing where a group is too small to be tested, or is all).

    Raises
    ------
    ParameterError
        An item without options, or no item with answers.

    Notes
    -----
    The base of the shares is those who answered the item, "don't know" included.
    Tests and smallest groups as in banner tables (`borgerlib.statistics.crosstabs.banner_table`).
    """
    textual = [codebook.item(name) for name in items if not codebook.item(name).options]
    if textual:
        raise ParameterError(
            "The respondents cannot be estimated from:",
            problems=[f"item '{of.id}' is a {of.kind}, which has no options to count" for of in textual],
        )
    parts = [
        _estimated(respondents, codebook, codebook.item(name), by.get(name, ()), raked_to, confidence)
        for name in items
    ]
    if not items:
        return no_estimates()
    if not any(map(len, parts)):
        raise ParameterError(f"Nobody answered {danish.listing(items, last='or')}: there is nothing to show.")
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def no_estimates() -> pd.DataFrame:
    """Return an empty frame of estimates, for a survey without a question that can be shown."""
    numbers = {"n", "n_weighted", "count", *SHARES, "difference", "p_value"}
    kinds = dict.fromkeys(_ESTIMATES, str) | dict.fromkeys(numbers, float) | {"net": bool, "exclusive": bool}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _estimated(
    respondents: pd.DataFrame,
    codebook: Codebook,
    item: Item,
    by: Sequence[str],
    raked_to: WeightingResult | None,
    confidence: float,
) -> pd.DataFrame:
    answers = with_nets(answers_of(respondents, item), item)
    if answers.empty:
        return pd.DataFrame()
    divisions = {column: division_levels(respondents, codebook, column) for column in by}
    design: Design = {"raked_to": raked_to} if raked_to is not None else {"weight": WEIGHT}
    shares = item_shares(respondents[[WEIGHT]], answers, divisions, design, confidence)
    groups = list(zip(shares["domain"], shares["level"], strict=True))
    return shares.assign(
        item=item.id,
        label=[answer_label(item, option) for option in shares["option"]],
        group=[group_of(column, level) if column else "" for column, level in groups],
        group_label=[level_label(codebook, column, level) if column else "" for column, level in groups],
        exclusive=item.kind != "multiple",
        net=shares["option"].isin(list(item.nets)),
        note="",
    )[list(_ESTIMATES)]
