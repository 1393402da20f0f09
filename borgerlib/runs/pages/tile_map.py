"""Denmark as a map of 98 equal squares: where reports stand, at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borgerlib.population.municipalities import squares

_LETTERS = 3


@dataclass(frozen=True)
class Tile:
    """A municipality's square.

    Attributes
    ----------
    name, short : str
        Its name, and its first letters, which fit into the square.
    row, column : int
        Its place, from 1 at the north-west.
    link, state : str
        The report's address and state; '' where there is none.
    """

    name: str
    short: str
    row: int
    column: int
    link: str = ""
    state: str = ""


def tile_map(reports: Iterable[tuple[str, str, str]]) -> list[Tile]:
    """Return the square of every municipality, with the report that it has.

    Parameters
    ----------
    reports : iterable of (str, str, str)
        Name of the municipality, address and state of its report.
    """
    known = {name: (link, state) for name, link, state in reports}
    return [
        Tile(
            line["name"],
            line["name"][:_LETTERS],
            int(line["row"]) + 1,
            int(line["column"]) + 1,
            *known.get(line["name"], ("", "")),
        )
        for line in squares()
    ]
