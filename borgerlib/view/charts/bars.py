"""Layout of horizontal bars: what stands where, for a page and for a phone.

On a page labels stand in a column on the left; on a phone above their bars. The scale is the longest at
which every value still fits beside its bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from borgerlib.view.charts import theme
from borgerlib.view.charts.drawing import (
    Box,
    Drawing,
    Line,
    Shape,
    Text,
    stack,
    text_width,
    wrap,
)  # fmt: skip
from borgerlib.view.charts.placing import colour_key, own_mark

_LABEL_SHARE = 0.44
_LABEL_GAP = 20
_TEXT_GAP = 8
_STUB = 44
_ENOUGH = 0.5
_CAP = 7
_WIDE_BAR, _NARROW_BAR = 20, 15
_BETWEEN_BARS = 2


@dataclass(frozen=True)
class Bar:
    """One bar: its length and interval in the chart's unit, and what is said at its end."""

    words: str
    length: float = 0
    lower: float | None = None
    upper: float | None = None
    state: Literal["shown", "suppressed", "missing"] = "shown"
    colour: str = theme.COUNTRY
    name: str = ""

    @property
    def reach(self) -> float:
        """The farthest point of bar and interval."""
        return max(self.length, self.upper or 0)


@dataclass(frozen=True)
class Entry:
    """A label with its bars, the own municipality's name when it belongs here, and whether it stands out."""

    label: str
    bars: tuple[Bar, ...]
    own: str = ""
    weight: theme.Weight = "regular"


@dataclass(frozen=True)
class _Place:
    """Where bars start, how many pixels a unit has, and the measures of the layout."""

    left: float
    right: float
    scale: float
    size: float
    thickness: float
    narrow: bool
    step: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", self.size * theme.LINE_HEIGHT)


def bars_drawing(entries: Sequence[Entry], width: float, *, full: float) -> Drawing:
    """Return the entries' bars, one under another.

    Parameters
    ----------
    entries : sequence of Entry
        In the order to be shown.
    width : float
        Pixels; below `theme.PHONE_BREAK` labels stand above their bars.
    full : float
        The smallest value that the whole width stands for, so that small shares look small.
    """
    place = _place(entries, width, full)
    if place.scale * full >= _ENOUGH * (width - place.left):
        return _rows(entries, width, place)
    # Names at the bars would leave the bars no room: they go into a key above.
    nameless = [replace(entry, bars=tuple(replace(bar, name="") for bar in entry.bars)) for entry in entries]
    key = colour_key([(bar.name, bar.colour) for entry in entries for bar in entry.bars if bar.name], width)
    return stack([key, _rows(nameless, width, _place(nameless, width, full))], gap=16, width=width)


def _rows(entries: Sequence[Entry], width: float, place: _Place) -> Drawing:
    shapes: list[Shape] = []
    top = 0.0
    for entry in entries:
        if top:
            top += 16 if place.narrow else 14
        drawn, height = _entry(entry, place, top)
        shapes += drawn
        top += height
    axis = [] if place.narrow else [Line(place.left, 0, place.left, top, theme.RULE, 1)]
    return Drawing(width, top, (*axis, *shapes))


def _place(entries: Sequence[Entry], width: float, full: float) -> _Place:
    layout = theme.layout_of(width)
    size, narrow = theme.LABEL_SIZE[layout], layout == "narrow"
    left = 0.0
    if not narrow:
        lines = [line for entry in entries for line in _label_lines(entry, width, size, narrow)]
        left = max(text_width(line, size, "semibold") for line in lines) + _LABEL_GAP
    room = width - left
    scales = [room / full]
    for entry in entries:
        for bar in entry.bars:
            beside = 2 * _TEXT_GAP + text_width(bar.words, size, "semibold") + _tail(entry, bar, size, narrow)
            if bar.state == "shown" and bar.reach:
                scales.append((room - beside) / bar.reach)
    thickness = _NARROW_BAR if narrow else _WIDE_BAR
    return _Place(left, width, min(scales), size, thickness, narrow)


def _label_lines(entry: Entry, width: float, size: float, narrow: bool) -> list[str]:
    return wrap(entry.label, width=width if narrow else width * _LABEL_SHARE, size=size, weight=entry.weight)


def _tail(entry: Entry, bar: Bar, size: float, narrow: bool) -> float:
    name = text_width(bar.name, size) + _TEXT_GAP if bar.name else 0
    own = 0.0 if narrow or not entry.own else text_width(entry.own, size, "semibold") + size + 3 * _TEXT_GAP
    return name + own


