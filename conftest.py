"""What holds for tests and notebooks alike: one thread each, and what nbval compares.

nbval compares every text and number of a notebook's outputs, but not the bytes of its pictures: the same
picture is other bytes with another version of a library. ``tests/test_notebooks.py`` compares the pictures
themselves, with a tolerance, and the numbers they are drawn from.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import pytest

# As many processes as processors are at work already; read when numpy is imported, here or in a kernel.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Python looks through all that lives, again and again, and thousands of tests live from here to the end.
gc.disable()

OF_CITIZENS = ("borger_interesse", "interesse_")
OF_CONSENTS = "inviter.ipynb"
PICTURES = ("wide", "narrow")
REPEATED = "numbers"  # for workbooks, made of the same frame as the texts, which are compared


def without_pictures(output: Any) -> Any:
    """Return a chart's JSON without its pictures, anything else as it is."""
    if isinstance(output, dict) and set(PICTURES) <= set(output):
        return {key: value for key, value in output.items() if key not in (*PICTURES, REPEATED)}
    return output


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take the pictures out of every notebook output, committed and computed, before nbval compares them.

    What runs in a kernel is slow.
    """
    for item in items:
        # Only nbval's cells have this method.
        sanitize: Callable[[Any], Any] | None = getattr(item, "sanitize", None)
        if sanitize is None:
            continue
        item.sanitize = _chained(sanitize)  # type: ignore[attr-defined]
        item.add_marker(pytest.mark.slow)
        if item.path.name.startswith(OF_CITIZENS) and not _is_prepared():
            item.add_marker(pytest.mark.skip(reason="needs prepared citizens of Odense: make demo"))
        if item.path.name == OF_CONSENTS and not os.environ.get("BORGER_REGISTER_KEY"):
            item.add_marker(pytest.mark.skip(reason="needs a register and its key: borger register import"))


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and no longer among the tests themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)
    gc.enable()


def _is_prepared() -> bool:
    from borgerlib.interest.prepared import is_prepared

    return is_prepared("Odense")


def _chained(sanitize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda output: without_pictures(sanitize(output))
