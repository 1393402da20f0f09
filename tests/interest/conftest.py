"""A small municipality's simulated survey, written and prepared once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from borgerlib.interest.prepare.prepare import Prepared, prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.survey.simulation.simulate import Simulation

ISLAND = "Ærø"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty workspace, in use."""
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Path]:
    """Return the simulation of Ærø and the folder of its export."""
    return write_simulation(ISLAND, n=900, seed=1, folder=tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="session")
def prepared_once(
    simulated: tuple[Simulation, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Prepared, Path]:
    """Return the preparation of that export and its workspace; to be read only."""
    root = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(root))
        return prepare(ISLAND, simulated[1]), root


@pytest.fixture
def prepared(prepared_once: tuple[Prepared, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Prepared]:
    """Return that preparation with its workspace in use; to be read only."""
    monkeypatch.setenv("BORGER_WORKSPACE", str(prepared_once[1]))
    return prepared_once[0]
