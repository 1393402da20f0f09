"""What a survey demands of its respondents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from borgerlib.errors import ParameterError


@dataclass(frozen=True, kw_only=True)
class CleaningRules:
    """What a survey demands of its respondents.

    Parameters
    ----------
    age_limit : int
        Youngest age that takes part; younger people are rejected.
    highest_age : int
        Older ages are taken for mistakes and count as not stated.
    reference_date : date, optional
        Date at which the age is computed from the year of birth; needed where that is asked.

    See Also
    --------
    clean : Applies them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.CleaningRules(age_limit=18).age_limit
    18
    """

    age_limit: int = 15
    highest_age: int = 110
    reference_date: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.age_limit <= self.highest_age:
            raise ParameterError(
                f"The age limit {self.age_limit} must lie between 0 and the highest age {self.highest_age}."
            )
