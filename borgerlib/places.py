"""Where things are: what ships with the package, and where a user's own files go.

Shipped files (notebooks, raw data) are at the top of a checkout or inside an installed wheel. New files
(processed data, reports) go to the *workspace*: the folder named by ``BORGER_WORKSPACE``, else the
checkout, else the current folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from borgerlib.errors import DataError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


BUNDLED = "_bundled"
"""The folder in an installed package with the shipped files that are not code."""


def in_checkout() -> bool:
    """Return True when the package runs from a checkout rather than from an installed wheel."""
    return not (_PACKAGE / BUNDLED).is_dir()


def _shipped() -> Path:
    return _CHECKOUT if in_checkout() else _PACKAGE / BUNDLED


def notebooks() -> Path:
    """Return the folder of the notebooks that ship with the package."""
    return _shipped() / "notebooks"


def raw_data(*parts: str) -> Path:
    """Return a path in the shipped ``data/raw``, and raise `DataError` when nothing is there."""
    path = _shipped().joinpath("data", "raw", *parts)
    if not path.exists():
        raise DataError(
            f"The data file {'/'.join(('data', 'raw', *parts))} is missing.",
            hint="It ships with borgerlib: reinstall it, or restore the file with 'git checkout data/raw'.",
        )
    return path


def workspace() -> Path:
    """Return the folder that holds a user's ``data/processed`` and ``reports``."""
    named = os.environ.get("BORGER_WORKSPACE")
    if named:
        return Path(named).expanduser().resolve()
    return _CHECKOUT if in_checkout() else Path.cwd()


def processed_data(*parts: str) -> Path:
    """Return a path in the workspace's ``data/processed`` (which need not exist yet)."""
    return workspace().joinpath("data", "processed", *parts)


def saved_data(*parts: str) -> Path:
    """Return a path in the workspace's ``data/saved``, for users' own files (it need not exist yet)."""
    return workspace().joinpath("data", "saved", *parts)


def reports(*parts: str) -> Path:
    """Return a path in the workspace's ``reports`` (which need not exist yet)."""
    return workspace().joinpath("reports", *parts)
