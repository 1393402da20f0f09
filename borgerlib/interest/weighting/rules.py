"""The rules of weighting, as a municipality writes them: which margins, which merges, which cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, get_args

from annotated_types import Ge, MinLen

from borgerlib import places
from borgerlib.errors import unknown_name
from borgerlib.files.toml import Problem, read_toml

Role = Literal["sex", "age", "area", "area_type"]
MARGINS = get_args(Role)
WEIGHT = "weight"
"""The respondents' column of their weights."""
_SHIPPED = ("borgerinteresse", "weighting.toml")
_WHAT = "weighting rules"


@dataclass(frozen=True, kw_only=True)
class WeightingKeys:
    """The keys of a file with weighting rules.

    Parameters
    ----------
    margins : tuple of str
        Roles that are weighted by, of `MARGINS`.
    fewest : int
        A level with fewer respondents is sparse.
    merge_sparse_ages : bool
        Sparse age bands are merged with a neighbour.
    cap : float
        Largest weight as a multiple of the mean weight; 0 for none.
    merge : mapping
        Role → new level → the levels that it is made of.
    """

    margins: Annotated[tuple[Role, ...], MinLen(1)]
    fewest: Annotated[int, Ge(1)]
    merge_sparse_ages: bool
    cap: float
    merge: Mapping[str, Mapping[str, Annotated[list[str], MinLen(2)]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WeightingRules(WeightingKeys):
    """How respondents are weighted: the keys of the file, and what follows from them.

    Parameters
    ----------
    insist_on_cap : bool
        Whether a cap that cannot be met is an error; otherwise the weights are uncapped, with a warning.
    """

    insist_on_cap: bool = False


def load_weighting_rules(path: str | Path | None = None) -> WeightingRules:
    """Read a municipality's rules; missing keys are taken from the rules that ship.

    Parameters
    ----------
    path : str or Path, optional
        TOML file; by default the rules that ship (``data/raw/borgerinteresse/weighting.toml``).

    Returns
    -------
    WeightingRules

    Raises
    ------
    DataError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.
    """
    hint = f"The rules that ship, with every key explained, are {places.raw_data(*_SHIPPED)}."
    shipped = read_toml(places.raw_data(*_SHIPPED), _WHAT)
    own = shipped if path is None else read_toml(Path(path), _WHAT, hint=hint)
    keys = replace(own, content=shipped.content | own.content).validated(WeightingKeys, _breaches)
    return WeightingRules(**vars(keys), insist_on_cap=path is not None and "cap" in own.content)


def _breaches(keys: WeightingKeys) -> Iterator[Problem]:
    if not (keys.cap == 0 or 1 < keys.cap < float("inf")):
        yield ("cap",), f"{keys.cap:g} must be a number above 1, or 0 for no cap"
    for role in keys.merge:
        if role not in MARGINS:
            yield ("merge", role), unknown_name("margin under [merge]", role, MARGINS)
