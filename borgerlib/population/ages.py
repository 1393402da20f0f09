"""Age bands."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError

AGE_BANDS = (15, 18, 25, 35, 45, 55, 60, 65, 70, 80)
"""Lower ends of the age bands; the band 60–69, which many surveys use, can be formed from them."""


def age_band_labels(bands: Sequence[int] = AGE_BANDS, *, min_age: int = 15) -> list[str]:
    """Return the names of the age bands, youngest first: '15-17', …, '80+'.

    Parameters
    ----------
    bands : sequence of int
        Lower ends of the bands, in years.
    min_age : int
        Youngest age that takes part. Bands below it fall away and the one it lies in is cut: with 16 the
        first band is '16-17'.

    Returns
    -------
    list of str
        One a band.

    See Also
    --------
    age_band : Puts ages into them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.age_band_labels((15, 25, 65))
    ['15-24', '25-64', '65+']
    """
    lower = _lower_ends(bands, min_age)
    closed = [f"{low}-{high - 1}" if high - 1 > low else str(low) for low, high in itertools.pairwise(lower)]
    return [*closed, f"{lower[-1]}+"]


def age_band(ages: pd.Series, *, bands: Sequence[int] = AGE_BANDS, min_age: int = 15) -> pd.Series:
    """Return the age band of each person.

    Parameters
    ----------
    ages : Series
        Age in whole or started years.
    bands, min_age
        As in `age_band_labels`.

    Returns
    -------
    Series
        Ordered categorical with the bands as categories, same index and name. Missing where the age is
        missing or below `min_age`.

    Raises
    ------
    DataError
        The column holds something that is no number.

    See Also
    --------
    age_band_labels : The bands.

    Notes
    -----
    In R: ``cut``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> borgerlib.age_band(pd.Series([16, 40, 93]), bands=(15, 25, 65)).tolist()
    ['15-24', '25-64', '65+']
    """
    lower = _lower_ends(bands, min_age)
    try:
        years = pd.to_numeric(ages).to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError) as error:
        raise DataError(f"Column '{ages.name}' should hold ages in years: {error}.") from error
    position = np.searchsorted(lower, years, side="right") - 1
    codes = np.where(np.isnan(years), -1, position).astype(np.int8)
    labels = pd.Index(age_band_labels(bands, min_age=min_age))
    return pd.Series(pd.Categorical.from_codes(codes, labels, ordered=True), index=ages.index, name=ages.name)


def _lower_ends(bands: Sequence[int], min_age: int) -> list[int]:
    if not bands or min_age < 0 or list(bands) != sorted(set(bands)):
        raise ParameterError(
            "Age bands are given by their lower ends, rising, and the lowest age is 0 or more; "
            f"got bands {list(bands)} and min_age {min_age}."
        )
    return [min_age, *(band for band in bands if band > min_age)]
