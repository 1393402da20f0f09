"""Things that tests in several rooms need."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from made_up import made_up_wave
from processes import PATIENCE, begun_here

from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.interest.prepare.write import Prepared
from borgerlib.runs.warm import WarmServer
from borgerlib.runs.warm.client import process_server
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.simulation.people import Simulation

# The same examples on every run, so that a failure here is one everywhere. 'make test-thorough' tries more.
# How long examples take says how loaded the machine is.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("repeatable"), max_examples=200)
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=4)
settings.load_profile("repeatable")

ISLAND = "Ærø"

BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file of tests that click where they do not run, and no other where these alone run."""
    if not collection_path.name.startswith("test_"):
        return None
    wanted = config.option.markexpr
    alone = collection_path.parent.name == "browser"
    if "not browser" in wanted:
        return alone or None
    clicks = alone or "pytest.mark.browser" in collection_path.read_text(encoding="utf-8")
    return not clicks if wanted.startswith("browser") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with something slow first, so that the last ones, when a process runs dry, are short."""
    notebook = ".ipynb"  # which nbval runs
    marked = {i.path for i in items if {"slow", "long"} & {mark.name for mark in i.iter_markers()}}
    slow = marked | {i.path for i in items if i.path.suffix == notebook}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return the one Chromium of the run: Playwright does not start twice in one process."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        patience = PATIENCE * 1000
        opened = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS, timeout=patience)
        opened.on("context", lambda context: context.set_default_timeout(patience))
        expect.set_options(timeout=patience)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def leaders_codebook() -> Codebook:
    """Return the codebook of the leaders' survey."""
    return load_codebook("lokaldemokrati-2021")


@pytest.fixture(scope="session")
def wave_frame(leaders_codebook: Codebook) -> pd.DataFrame:
    """Return the made-up wave; copy before changing."""
    return made_up_wave(leaders_codebook)


@pytest.fixture(scope="session")
def wave_file(wave_frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of the made-up wave as CSV."""
    path = tmp_path_factory.mktemp("wave") / "kommuner_2025.csv"
    wave_frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture(scope="session")
def warm() -> WarmServer:
    """Return the one server of warm kernels of this process; it has imported, and not more."""
    return begun_here(process_server())


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
    yield prepared_once[0]
    assert not (prepared_once[1] / "data" / "saved").exists(), "others' workspace is written to"
