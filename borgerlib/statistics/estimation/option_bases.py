"""The base of each response option in each domain, and the shape of a table by option."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.statistics.estimation.answers import Answers, DomainCodes
from borgerlib.statistics.estimation.sample_design import SampleDesign
from borgerlib.statistics.estimation.variance import Domains


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


def by_option(domains: pd.DataFrame, options: Sequence[Hashable]) -> pd.DataFrame:
    """Return one row a domain × option, the options of a domain together."""
    frame = domains.loc[domains.index.repeat(len(options))].reset_index(drop=True)
    return frame.assign(option=pd.Series(list(options) * len(domains)))
