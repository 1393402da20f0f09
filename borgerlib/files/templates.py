"""Pages from templates: every text is escaped, and a name that is not given is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from borgerlib import danish


@cache
def template(name: str, *folders: Path, tied: bool = False) -> Any:
    """Return the Jinja template of that name from one of the folders; it may include others from there.

    In the values of a `tied` template, numbers stay on the same line as their words.
    """
    # Slow to import, and only pages need it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        finalize=lambda value: danish.tied(value) if tied and type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
