"""The rules of weighting, as a municipality writes them: which margins, which merges, which cap."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.errors import DataError, unknown_name

MARGINS = ("sex", "age", "area", "area_type")
_SHIPPED = ("borgerinteresse", "weighting.toml")
_KEYS = ("margins", "fewest", "merge_sparse_ages", "cap", "merge")


@dataclass(frozen=True, kw_only=True)
class WeightingRules:
    """How respondents are weighted.

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
    insist_on_cap : bool
        A cap that cannot be met is an error; else the weights go without, and that is told.
    """

    margins: tuple[str, ...]
    fewest: int
    merge_sparse_ages: bool
    cap: float
    merge: Mapping[str, Mapping[str, list[str]]]
    insist_on_cap: bool = False


def load_weighting_rules(path: str | Path | None = None) -> WeightingRules:
    """Read a municipality's rules; what they leave out is as in the rules that ship.

    Parameters
    ----------
    path : str or Path, optional
        TOML file; by default the rules that ship (``data/raw/borgerinteresse/weighting.toml``).

    Raises
    ------
    DataError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.
    """
    shipped = _read(places.raw_data(*_SHIPPED))
    own = {} if path is None else _read(Path(path))
    content = shipped | own
    problems = _problems(content)
    if problems:
        name = Path(path).name if path else _SHIPPED[-1]
        raise DataError(
            f"The weighting rules {name} cannot be used:",
            problems=problems,
            hint=f"The rules that ship, with every key explained, are {places.raw_data(*_SHIPPED)}.",
        )
    return WeightingRules(
        margins=tuple(content["margins"]),
        fewest=content["fewest"],
        merge_sparse_ages=content["merge_sparse_ages"],
        cap=float(content["cap"]),
        merge=content.get("merge", {}),
        insist_on_cap="cap" in own,
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError(f"There is no file {path} with weighting rules.", hint="Check the name.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} is no valid TOML: {error}.", hint="Mend that place.") from error


def _problems(content: Mapping[str, Any]) -> list[str]:
    problems = [unknown_name("key", key, _KEYS) for key in content if key not in _KEYS]
    margins = content["margins"]
    if not isinstance(margins, list) or not margins:
        problems.append("'margins' must be a list of one or more of " + ", ".join(MARGINS))
    else:
        problems += [unknown_name("margin", str(name), MARGINS) for name in margins if name not in MARGINS]
    if type(content["fewest"]) is not int or content["fewest"] < 1:
        problems.append(f"fewest = {content['fewest']}: it must be a whole number, 1 or more")
    if not isinstance(content["merge_sparse_ages"], bool):
        problems.append("'merge_sparse_ages' must be true or false")
    cap = content["cap"]
    if isinstance(cap, bool) or not isinstance(cap, int | float) or not (cap == 0 or 1 < cap < float("inf")):
        problems.append(f"cap = {cap}: it must be a number above 1, or 0 for no cap")
    return problems + _merge_problems(content.get("merge", {}))


def _merge_problems(merge: Any) -> list[str]:
    if not isinstance(merge, dict) or not all(isinstance(levels, dict) for levels in merge.values()):
        return ['\'merge\' must be tables, as [merge.area] and below it "Vest og Nord" = ["Vest", "Nord"]']
    problems = [unknown_name("margin under [merge]", role, MARGINS) for role in merge if role not in MARGINS]
    problems += [
        f"[merge.{role}] '{new}' must be a list of two levels or more"
        for role, levels in merge.items()
        for new, old in levels.items()
        if not isinstance(old, list) or len(old) < 2 or not all(isinstance(level, str) for level in old)
    ]
    return problems
