"""Layout of a scale from disagreement to agreement: one bar a group, centred on the neutral step.

Every step is labelled where it stands. What does not fit inside its segment stands above it with a thin
leader, and labels that would collide move apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from borgerlib.view.charts import theme
from borgerlib.view.charts.drawing import (
    Box,
    Drawing,
    Line,
    Shape,
    Text,
    paragraph,
    stack,
    text_width,
    wrap,
)
from borgerlib.view.charts.placing import colour_key, own_mark_below, spread

_BAR = {"wide": 46.0, "narrow": 44.0}
_NAME_WIDTH = {"wide": 170.0, "narrow": 66.0}
_SMALL = {"wide": 14.0, "narrow": 13.0}
_SEAM = 2
_PADDING = 6
_LEADER = 9
_ASIDE_GAP = 26
_BETWEEN = 26
_BETWEEN_LABELS = 8
_LABEL_SHARE = 0.28
_LABEL_GAP = 24
_CAP = 7
_NET = 4


@dataclass(frozen=True)
class Segment:
    """One step of the scale in one group: share (0–1), what is said of it, and who chose it."""

    name: str
    share: float
    words: str
    interval: str
    colour: str
    side: Literal["negative", "neutral", "positive", "aside"]
    own: str = ""


@dataclass(frozen=True)
class Net:
    """The positive steps together: share and interval (0–1), and the words for it."""

    share: float
    lower: float
    upper: float
    words: str


@dataclass(frozen=True)
class Row:
    """One group's bar; `withheld` says in words why it cannot be drawn."""

    label: str
    base: str
    segments: tuple[Segment, ...]
    net: Net | None = None
    withheld: str = ""

    def reach(self, side: Literal["negative", "positive", "aside"]) -> float:
        """Share that stands on one side of the centre: half of the neutral step, and the net's interval."""
        total = sum(segment.share for segment in self.segments if segment.side == side)
        if side == "positive" and self.net:
            total = max(total, self.net.upper)
        return total if side == "aside" else total + self.half_neutral

    @property
    def half_neutral(self) -> float:
        """Share of the neutral step that stands on each side of the centre."""
        return sum(segment.share for segment in self.segments if segment.side == "neutral") / 2


@dataclass(frozen=True)
class _Label:
    """What stands above a segment: its lines, and the segment's middle that it belongs to."""

    lines: tuple[tuple[str, theme.Weight, str], ...]
    target: float
    width: float
    outside: bool


def scale_drawing(rows: Sequence[Row], width: float) -> Drawing:
    """Return the groups' bars, one under another, on one common centre.

    Parameters
    ----------
    rows : sequence of Row
        In the order to be shown; the segments of each from most negative to most positive, then those
        apart.
    width : float
        Pixels; below `theme.PHONE_BREAK` the groups' labels stand above their bars.
    """
    drawn = [row for row in rows if not row.withheld]
    layout = theme.layout_of(width)
    left = _label_column(rows, width) if layout == "wide" else 0.0
    below = max((row.reach("negative") for row in drawn), default=0.0)
    above = max((row.reach("positive") for row in drawn), default=0.0)
    aside = max((row.reach("aside") for row in drawn), default=0.0)
    room = width - left - (_ASIDE_GAP if aside else 0) - 1
    scale = room / max(below + above + aside, 0.01)
    centre = left + below * scale
    frame = _Frame(layout, width, left, centre, centre + above * scale + _ASIDE_GAP, scale)
    named: frozenset[str] = frozenset()
    parts: list[Drawing] = []
    if not all(_labels_fit(row, frame) for row in drawn):
        colours = {segment.name: segment.colour for row in drawn for segment in row.segments if segment.share}
        parts.append(colour_key(list(colours.items()), width))
        named = frozenset(colours)
    for row in rows:
        parts.append(_row(row, frame, named))
        if not row.withheld:
            named |= {segment.name for segment in row.segments if segment.share > 0}
    return stack(parts, gap=_BETWEEN, width=width)


