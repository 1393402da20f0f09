"""Things that tests in several rooms need."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings
from made_up import made_up_wave

from borgerlib.survey.codebook.model import Codebook, load_codebook

# The same examples on every run, so that a failure here is one everywhere.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return the one Chromium of the run: Playwright does not start twice in one process."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS)
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
