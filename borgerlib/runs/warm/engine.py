"""Where papermill finds the engine ``borger``: ``papermill --engine borger in.ipynb out.ipynb``.

papermill loads the engines of all installed packages while it is itself being imported, and the engine needs
papermill's classes. It is therefore in `papermill_engine`, and imported when papermill is complete.
"""

from __future__ import annotations

from typing import Any

NAME = "borger"


def __getattr__(name: str) -> Any:
    if name != "WarmEngine":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import papermill  # noqa: F401

    from borgerlib.runs.warm.papermill_engine import WarmEngine

    return WarmEngine


def register_engine() -> None:
    """Make the engine known to papermill, which otherwise finds it by the package's entry point."""
    from papermill.engines import papermill_engines

    papermill_engines.register(NAME, __getattr__("WarmEngine"))