def _label_column(rows: Sequence[Row], width: float) -> float:
    size = theme.LABEL_SIZE["wide"]
    longest = max(text_width(row.label, size, "semibold") for row in rows)
    return min(width * _LABEL_SHARE, longest + _LABEL_GAP) if longest else 0.0


@dataclass(frozen=True)
class _Frame:
    """Where a row is drawn: the page's measures, the common centre and pixels a unit."""

    layout: Literal["wide", "narrow"]
    width: float
    left: float
    centre: float
    aside_left: float
    scale: float

    @property
    def small(self) -> float:
        return _SMALL[self.layout]

    @property
    def size(self) -> float:
        return theme.LABEL_SIZE[self.layout]


def _row(row: Row, frame: _Frame, named: frozenset[str]) -> Drawing:
    head = _group_label(row, frame)
    bar = _withheld(row, frame) if row.withheld else _bar(row, frame, named)
    if frame.layout == "narrow":
        return stack([head, bar], gap=6, width=frame.width)
    # The label's first line stands level with the bar, below the names above it.
    bar_top = next(shape.y for shape in bar.shapes if isinstance(shape, Box))
    down = max(0.0, bar_top + (_BAR["wide"] - head.height) / 2)
    shapes = (*bar.shapes, *head.moved(0, down))
    return Drawing(frame.width, max(bar.height, down + head.height), shapes)


def _group_label(row: Row, frame: _Frame) -> Drawing:
    if not row.label:
        return Drawing(frame.width, 0, ())
    room = frame.width if frame.layout == "narrow" else frame.left - _LABEL_GAP + 1
    label = paragraph(row.label, width=room, size=frame.size, weight="semibold")
    base = paragraph(row.base, width=room, size=frame.small, colour=theme.MUTED)
    return stack([label, base], gap=1, width=room)


def _withheld(row: Row, frame: _Frame) -> Drawing:
    stub = Box(frame.left, 0, _BAR[frame.layout], _BAR[frame.layout], theme.SUPPRESSED, "hatched")
    x = frame.left + _BAR[frame.layout] + 8
    y = (_BAR[frame.layout] - frame.size * theme.LINE_HEIGHT) / 2
    text = Text(x, y, f"· {row.withheld}", frame.size, colour=theme.MUTED)
    return Drawing(frame.width, _BAR[frame.layout], (stub, text))


def _bar(row: Row, frame: _Frame, named: frozenset[str]) -> Drawing:
    boxes = _boxes(row, frame)
    labels = [_above(segment, box, frame, segment.name not in named) for segment, box in boxes]
    shown = [label for label in labels if label.lines]
    middles = spread(
        [(label.target, label.width) for label in shown], frame.left, frame.width, gap=_BETWEEN_LABELS
    )
    step = frame.small * theme.LINE_HEIGHT
    room = max((len(label.lines) for label in shown), default=0) * step
    top = room + (_LEADER if shown else 0)
    shapes: list[Shape] = []
    for label, middle in zip(shown, middles, strict=True):
        shapes += _above_shapes(label, middle, room, top, frame)
    for segment, box in boxes:
        shapes += _segment(segment, box, top, frame)
    under, height = _under(row, boxes, top + _BAR[frame.layout], frame)
    return Drawing(frame.width, top + _BAR[frame.layout] + height, (*shapes, *under))


def _boxes(row: Row, frame: _Frame) -> list[tuple[Segment, tuple[float, float]]]:
    """Return the segments that have a length, each with its left end and width in pixels."""
    x = frame.centre - row.reach("negative") * frame.scale
    boxes = []
    for segment in row.segments:
        if segment.share <= 0:
            continue
        if segment.side == "aside":
            x = max(x, frame.aside_left)
        boxes.append((segment, (x, segment.share * frame.scale)))
        x += segment.share * frame.scale
    return boxes


def _labels_fit(row: Row, frame: _Frame) -> bool:
    labels = [_above(segment, box, frame, named=True) for segment, box in _boxes(row, frame)]
    widths = [label.width for label in labels if label.lines]
    return sum(widths) + _BETWEEN_LABELS * (len(widths) - 1) <= frame.width - frame.left


