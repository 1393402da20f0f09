"""A municipality's simulated citizens' survey, prepared in a workspace of its own."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from borgerlib.interest.filters.cube import open_filter_cube
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.interest.prepare.write import Prepared
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.protected.files import KEY
from borgerlib.interest.survey import open_survey
from borgerlib.view.citizens.sections import load_sections


@contextmanager
def prepared_citizens(workspace: Path, municipality: str, *, n: int, seed: int = 1) -> Iterator[Prepared]:
    """Simulate and prepare a survey, and keep its workspace in use meanwhile."""
    with _in_use(workspace):
        _, export = write_simulation(municipality, n=n, seed=seed)
        # The same copy in every run, so that a failure here is one everywhere.
        processed_folder(municipality).mkdir(parents=True)
        (processed_folder(municipality) / KEY).write_bytes(b"for tests only".ljust(32))
        yield prepare(municipality, export)


@contextmanager
def shared_citizens(factory: pytest.TempPathFactory, municipality: str, *, n: int) -> Iterator[Path]:
    """Give a copy, now in use, of a survey that the tests of a run share.

    Its latent classes and its cube are made.
    """
    workspace = factory.mktemp("citizens") / "workspace"
    shutil.copytree(_made_once(factory, municipality, n), workspace)
    with _in_use(workspace):
        yield workspace


def _made_once(factory: pytest.TempPathFactory, municipality: str, n: int) -> Path:
    """Return the survey's workspace; the process that comes first makes it, the others wait."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{municipality}-{n}"
    made = folder.with_suffix(".made")
    try:
        folder.mkdir()
    except FileExistsError:
        while not made.exists():
            time.sleep(0.05)
        return folder
    try:
        with prepared_citizens(folder, municipality, n=n):
            open_filter_cube(municipality, age_bands=load_sections().age_bands)
            assert open_survey(municipality).kinds is not None
    finally:
        made.touch()
    return folder


@contextmanager
def _in_use(workspace: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(workspace))
        yield
