"""Pages from templates: every text is escaped, and a name that is not given is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


@cache
def template(name: str, *folders: Path) -> Any:
    """Return a Jinja template of that name in one of the folders, where it may include others."""
    # Slow to import, and only pages need it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