def _entry(entry: Entry, place: _Place, top: float) -> tuple[list[Shape], float]:
    lines = _label_lines(entry, place.right, place.size, place.narrow)
    labels_height = len(lines) * place.step
    heights = [_bar_height(bar, place) for bar in entry.bars]
    bars_height = sum(heights) + _BETWEEN_BARS * (len(heights) - 1)
    shapes: list[Shape] = []
    if place.narrow:
        label_top = top
        own, own_lines = _own_below(entry, lines, place, top)
        shapes += own
        bar_top = top + labels_height + own_lines * place.step + 3
        height = bar_top - top + bars_height
    else:
        height = max(labels_height, bars_height)
        label_top, bar_top = top + (height - labels_height) / 2, top + (height - bars_height) / 2
    shapes += [
        Text(0, label_top + row * place.step, line, place.size, entry.weight)
        for row, line in enumerate(lines)
    ]
    own_name = "" if place.narrow else entry.own
    for bar, bar_height in zip(entry.bars, heights, strict=True):
        shapes += _bar(bar, place, bar_top, own_name)
        bar_top += bar_height + _BETWEEN_BARS
        own_name = ""
    return shapes, height


def _reason(bar: Bar, place: _Place) -> list[str]:
    """Return why a bar has no value, wrapped to the room that the bar would have had."""
    return wrap(bar.words, width=place.right - place.left - 2 * _TEXT_GAP, size=place.size, weight="italic")


def _bar_height(bar: Bar, place: _Place) -> float:
    lines = len(_reason(bar, place)) if bar.state == "missing" else 1
    return max(lines * place.step, place.thickness)


def _own_below(entry: Entry, lines: list[str], place: _Place, top: float) -> tuple[list[Shape], int]:
    """Return the own mark at the end of a phone's label, on a line of its own where it does not fit."""
    if not entry.own:
        return [], 0
    left = text_width(lines[-1], place.size, entry.weight) + 2 * _TEXT_GAP
    needed = place.size + text_width(entry.own, place.size, "semibold")
    if left + needed <= place.right:
        return own_mark(entry.own, left, top + (len(lines) - 1) * place.step, place.size), 0
    return own_mark(entry.own, 0, top + len(lines) * place.step, place.size), 1


def _bar(bar: Bar, place: _Place, top: float, own: str) -> list[Shape]:
    middle = top + max(place.step, place.thickness) / 2
    bar_top, text_top = middle - place.thickness / 2, middle - place.step / 2
    shapes: list[Shape] = []
    if bar.state == "missing":
        x = place.left + (0 if place.narrow else _TEXT_GAP)
        texts = [
            Text(x, text_top + row * place.step, line, place.size, "italic", theme.MUTED)
            for row, line in enumerate(_reason(bar, place))
        ]
    elif bar.state == "suppressed":
        shapes.append(Box(place.left, bar_top, _STUB, place.thickness, theme.SUPPRESSED, "hatched"))
        x = place.left + _STUB + _TEXT_GAP
        texts = [Text(x, text_top, f"· {bar.words}", place.size, colour=theme.MUTED)]
    else:
        length = bar.length * place.scale
        shapes.append(Box(place.left, bar_top, length, place.thickness, bar.colour))
        shapes += _interval(bar, place, middle)
        x = place.left + bar.reach * place.scale + _TEXT_GAP
        texts = [Text(x, text_top, bar.words, place.size, "semibold")]
    if bar.name:
        x = texts[-1].extent[2] + _TEXT_GAP
        texts.append(Text(x, texts[-1].y, bar.name, place.size, colour=theme.MUTED))
    shapes += texts
    if own:
        shapes += own_mark(own, texts[-1].extent[2] + 2 * _TEXT_GAP, texts[-1].y, place.size)
    return shapes


def _interval(bar: Bar, place: _Place, middle: float) -> list[Shape]:
    """Return the interval: light on the bar, dark beside it, so that both halves can be seen."""
    if bar.lower is None or bar.upper is None:
        return []
    lower, end, upper = (place.left + value * place.scale for value in (bar.lower, bar.length, bar.upper))
    return [
        Line(lower, middle, end, middle, theme.PAPER),
        Line(lower, middle - _CAP / 2, lower, middle + _CAP / 2, theme.PAPER),
        Line(end, middle, upper, middle, theme.TEXT),
        Line(upper, middle - _CAP / 2, upper, middle + _CAP / 2, theme.TEXT),
    ]
