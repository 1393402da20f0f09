"""Pictures as small, sharp PNG and SVG files; the same picture always gives the same bytes.

They are cached on disk by their content, so that the next report, of any municipality, need not draw them.
"""

from __future__ import annotations

import base64
import io
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache, wraps
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import borgerlib
from borgerlib import places
from borgerlib.files.atomic import replacing
from borgerlib.view import theme
from borgerlib.view.charts.marks import Marks
from borgerlib.view.charts.pictures import PictureWords, draw, settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = ".pictures"
MOST = 4000  # pictures in the cache, of some ten kilobytes each
_DRAWN_BY = ("matplotlib", "seaborn", "pandas", "pillow", "fonttools", "font-source-sans-pro")
_COLOURS = 32
_STYLED = re.compile(r' style="([^"]*)"')
# Matches neighbouring paths of the same style, unless they are transparent.
_SAME_STYLE = re.compile(r'<path d="[^"]*"( style="(?![^"]*opacity)[^"]*")/>(?:<path d="[^"]*"\1/>)+')


def kept(draw: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a cached version of a function that draws a picture; all processes share the cache.

    Files are kept in ``data/processed/.pictures`` if the workspace exists. Their names depend on everything
    that they are drawn from: their content, borgerlib's code, the versions of the libraries. Without write
    access nothing is cached.

    Parameters
    ----------
    draw : callable
        Marks, words and width in pixels → the bytes of a file. The function's name is the file's ending.
    """

    @lru_cache(maxsize=512)
    @wraps(draw)
    def drawn(marks: Marks, words: PictureWords, width: float) -> bytes:
        workspace = places.processed_data()
        # Do not cache users' own marks: their code is not part of the file's name.
        if not type(marks).__module__.startswith("borgerlib.") or not workspace.is_dir():
            return draw(marks, words, width)
        shown = repr((marks, words, width))
        name = sha256(f"{_version()} {shown}".encode()).hexdigest()
        path = workspace / FOLDER / f"{name}.{draw.__name__}"
        with suppress(OSError):
            return path.read_bytes()
        picture = draw(marks, words, width)
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            _make_room(path.parent)
            with replacing(path) as beside:
                beside.write_bytes(picture)
        return picture

    return drawn


# Most pictures are the same for all municipalities: forked kernels inherit those that are in memory.
@kept
def png(marks: Marks, words: PictureWords, width: float) -> bytes:
    """Return a picture as a PNG with few colours and double resolution; parameters as `pictures.draw`."""
    from PIL import Image

    figure: Any = draw(marks, words, width)
    figure.set_dpi(144)
    with settings():
        figure.canvas.draw()
    image = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    buffer = io.BytesIO()
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(buffer, format="PNG")
    return buffer.getvalue()


@kept
def svg(marks: Marks, words: PictureWords, width: float) -> bytes:
    """Return a picture as an SVG (UTF-8) with its fonts embedded; parameters as `pictures.draw`.

    Texts stay text. The letters that they use are embedded, because a page shows the SVG as an image, which
    cannot use the page's fonts.
    """
    buffer = io.StringIO()
    figure = draw(marks, words, width)
    with settings():
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    drawn = buffer.getvalue()
    size = f"{figure.get_figwidth() * 72:g}", f"{figure.get_figheight() * 72:g}"
    body = drawn[drawn.index("<g ") : drawn.rindex("</svg>")]
    # Remove matplotlib's groups, which only hold names, and its line breaks.
    body = re.sub(r">\s+<", "><", re.sub(r"</?g\b[^>]*>", "", re.sub(r"\s*\n\s*", " ", body)))
    body = _SAME_STYLE.sub(_one_path, re.sub(r"<[^>]+>", _small_tag, body))
    styles = list(dict.fromkeys(_STYLED.findall(body)))
    body = _STYLED.sub(lambda found: f' class="s{styles.index(found.group(1))}"', body)
    rules = "".join(f".s{number}{{{style}}}" for number, style in enumerate(styles))
    whole = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}">'
        f"<style>{_faces(figure)}*{{stroke-linejoin:round;stroke-linecap:butt}}{rules}</style>{body}</svg>"
    )
    # A page puts it between double quotes, so use single quotes inside.
    return re.sub("<[^>]+>", lambda tag: tag.group().replace('"', "'"), whole).encode()


def _small_tag(found: re.Match[str]) -> str:
    """Return a tag with one decimal instead of six, and without rotations by zero degrees."""
    tag = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", found.group())
    tag = re.sub(r"\d+\.\d\d+", lambda digits: f"{float(digits.group()):.1f}".removesuffix(".0"), tag)
    # In a data URL a comma is one character, a space three.
    return re.sub(r"(?<=\d) (?=[-\d])", ",", re.sub(r"(?<=[MLz:;]) | (?=[MLz])", "", tag))


def _one_path(found: re.Match[str]) -> str:
    """Return paths of the same style as one path, which browsers draw faster."""
    lines = "".join(re.findall(r' d="([^"]*)"', found[0]))
    return f'<path d="{lines}"{found[1]}/>'


def _faces(figure: Figure) -> str:
    """Return the letters that a figure's texts use as CSS font faces."""
    from matplotlib.text import Text

    used: dict[tuple[Any, str], set[str]] = defaultdict(set)
    for text in figure.findobj(Text):
        if text.get_visible():
            used[text.get_fontweight(), text.get_fontstyle()].update(text.get_text())
    faces = []
    for weight, style in sorted(theme.FONT_STYLES.items()):
        if used[style]:
            # Include all digits: then pictures with other numbers share the font, which is slow to make.
            letters = "".join(sorted(used[style] | set("0123456789")))
            data = base64.b64encode(_font_of(weight, letters)).decode()
            faces.append(theme.font_face(weight, f"data:font/woff;base64,{data}"))
    return "".join(faces)


@lru_cache(maxsize=512)
def _font_of(weight: theme.Weight, letters: str) -> bytes:
    """Return a font (WOFF) with only these letters."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff",
        hinting=False,
        layout_features=[],
        name_IDs=[],
        recalc_timestamp=False,
        glyph_names=False,
        notdef_outline=False,
        # Processing these tables would take longer than everything else.
        drop_tables=["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "gasp"],
        canonical_order=False,
    )
    font = subset.load_font(theme.font_file(weight), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return buffer.getvalue()


def _make_room(folder: Path) -> None:
    """Delete the older half of the pictures if there are too many."""
    found = list(folder.iterdir())
    if len(found) >= MOST:
        for path in sorted(found, key=lambda path: path.stat().st_mtime)[: len(found) // 2]:
            path.unlink(missing_ok=True)


@cache
def _version() -> str:
    """Return a hash of the code and library versions that pictures depend on."""
    (top,) = map(Path, borgerlib.__path__)
    code = sha256("".join(f"{name} {version(name)}" for name in _DRAWN_BY).encode())
    for path in sorted(top.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()
