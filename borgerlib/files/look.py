"""A municipality's look, for report, form and dashboard: its name, logo, colours and sender."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from borgerlib import danish, places
from borgerlib.errors import ParameterError
from borgerlib.files.toml import Problem, Text, read_toml

FILE = "udseende.toml"
READABLE = 4.5  # WCAG 2.1, text
_PAPER, _INK = "#ffffff", "#000000"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LARGEST = 200_000
# A logo may only draw: nothing in it runs, and no address leads out of it. Elements in the namespaces of
# drawing programs are allowed, because browsers ignore them.
_SVG, _HTML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"
_DRAWS = re.compile(
    "svg|g|defs|symbol|use|path|rect|circle|ellipse|line|poly(line|gon)|text|tspan|style|title|desc|metadata|"
    "(linear|radial)Gradient|stop|clipPath|mask|pattern|filter|fe[A-Z][A-Za-z]+"
)
# A picture may embed the font of its text.
_LEADS_OUT = re.compile(r"@import|url\(\s*[\"']?(?!#|data:font/woff;base64,)", re.I)


@dataclass(frozen=True)
class Look:
    """How a municipality wants its publications to look; everything is optional.

    Parameters
    ----------
    name : str
        The municipality's name as it writes it.
    logo : str
        The picture as a ``data:`` address; empty without one.
    colours : tuple of str
        '#rrggbb', each readable on white: the colour of covers and headings, and an accent colour.
    sender, contact : str
        The sender, and whom to ask.
    meeting : date or None
        The council meeting that it is for.
    """

    name: str = ""
    logo: str = ""
    colours: tuple[str, ...] = ()
    sender: str = ""
    contact: str = ""
    meeting: date | None = None

    @property
    def css(self) -> str:
        """The colours as a CSS rule to put after the theme's; empty without own colours."""
        names = ((), ("country",), ("own", "own-text"))
        rules = (
            f"--borger-{name}: {colour};"
            for at, colour in enumerate(self.colours, start=1)
            for name in names[at]
        )
        return f":root {{ {' '.join(rules)} }}" if self.colours else ""


USUAL = Look()
"""The look of a municipality that has not saved one."""


@dataclass(frozen=True)
class _File:
    navn: Text = ""
    logo: str = ""
    farver: tuple[str, ...] = ()
    afsender: str = ""
    kontakt: str = ""
    moede: date | None = None


def read_look(path: Path) -> Look:
    """Read a look: navn, logo (PNG or SVG next to the file), farver, afsender, kontakt, moede.

    Raises
    ------
    ParameterError
        The file or its logo is missing or invalid, or a colour is not readable on white. The error lists all
        problems, and for a colour the nearest one that is readable.
    """
    toml = read_toml(
        path, "look", error=ParameterError, hint="Keys: navn, logo, farver, afsender, kontakt, moede."
    )
    file = toml.validated(_File, lambda found: _breaches(found, path.parent))
    logo = _address(path.parent / file.logo) if file.logo else ""
    colours = tuple(colour.lower() for colour in file.farver)
    return Look(file.navn, logo, colours, file.afsender, file.kontakt, file.moede)


def look_of(municipality: str) -> Look:
    """Return the look that a municipality has saved (data/saved/<it>/udseende.toml), or the usual one.

    Raises
    ------
    ParameterError
        As `read_look`.
    """
    path = places.saved_data(danish.slug(municipality), FILE) if municipality else None
    return read_look(path) if path is not None and path.is_file() else USUAL


def readable(colour: str) -> str:
    """Return the colour, or the nearest darker one that is readable on white."""
    steps = (mix(colour, _INK, step / 100) for step in range(101))
    return next(found for found in steps if contrast(found, _PAPER) >= READABLE)


def _breaches(file: _File, folder: Path) -> Iterator[Problem]:
    if len(file.farver) > 2:
        yield ("farver",), "one or two colours are used"
    for at, colour in enumerate(file.farver):
        if not _COLOUR.fullmatch(colour):
            yield ("farver", at), f"'{colour}' is no colour such as '#0b4f6c'"
        elif contrast(colour.lower(), _PAPER) < READABLE:
            ratio = f"{contrast(colour.lower(), _PAPER):.1f}"
            yield (
                ("farver", at),
                f"'{colour}' has a contrast of {ratio} to white, and text takes {READABLE}; the nearest that "
                f"passes is '{readable(colour.lower())}'",
            )
    if file.logo:
        yield from ((("logo",), text) for text in _logo_breaches(folder / file.logo))


def _logo_breaches(path: Path) -> Iterator[str]:
    if not path.is_file():
        yield f"there is no file {path}"
        return
    content = path.read_bytes()
    if len(content) > _LARGEST:
        yield f"the logo has {len(content) // 1000} kB, and at most {_LARGEST // 1000} are taken"
    if path.suffix.lower() == ".svg":
        if drawing(content) is None:
            yield "the SVG is no picture alone: it is damaged, runs something or leads somewhere"
    elif not _is_png(content):
        yield "a logo is a PNG or an SVG, and whole"


def _is_png(content: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def drawing(content: bytes) -> ElementTree.Element | None:
    """Return a parsed SVG if it is valid and only draws: nothing in it runs or leads out; else None."""
    try:
        root = ElementTree.fromstring(content) if b"<!ENTITY" not in content else None
    except ElementTree.ParseError:
        return None
    if root is None or root.tag != f"{{{_SVG}}}svg" or not all(map(_draws, root.iter())):
        return None
    return root


def _draws(element: ElementTree.Element) -> bool:
    space, _, name = str(element.tag).lstrip("{").rpartition("}")
    if space == _HTML or (space == _SVG and not _DRAWS.fullmatch(name)):
        return False
    attributes = {key.rpartition("}")[2].lower(): value.strip() for key, value in element.attrib.items()}
    links = [value for key, value in attributes.items() if key in ("href", "src")]
    return not (
        any(key.startswith("on") for key in attributes)
        or any(not link.startswith("#") for link in links)
        or _LEADS_OUT.search(" ".join([element.text or "", *attributes.values()]))
    )


def _address(path: Path) -> str:
    kind = "svg+xml" if path.suffix.lower() == ".svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` (0–1) of `other` mixed in."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02x}" for a, b in pairs)


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1, relative luminance), 1–21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
