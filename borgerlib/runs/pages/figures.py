"""The pictures of a page: charts as figures with their words and numbers, each with its description."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from borgerlib import danish
from borgerlib.errors import RunError
from borgerlib.files.look import drawing
from borgerlib.files.templates import template

CHART_TYPE = "application/vnd.borger.chart+json"
TEMPLATES = Path(str(files("borgerlib.runs.pages") / "templates"))
_UNQUOTED = "!$()*+,-./:;<=>?@[]_{|}~'"
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(px|pt|)")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3}
_PNG = b"\x89PNG\r\n\x1a\n"
_CHART_FIELDS = ("title", "question", "caption", "alt", "wide", "narrow", "columns", "rows")


def rendered(name: str, **content: Any) -> str:
    """Return a page, or a part of one, from its template."""
    return str(template(name, TEMPLATES / "pages", TEMPLATES / "paper", tied=True).render(**content))


def page_template(name: str) -> str:
    """Return a part of the pages that is inserted unchanged."""
    return (TEMPLATES / "pages" / name).read_text(encoding="utf-8")


@dataclass
class Images:
    """The pictures of a page, kept separately from its markup under names until the page is complete."""

    source_name: str
    data: dict[str, str] = field(default_factory=dict)
    figures: int = 0

    def keep(self, data: str, alt: str) -> tuple[str, int, int]:
        """Keep a picture, SVG or PNG as base64; return its name, width and height.

        Width and height come from the picture itself, so that the page can reserve its space.
        """
        which = f"Picture {len(self.data) + 1} of {self.source_name}"
        if not alt.strip():
            raise RunError(
                f"{which} has no description (alt text).",
                hint="A reader who cannot see it needs one. borgerlib's own charts write theirs.",
            )
        address, size = _svg(data) if data.startswith("<svg") else _png(data)
        if size is None:
            raise RunError(f"{which} is not a picture that a page can carry.", hint="Run the notebook again.")
        name = f"borger-image:{len(self.data) + 1}"
        self.data[name] = address
        return name, *size


def _png(data: str) -> tuple[str, tuple[int, int] | None]:
    plain = "".join(data.split())
    try:
        header = base64.b64decode(plain[:44])
        width, height = struct.unpack(">II", header[16:24])
    except (ValueError, struct.error):
        return "", None
    return f"data:image/png;base64,{plain}", (width, height) if header.startswith(_PNG) else None


def _svg(data: str) -> tuple[str, tuple[int, int] | None]:
    root = drawing(data.encode())
    said = root.attrib if root is not None else {}
    sides = [_LENGTH.fullmatch(said.get(side, "")) for side in ("width", "height")]
    size = [round(float(side[1]) * _PIXELS[side[2]]) for side in sides if side]
    if len(size) < 2:
        return "", None
    # A space would end the address in a list of addresses (srcset).
    address = "data:image/svg+xml," + quote(data, safe=_UNQUOTED)
    return address, (size[0], size[1])


def figure(chart: Mapping[str, Any], images: Images) -> str:
    """Return a chart as an HTML figure: heading, question, picture, caption and the numbers as a table.

    Raises
    ------
    RunError
        If the chart lacks a field or its description, or its pictures are invalid.
    """
    missing = [name for name in _CHART_FIELDS if name not in chart]
    if missing:
        raise RunError(
            f"A chart of {images.source_name} lacks {', '.join(missing)}.",
            hint="Make the chart with borgerlib's own charts, and run the notebook again.",
        )
    images.figures += 1
    return rendered(
        "figure.html.j2",
        chart=chart,
        # Simulated data are named in the picture and its source: the heading need not say it again.
        title=chart["title"].removeprefix(danish.marked("", True)),
        number=images.figures,
        wide=images.keep(chart["wide"], chart["alt"]),
        narrow=images.keep(chart["narrow"], chart["alt"]),
        table=[[_cell_text(value) for value in row] for row in chart["rows"]],
    )


def picture(data: str, alt: str, images: Images) -> str:
    """Return a picture that is not a chart as HTML; raises the same errors as `figure`."""
    name, width, height = images.keep(data, alt)
    return Markup('<p><img src="{}" width="{}" height="{}" alt="{}"></p>').format(name, width, height, alt)


def _cell_text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return danish.number(value, 1)
    if isinstance(value, int) and not isinstance(value, bool):
        return danish.number(value)
    return str(value)
