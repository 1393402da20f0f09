"""Where a municipality's areas are on a map of squares, read from the municipality's own file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from borgerlib.errors import BorgerlibError
from borgerlib.interest.filters.choices import Level, saved_folder
from borgerlib.interest.weighting.levels import folded
from borgerlib.population.districts import rows_of
from borgerlib.said import said

FILE = "omraader.csv"
"""In ``data/saved/<slug>/``: one line an area, its name and its square, from 1 at the north-west."""

AREA, PLACE = "omraade", ("raekke", "kolonne")
_LAST = 30


def squares(municipality: str, areas: Sequence[Level]) -> tuple[Mapping[str, tuple[int, int]], str]:
    """Return the row and column of each area, and a Danish sentence about what is wrong with the file.

    Parameters
    ----------
    municipality : str
        Name or code.
    areas : sequence of Level
        All of them must be in the file; other areas in it are ignored.

    Returns
    -------
    mapping of str to (int, int)
        Area → row and column. Empty where there is no file, or it cannot be used.
    str
        '' where nothing is wrong.
    """
    path = saved_folder(municipality) / FILE
    if not path.is_file():
        return {}, ""
    try:
        numbered, odd = rows_of(path, [AREA, *PLACE])
    except BorgerlibError:
        return {}, said("map_lacks_columns", file=FILE, columns=[AREA, *PLACE]).danish
    if odd:
        return {}, said("map_uneven", file=FILE).danish
    lines = [(folded(row[AREA]), row) for _, row in numbered]
    times, rows = Counter(name for name, _ in lines), dict(lines)
    found: dict[str, tuple[int, int]] = {}
    wrong, twice = [], []
    for area in areas:
        names = {folded(area.label), folded(area.id)}
        row = next((rows[name] for name in names if name in rows), {})
        if sum(times[name] for name in names) > 1:
            twice.append(area.label)
        at = [int(text) if re.fullmatch("[0-9]{1,2}", text := row.get(name, "")) else 0 for name in PLACE]
        square = (at[0], at[1])
        if not all(1 <= number <= _LAST for number in at) or square in found.values():
            wrong.append(area.label)
        found[area.id] = square
    if twice:
        return {}, said("map_twice", file=FILE, areas=twice).danish
    if wrong:
        return {}, said("map_lacks_places", file=FILE, areas=wrong, last=_LAST).danish
    return found, ""
