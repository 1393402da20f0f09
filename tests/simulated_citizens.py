"""A municipality's simulated citizens' survey, prepared in a workspace of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from borgerlib.interest.prepare.prepare import Prepared, prepare
from borgerlib.interest.prepare.simulated import write_simulation


@contextmanager
def prepared_citizens(workspace: Path, municipality: str, *, n: int, seed: int = 1) -> Iterator[Prepared]:
    """Simulate and prepare a survey, and keep its workspace in use meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(workspace))
        _, export = write_simulation(municipality, n=n, seed=seed)
        yield prepare(municipality, export)
