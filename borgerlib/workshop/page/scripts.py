"""The page's script and style: the dashboard's building blocks, then ours."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from borgerlib.files.look import Look
from borgerlib.view import theme

_ASSETS = Path(str(files("borgerlib.workshop") / "page" / "assets"))
_DASHBOARD = Path(str(files("borgerlib.dashboard") / "assets"))


@cache
def script() -> str:
    """Return the page's script: its parts, in order."""
    parts = [_DASHBOARD / "1_elements.js", *sorted(_ASSETS.glob("*.js"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


@cache
def style(look: Look) -> str:
    """Return the page's style: the theme's values, the municipality's, the dashboard's look, what is ours."""
    parts = [_DASHBOARD / "dashboard.css", _ASSETS / "workshop.css"]
    return "\n".join([theme.css_variables(), look.css, *(path.read_text(encoding="utf-8") for path in parts)])
