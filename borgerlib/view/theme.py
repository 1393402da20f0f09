"""The one theme: colours, type and measures of every picture, table and page.

One colour has one meaning everywhere. Charts read the constants, pages read the same values as CSS custom
properties (`css_variables`). All sizes are CSS pixels.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from borgerlib.files.look import contrast as contrast
from borgerlib.files.look import mix as mix

Layout = Literal["wide", "narrow"]
Weight = Literal["regular", "semibold", "bold", "italic"]

COUNTRY = "#0b4f6c"
COUNTRY_SOFT = "#5d99b4"
OWN = "#c8553d"
OWN_TEXT = "#b0442d"
COMPARISON = "#7d8894"
SUPPRESSED = "#6b7680"
TEXT = "#1c2b33"
MUTED = "#55626b"
PAPER = "#ffffff"
RULE = "#d3d9dd"

# Blue towards agreement, ochre towards disagreement, grey between: the pair that stays apart for readers
# with red-green colour blindness. From the outermost step to the innermost.
POSITIVE = (COUNTRY, COUNTRY_SOFT)
NEGATIVE = ("#7a4a08", "#bd8837")
NEUTRAL = "#8c959c"

WIDE = 960
NARROW = 350
PHONE_BREAK = 600
MARGIN = 28

TITLE_SIZE = {"wide": 25.0, "narrow": 20.0}
QUESTION_SIZE = {"wide": 17.0, "narrow": 15.0}
LABEL_SIZE = {"wide": 16.0, "narrow": 15.0}
CAPTION_SIZE = {"wide": 14.0, "narrow": 13.0}
LINE_HEIGHT = 1.28

_FONT_FILES = {"regular": "Regular", "semibold": "Semibold", "bold": "Bold", "italic": "It"}
FONT_FAMILY = "Source Sans Pro"
# Font weight and style, in the words that matplotlib and CSS share.
FONT_STYLES: dict[Weight, tuple[int, str]] = {
    "regular": (400, "normal"),
    "semibold": (600, "normal"),
    "bold": (700, "normal"),
    "italic": (400, "italic"),
}
_PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def font_file(weight: Weight) -> Path:
    """Return the path of the TrueType font of pictures."""
    name = f"SourceSansPro-{_FONT_FILES[weight]}.ttf"
    return Path(str(files("font_source_sans_pro") / "files" / name))


def font_face(weight: Weight, source: str) -> str:
    """Return a CSS font face of the pictures' family whose letters come from `source`."""
    number, style = FONT_STYLES[weight]
    return (
        f"@font-face{{font-family:'{FONT_FAMILY}';font-weight:{number};font-style:{style};src:url({source})}}"
    )


def layout_of(width: float) -> Layout:
    """Return the layout for a picture of this width in pixels."""
    return "narrow" if width < PHONE_BREAK else "wide"


def scale_colours(n_negative: int, n_positive: int) -> tuple[list[str], list[str]]:
    """Return the colours of the steps below and above the neutral one, in reading order.

    Colours are counted from the neutral step outwards, on the longer side's ramp: 'agree' and 'disagree'
    match in strength also where the scale has no 'strongly disagree'.

    Parameters
    ----------
    n_negative, n_positive : int
        Number of steps on each side.
    """
    steps = max(n_negative, n_positive)
    below = _ramp(*NEGATIVE, steps)[steps - n_negative :]
    above = _ramp(*POSITIVE, steps)[steps - n_positive :]
    return below, above[::-1]


def readable_on(background: str) -> str:
    """Return the text colour, paper or ink, with the better contrast to a background."""
    return max((PAPER, TEXT), key=lambda ink: contrast(ink, background))


def css_variables() -> str:
    """Return the theme as a CSS rule of custom properties for ``:root``."""
    values = {
        "country": COUNTRY,
        "country-soft": COUNTRY_SOFT,
        "own": OWN,
        "own-text": OWN_TEXT,
        "comparison": COMPARISON,
        "suppressed": SUPPRESSED,
        "text": TEXT,
        "muted": MUTED,
        "paper": PAPER,
        "rule": RULE,
        "font": _PAGE_FONT,
        "figure-width": f"{WIDE}px",
    }
    body = "\n".join(f"  --borger-{name}: {value};" for name, value in values.items())
    return f":root {{\n{body}\n}}"


def style(*layouts: Path) -> str:
    """Return the style of a page: the theme's values, then the files that lay it out."""
    return "\n".join([css_variables(), *(path.read_text(encoding="utf-8") for path in layouts)])


def _ramp(outer: str, inner: str, steps: int) -> list[str]:
    return [mix(outer, inner, step / max(1, steps - 1)) for step in range(steps)]
