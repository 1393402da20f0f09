"""The base of each response option in each domain, and the shape of a table by option."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.statistics.estimation.answers import Answers, DomainCodes
from borgerlib.statistics.estimation.sample_design import SampleDesign
from borgerlib.statistics.estimation.variance import Domains
from borgerlib.statistics.weighting.adjustment import WeightingResult


def bases(
    design: SampleDesign, domains: DomainCodes, answers: Answers
) -> Iterator[tuple[Domains, npt.NDArray[np.intp], npt.NDArray[np.bool_]]]:
    """Give for each option its base by domain, the rows in that base, and who of all chose the option.

    Options with the same base share it.
    """
    previous, base, rows = None, None, None
    for answered, chosen in answers:
        if previous is None or not np.array_equal(answered, previous):
            rows = np.flatnonzero(answered & (domains.codes >= 0))
            base = Domains(design, rows, domains.codes[rows], domains.size)
            previous = answered
        assert base is not None
        assert rows is not None
        yield base, rows, chosen


def by_option(domains: pd.DataFrame, answers: Answers) -> pd.DataFrame:
    """Return one row a domain × option, the options of a domain together."""
    frame = domains.loc[domains.index.repeat(len(answers.options))].reset_index(drop=True)
    return frame.assign(item=answers.item, option=pd.Series(answers.options * len(domains)))


def known_of(
    estimates: pd.DataFrame,
    respondents: pd.DataFrame,
    weight: str | None,
    raked_to: WeightingResult | None,
    confidence: float,
) -> pd.DataFrame:
    """Return estimates whose ``attrs`` tell whose answers they are, and what was done with these.

    Those of the respondents, and confidence (0–1), weighted (bool), raked_by (columns of the margins).
    """
    weighted = raked_to is not None or (weight is not None and respondents.attrs.get("weighted", True))
    raked_by = [] if raked_to is None else [str(name) for name in dict.fromkeys(raked_to.margins["column"])]
    known: dict[Hashable, Any] = {"confidence": float(confidence), "weighted": weighted, "raked_by": raked_by}
    estimates.attrs = {**respondents.attrs, **known}
    return estimates
