"""Estimates from a later wave's microdata, in the shape of the published ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.counts import DIVIDED, option_label
from borgerlib.lokaldemokrati.wave.microdata import POPULATION, WEIGHT, Wave
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.crosstabs import answers_of, with_nets
from borgerlib.statistics.disclosure.columns import KEYS, WITHHELD
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, disclose
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.estimation.sample_design import Design
from borgerlib.survey.codebook.model import Codebook, Item

NOT_ASKED = "ikke med i denne måling"
UNWEIGHTED = "Uden vægte; den vægtede andel kunne røbe et skjult tal."
_NUMBERS = ("n", "count", "n_weighted", "proportion", "ci_lower", "ci_upper")


def wave_estimates(
    wave: Wave, codebook: Codebook, *, name: str, confidence: float, min_cell: int
) -> DisclosedEstimates:
    """Estimate every item of a wave, whole and by strategy, and suppress small cells.

    A net is shown only if its parts are, so that it discloses no suppressed part. The whole country takes
    precedence: if the division by strategy would hide one of its numbers, the division is hidden instead; if
    a question's weighted shares would disclose a hidden part, its unweighted ones are shown, with a note.

    Returns
    -------
    DisclosedEstimates
        Columns beside the usual: net, population, possible_n.
    """
    parts = [
        _item_estimates(wave, item, by, codebook, confidence=confidence)
        for item in codebook
        for by in _divisions(item, codebook)
    ]
    frame = pd.concat(parts, ignore_index=True)
    source = (
        f"Kommunaldirektørernes svar i målingen »{name}«. Egne beregninger, vægtet efter region og "
        "kommunegruppe."
    )
    asked = frame[frame["count"].notna()].reset_index(drop=True)
    if asked.empty:
        raise DataError(f"The survey {name} holds no answers: every item is empty.")
    kinds = {item.id: item.kind for item in codebook}
    asked["exclusive"] = asked["item"].map(kinds) != "multiple"
    base = str(codebook.meta["unit"])
    admit = partial(
        disclose, min_cell=min_cell, base=base, source=source, confidence=confidence, codebook=codebook
    )
    plain = _telling(_whole_first(asked, admit).frame)
    shares = asked["proportion"].mask(plain, asked["count"] / asked["n"])
    counted = _whole_first(asked.assign(proportion=shares), admit).counted(
        plain, population=NUMBER_OF_MUNICIPALITIES
    )
    plain &= ~counted.frame["suppressed"]
    notes = dict.fromkeys(asked.loc[plain, KEYS].itertuples(index=False, name=None), UNWEIGHTED)
    shown = counted.relabel("note", {WITHHELD: ""}).relabel("note", notes, by=KEYS)
    if len(asked) < len(frame):
        not_asked = frame[frame["count"].isna()]
        shown = shown.together(as_published(not_asked, base=shown.base, source=source))
    position = pd.Series(range(len(frame)), index=pd.MultiIndex.from_frame(shown.frame[KEYS]))
    population = frame[KEYS].assign(population=NUMBER_OF_MUNICIPALITIES, possible_n="")
    return shown.take(position[list(frame[KEYS].itertuples(index=False, name=None))]).join(population)


def _whole_first(
    asked: pd.DataFrame, admit: Callable[[pd.DataFrame], DisclosedEstimates]
) -> DisclosedEstimates:
    undivided = asked["group"] == ""
    together, alone = admit(asked), admit(asked[undivided])
    if together.take(undivided).frame["suppressed"].equals(alone.frame["suppressed"]):
        return together
    both = alone.together(together.hide(~undivided).take(~undivided))
    return both.take(np.argsort(np.argsort(~undivided, kind="stable")))


def _telling(shown: pd.DataFrame) -> pd.Series:
    """Return the country's rows of the questions whose weighted shares would disclose a hidden part."""
    uncounted = shown["count"].isna() & ~shown["suppressed"]
    return shown["item"].isin(shown.loc[uncounted, "item"]) & (shown["group"] == "")


def _divisions(item: Item, codebook: Codebook) -> list[Item | None]:
    return [None, codebook.item(DIVIDED[1])] if item.id == DIVIDED[0] else [None]


def _item_estimates(
    wave: Wave, item: Item, by: Item | None, codebook: Codebook, *, confidence: float
) -> pd.DataFrame:
    indicators = _indicators(wave.respondents, item)
    groups = {option.id: option.short for option in by.options} if by else {"": ""}
    every = pd.MultiIndex.from_product([groups, indicators.columns], names=["group", "option"])
    frame = _estimated(wave, indicators, by, confidence=confidence).reindex(every).reset_index()
    return frame.assign(
        item=item.id,
        net=frame["option"].isin(list(item.nets)),
        label=[option_label(codebook, item.id, option) for option in frame["option"]],
        group_label=frame["group"].map(groups),
        note=np.where(frame["n"].isna(), NOT_ASKED, ""),
    )


def _estimated(wave: Wave, indicators: pd.DataFrame, by: Item | None, *, confidence: float) -> pd.DataFrame:
    """Return the numbers by group and option; no rows where the wave has no answers."""
    columns = wave.respondents[[WEIGHT, POPULATION, *([by.id] if by else [])]]
    respondents = pd.concat([indicators, columns], axis=1)
    answered = respondents if by is None else respondents[respondents[by.id].notna()]
    asked = [column for column in indicators.columns if answered[column].notna().any()]
    if not asked:
        nothing = pd.MultiIndex.from_arrays([[], []], names=["group", "option"])
        return pd.DataFrame(columns=list(_NUMBERS), index=nothing, dtype=float)
    # Use the weights alone, not the margins' residuals: with a handful of municipalities a cell, residuals
    # would give intervals that are too narrow for 98 units.
    design: Design = {"weight": WEIGHT, "population_size": POPULATION}
    groups = [by.id] if by else None
    estimated = estimate_proportions(respondents, asked, by=groups, confidence=confidence, **design)
    estimated["group"] = estimated[by.id].astype(str) if by else ""
    return estimated.set_index(["group", "option"])[list(_NUMBERS)]


def _indicators(respondents: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return 0/1 columns, one an option and net, missing where the respondent did not answer.

    An option that no respondent has a value for was not offered: missing, not 0.
    """
    nets = () if item.kind == "multiple" else item.nets
    names = [*(option.id for option in item.options), *nets]
    return with_nets(answers_of(respondents, item), item).reindex(columns=names)
