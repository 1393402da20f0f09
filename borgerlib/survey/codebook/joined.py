"""Find the options in a cell in which a platform has joined the texts of all chosen options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from borgerlib.survey.codebook.matching import matcher, normalise, plain
from borgerlib.survey.codebook.model import Item

SEPARATORS = (";", "|", "\n", ",")
"""Signs between the options in a cell, those that are least often in an option's own text first."""
Cost = tuple[int, int, int]
"""Number of unknown pieces; minus the texts of the mapping's `values`; ids and short texts. Least is best."""
_MOST_READINGS = 3


@dataclass(frozen=True)
class Reading:
    """One reading of a cell.

    Parameters
    ----------
    options : tuple of str
        Ids of the options chosen.
    strange : tuple of str
        Pieces that are not an option.
    otherwise : tuple of str
        Other options that the cell may stand for, if it is ambiguous; empty if it is clear.
    """

    options: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


_Ways = dict[tuple[frozenset[str], int], tuple[Cost, Reading]]


@dataclass(frozen=True)
class JoinedText:
    """Splits a cell in which a platform has joined the texts of all chosen options.

    Parameters
    ----------
    separator : str
        The separator of two texts, without spaces (',' or ';'); ' ' if it is a space.
    known : mapping of str to (str, cost)
        Normalised text → option id, and the cost of reading it so.
    starts : mapping of str to int
        First piece of each known text → largest number of pieces of such a text.
    """

    separator: str
    known: Mapping[str, tuple[str, Cost]]
    starts: Mapping[str, int]

    def read(self, text: str) -> Reading:
        """Return the best reading of a cell: with fewest unknown pieces, and option texts before ids."""
        parts = (plain(text) if self.separator == " " else text).split(self.separator)
        singles = [single for part in parts if (single := normalise(part))]
        if all(self.starts.get(single) == 1 and single in self.known for single in singles):
            return Reading(tuple(self.known[single][0] for single in singles))
        pieces = [piece for part in parts if (piece := plain(part))]
        if not any(single in self.starts for single in singles):
            return Reading(strange=tuple(pieces))
        # For each position, the readings of all pieces before it, with their costs.
        ways: list[_Ways] = [{} for _ in range(len(pieces) + 1)]
        ways[0] = {(frozenset(), 0): ((0, 0, 0), Reading())}
        for start in range(len(pieces)):
            for end, found, cost in self._spans(pieces, start):
                for before, reading in _cheapest(ways[start]):
                    whole = (before[0] + cost[0], before[1] + cost[1], before[2] + cost[2])
                    longer = Reading(
                        (*reading.options, *([found] if found else [])),
                        reading.strange if found else (*reading.strange, pieces[start]),
                    )
                    key = frozenset(longer.options), len(longer.strange)
                    if key not in ways[end] or whole < ways[end][key][0]:
                        ways[end][key] = whole, longer
        (_, first), *others = _cheapest(ways[-1])
        return replace(first, otherwise=others[0][1].options) if others else first

    def _spans(self, pieces: list[str], start: int) -> Iterator[tuple[int, str, Cost]]:
        """Yield where a text that starts at `start` may end, its option ('' for none), and the cost."""
        single = normalise(pieces[start])
        option, cost = self.known.get(single, ("", (1, 0, 0)))
        yield start + 1, option, cost
        for end in range(start + 2, min(start + self.starts.get(single, 1), len(pieces)) + 1):
            text = normalise(_between(self.separator).join(pieces[start:end]))
            if text in self.known:
                yield end, *self.known[text]


def _between(sign: str) -> str:
    return sign if sign == " " else f"{sign} "


def _cheapest(ways: _Ways) -> list[tuple[Cost, Reading]]:
    least = min(cost for cost, _ in ways.values())
    return [(cost, reading) for cost, reading in ways.values() if cost == least][:_MOST_READINGS]


def joined_text(item: Item, separator: str, values: Mapping[str, str] | None = None) -> JoinedText:
    """Return the splitter for the joined texts of an item.

    A text may contain the separator itself. If a cell can be read in several ways, the reading with the
    fewest unknown pieces counts; then the one with most texts of the mapping's `values`; then the one with
    fewest ids and short texts instead of the options' own texts.
    """
    sign = separator.strip(" ") or " "
    texts = {normalise(text) for option in item.options for text in (option.text, option.text_en)}
    given = {normalise(value) for value in values or {}}
    known: dict[str, tuple[str, Cost]] = {}
    starts: dict[str, int] = {}
    for text, option in matcher(item, values).known.items():
        cost = (0, -1, 0) if text in given else (0, 0, 0) if text in texts else (0, 0, 1)
        pieces = [piece.strip() for piece in text.split(sign) if piece.strip()]
        known[normalise(_between(sign).join(pieces))] = option, cost
        if pieces:
            first = normalise(pieces[0])
            starts[first] = max(starts.get(first, 1), len(pieces))
    return JoinedText(sign, known, starts)
