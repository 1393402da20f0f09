"""Segments as a TOML file.

It holds one table a segment; within an item any of the options will do, and all items must be met::

    [unge_klima]
    aldersgruppe = ["15-17", "18-24"]
    emner = ["klima_miljoe"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from annotated_types import MinLen

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.files.toml import Problem, quoted, read_toml, write_new
from borgerlib.population.ages import age_band_labels
from borgerlib.said import said
from borgerlib.statistics.segmentation.rules import HINT, Segment, check_segments
from borgerlib.survey.codebook.model import NAME, Codebook, Item

# Columns that prepared respondents have beside those of the codebook, and their levels.
_DERIVED = {"aldersgruppe": tuple(age_band_labels())}

_Content = dict[str, dict[str, Annotated[tuple[str, ...], MinLen(1)]]]


def load_segments(path: str | Path, codebook: Codebook) -> list[Segment]:
    """Read segments from a TOML file and check them.

    Parameters
    ----------
    path : str or Path
        The file: a table a segment, in it ``item = ["option", …]``.
    codebook : Codebook
        What was asked. A named sum of options (net) is read as its options; the names of a municipality's
        districts, which no codebook knows, are taken as they stand.

    Returns
    -------
    list of Segment
        In the order of the file.

    Raises
    ------
    DataError
        The file cannot be read or is no TOML.
    ParameterError
        It breaks rules or names unknown items or options; everything is listed, with the nearest names.

    See Also
    --------
    save_segments : Writes the file.
    assign_segments : Says who belongs.

    Examples
    --------
    >>> import borgerlib
    >>> path = borgerlib.save_segments(
    ...     [borgerlib.Segment("kvinder", {"koen": ("kvinde",)})], "segmenter.toml"
    ... )
    >>> borgerlib.load_segments(path, borgerlib.load_codebook("borgerinteresse"))[0].name
    'kvinder'
    """
    toml = read_toml(Path(path), "segments", hint=HINT)
    content = replace(toml, error=ParameterError).validated(_Content, lambda made: _breaches(made, codebook))
    return [
        Segment(name, {item: _members(item, options, codebook) for item, options in table.items()})
        for name, table in content.items()
    ]


def save_segments(segments: Sequence[Segment], path: str | Path) -> Path:
    """Write segments as a TOML file that `load_segments` reads, and return its path.

    Parameters
    ----------
    segments : sequence of Segment
        What is written, in this order.
    path : str or Path
        The file (.toml), which must not be there yet.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        A name is not legal or stands twice, or a segment has no rule.
    DataError
        There is a file of that name already, or it cannot be written.

    See Also
    --------
    load_segments : Reads the file.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.save_segments([borgerlib.Segment("maend", {"koen": ("mand",)})], "grupper.toml").name
    'grupper.toml'
    """
    check_segments(segments)
    lines = []
    for segment in segments:
        lines.append(f"[{segment.name}]")
        for item, options in segment.rules.items():
            lines.append(f"{item} = {quoted(list(options))}")
        lines.append("")
    return write_new(Path(path), "\n".join(lines))


def _breaches(content: _Content, codebook: Codebook) -> Iterator[Problem]:
    if not content:
        yield (), said("no_segment")
    for name, table in content.items():
        if not NAME.match(name):
            yield (name,), said("is_no_name", name=name)
        if not table:
            yield (name,), said("no_rule")
        for item, options in table.items():
            yield from (((name, item), text) for text in _rule_breaches(item, options, codebook))


def _rule_breaches(item_id: str, options: tuple[str, ...], codebook: Codebook) -> Iterator[str]:
    known = dict.fromkeys([*_DERIVED, *(item.id for item in codebook if _can_divide(item))])
    if item_id in known:
        legal = _legal(item_id, codebook)
        yield from (unknown_name("option", name, legal) for name in options if legal and name not in legal)
    elif item_id in codebook:
        kind = codebook.item(item_id).kind
        yield said("cannot_divide", kind=kind, legal=", ".join(known))
    else:
        yield unknown_name("item", item_id, known)


def _legal(item_id: str, codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """Return what may be chosen, and the options behind it; nothing where any name will do."""
    if item_id not in codebook:
        return {level: (level,) for level in _DERIVED[item_id]}
    item = codebook.item(item_id)
    return {name: item.members(name) for name in [*(o.id for o in item.options), *item.nets]}


def _members(item_id: str, options: tuple[str, ...], codebook: Codebook) -> tuple[str, ...]:
    legal = _legal(item_id, codebook)
    return tuple(dict.fromkeys(member for name in options for member in legal.get(name, (name,))))


def _can_divide(item: Item) -> bool:
    return bool(item.options) or item.role in ("area", "municipality")