def _above(segment: Segment, box: tuple[float, float], frame: _Frame, named: bool) -> _Label:
    names = wrap(segment.name, width=_NAME_WIDTH[frame.layout], size=frame.small) if named else []
    lines: list[tuple[str, theme.Weight, str]] = [(line, "regular", theme.TEXT) for line in names]
    outside = not _fits(segment, box[1], frame)
    if outside:
        lines.append((segment.words, "semibold", theme.TEXT))
        if segment.interval:
            lines.append((segment.interval, "regular", theme.MUTED))
    width = max((text_width(text, frame.small, weight) for text, weight, _ in lines), default=0.0)
    return _Label(tuple(lines), box[0] + box[1] / 2, width, outside)


def _fits(segment: Segment, width: float, frame: _Frame) -> bool:
    words = text_width(segment.words, frame.size, "semibold")
    interval = text_width(segment.interval, frame.small)
    return max(words, interval) + 2 * _PADDING <= width


def _above_shapes(label: _Label, middle: float, room: float, top: float, frame: _Frame) -> list[Shape]:
    step = frame.small * theme.LINE_HEIGHT
    first = room - len(label.lines) * step
    shapes: list[Shape] = [
        Text(middle, first + index * step, text, frame.small, weight, colour, "centre")
        for index, (text, weight, colour) in enumerate(label.lines)
    ]
    shapes.append(Line(middle, room + 1, label.target, top - 1, theme.MUTED, 1))
    return shapes


def _segment(segment: Segment, box: tuple[float, float], top: float, frame: _Frame) -> list[Shape]:
    x, width = box
    aside = segment.side == "aside"
    drawn = max(width - _SEAM, 1.0)
    shapes: list[Shape] = [
        Box(x, top, drawn, _BAR[frame.layout], segment.colour, "none" if aside else "solid")
    ]
    if not _fits(segment, width, frame):
        return shapes
    ink = theme.TEXT if aside else theme.readable_on(segment.colour)
    lines: list[tuple[str, float, theme.Weight]] = [(segment.words, frame.size, "semibold")]
    if segment.interval:
        lines.append((segment.interval, frame.small, "regular"))
    height = sum(size for _, size, _ in lines) * 1.16
    y = top + (_BAR[frame.layout] - height) / 2 - 1
    for text, size, weight in lines:
        shapes.append(Text(x + drawn / 2, y, text, size, weight, ink, "centre"))
        y += size * 1.16
    return shapes


def _under(
    row: Row, boxes: Sequence[tuple[Segment, tuple[float, float]]], top: float, frame: _Frame
) -> tuple[list[Shape], float]:
    """Return what stands under a bar: the positive steps together, and the own municipality's mark."""
    shapes: list[Shape] = []
    height = 0.0
    if row.net:
        drawn, height = _net(row.net, row.half_neutral, top + 8, frame)
        shapes += drawn
    for segment, (x, width) in boxes:
        if segment.own:
            shapes += own_mark_below(segment.own, x + width / 2, top + height + 6, frame.width)
            return shapes, height + 6 + frame.size * theme.LINE_HEIGHT
    return shapes, height


def _net(net: Net, half_neutral: float, top: float, frame: _Frame) -> tuple[list[Shape], float]:
    start = frame.centre + half_neutral * frame.scale
    end, lower, upper = (start + share * frame.scale for share in (net.share, net.lower, net.upper))
    middle = top + _CAP / 2
    lines = [
        Line(start, middle, end, middle, theme.COUNTRY, _NET),
        Line(lower, middle, upper, middle, theme.TEXT),
    ]
    lines += [Line(x, middle - _CAP / 2, x, middle + _CAP / 2, theme.TEXT) for x in (lower, upper)]
    text = Text(start, top + _CAP + 2, net.words, frame.small, colour=theme.TEXT)
    overhang = text.extent[2] - frame.width
    if overhang > 0:
        text = Text(max(frame.left, start - overhang), text.y, net.words, frame.small)
    return [*lines, text], 8 + _CAP + 2 + frame.small * theme.LINE_HEIGHT
