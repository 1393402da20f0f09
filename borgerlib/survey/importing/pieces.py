"""Split cells in which a platform may have joined several options, and judge how sure that is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from borgerlib.said import Said, said
from borgerlib.survey.codebook.joined import SEPARATORS
from borgerlib.survey.mapping.seen import is_ranking

# If commas without a space are frequent (Qualtrics), they separate options, and other commas are in texts.
_COMMAS = (r",(?=[^\s\d])", r", ", r",")
_OFTEN = 0.1
_LIST = 2
_SEVERAL_TIMES = 3
_MANY_TIMES = 10

_Cells = list[tuple[list[str], int]]


@dataclass(frozen=True)
class Pieces:
    """The cells of a column, split into pieces.

    Parameters
    ----------
    sign : str
        The separator, without spaces.
    cells : list of (list of str, int)
        The pieces of each distinct cell, and how many respondents have it.
    joined : bool
        At least a tenth of the cells contain the sign, and pieces occur in several distinct cells.
    merged : bool
        Pieces that never occur separately were merged.
    often : bool
        At least a tenth of the cells contain the sign.
    """

    sign: str
    cells: _Cells
    joined: bool
    merged: bool
    often: bool = True

    @property
    def options(self) -> dict[str, int]:
        """Piece → how many have it."""
        times: Counter[str] = Counter()
        for pieces, count in self.cells:
            times.update(dict.fromkeys(pieces, count))
        return dict(times)

    @property
    def is_one_option(self) -> bool:
        """All cells have equally many pieces, each at one position: 'Ja, i høj grad', 'Nej, i nogen grad'."""
        places = [set(at) for at in zip(*(pieces for pieces, _ in self.cells), strict=False)]
        return self._same_number >= _LIST and sum(map(len, places)) == len(self.options)

    @property
    def _same_number(self) -> int:
        """How many pieces each cell has, 0 if the numbers differ."""
        numbers = {len(pieces) for pieces, _ in self.cells}
        return numbers.pop() if len(numbers) == 1 else 0

    def doubts(self) -> Iterator[Said]:
        """Yield reasons why the pieces may not be options that people have combined."""
        sign = "new line" if self.sign == "\n" else self.sign
        if self.merged:
            yield said("put_together", sign=sign)
        if is_ranking(self.cells):
            yield said("ranking", count=len(self.options))
            return
        if self._same_number >= _LIST:
            yield said("as_many_parts", count=self._same_number)
        if heads := self._heads():
            yield said("never_last", pieces=heads[:4], sign=sign)

    def _heads(self) -> list[str]:
        """Return pieces that end no cell and whose followers begin none: 'Skole' of 'Skole, dagtilbud'."""
        times, followers = self.options, dict[str, set[str]]()
        for pieces, _ in self.cells:
            for piece, follower in pairwise(pieces):
                followers.setdefault(piece, set()).add(follower)
        first, last = ({pieces[end] for pieces, _ in self.cells if pieces} for end in (0, -1))
        return [
            piece
            for piece, after in followers.items()
            if piece not in last and not after & first and times[piece] >= _SEVERAL_TIMES
        ]


def pieces_of(answers: Mapping[str, int], sign: str) -> Pieces:
    """Split joined texts; two pieces that only occur next to each other are one text.

    A few cells may be joined by another sign than the rest: 'E-mail;App' among 'E-mail, App'.
    """
    pattern = _pattern(answers, sign)
    cells = [
        ([piece.strip() for piece in re.split(pattern, text) if piece.strip()], n)
        for text, n in answers.items()
    ]
    ended = sum(count for text, count in answers.items() if text.endswith(sign))
    several = sum(count for pieces, count in cells if len(pieces) > 1)
    often = max(several, ended) >= _OFTEN * sum(answers.values())
    times = Counter(piece for pieces, n in cells for piece in pieces for _ in range(min(n, _SEVERAL_TIMES)))
    known = {piece for piece, count in times.items() if count >= _SEVERAL_TIMES}
    cells = [([part for piece in pieces for part in _apart(piece, known)], n) for pieces, n in cells]
    whole = _whole(cells, sign)
    return Pieces(sign, whole, often and recombine(cells), whole != cells, often)


def _apart(piece: str, known: Container[str]) -> list[str]:
    """Return the parts of a piece that another sign joins, if all of them are known and it is not."""
    if piece in known:
        return [piece]
    ways = ([part.strip() for part in piece.split(sign) if part.strip()] for sign in SEPARATORS)
    return next((parts for parts in ways if len(parts) > 1 and all(part in known for part in parts)), [piece])


def _pattern(answers: Mapping[str, int], sign: str) -> str:
    if sign != ",":
        return re.escape(sign)
    fewest = _OFTEN * sum(answers.values())
    counts = {
        comma: sum(n for text, n in answers.items() if re.search(comma, text.rstrip(", ")))
        for comma in _COMMAS
    }
    return next((comma for comma in _COMMAS if counts[comma] >= fewest), _COMMAS[-1])


def recombine(cells: _Cells) -> bool:
    """Return whether pieces occur in several distinct cells, like options that people combine."""
    times = Counter(piece for pieces, _ in cells for piece in set(pieces))
    again = sum(number > 1 for number in times.values())
    return again >= _LIST and 2 * again >= len(times)


def _whole(cells: _Cells, sign: str) -> _Cells:
    """Merge pieces that only occur next to each other, if the second begins with a lower-case letter.

    The first may also be an option of its own: 'Nej' in addition to 'Nej, aldrig'.
    """
    while True:
        times: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for pieces, count in cells:
            for piece in pieces:
                times[piece] += count
            for pair in pairwise(pieces):
                pairs[pair] += count
        continued = next(
            (
                pair
                for pair, count in pairs.items()
                if count == times[pair[1]]
                and count >= (_SEVERAL_TIMES if count == times[pair[0]] else _MANY_TIMES)
                and pair[1][:1].islower()
                and (count == times[pair[0]] or pair[0][:1].isupper())
            ),
            None,
        )
        if not continued:
            return cells
        cells = [(_merged(pieces, continued, sign), count) for pieces, count in cells]


def _merged(pieces: Sequence[str], pair: tuple[str, str], sign: str) -> list[str]:
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] = f"{merged[-1]}{sign.strip()} {piece}"
        else:
            merged.append(piece)
    return merged
