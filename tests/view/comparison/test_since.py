"""What a page says of an earlier wave, without holding its respondents."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_comparison_page import moved

from borgerlib.interest.prepare.write import Prepared
from borgerlib.interest.prepared import compared_with
from borgerlib.view.comparison.page import open_comparison
from borgerlib.view.comparison.since import since_last
from borgerlib.view.comparison.waves import changes_table


@pytest.fixture
def earlier(
    prepared: Prepared, prepared_once: tuple[Prepared, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return where the municipality's earlier wave stands: its own answers, four years older."""
    shutil.copytree(prepared_once[1], tmp_path / "workspace")
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "workspace"))
    wave, _ = compared_with("Ærø")
    shutil.copytree(tmp_path / "workspace" / "data" / "processed" / "aeroe", wave.parent)
    moved(wave)
    return wave


@pytest.mark.long
def test_the_page_says_what_the_comparison_does_and_keeps_it(
    earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = since_last("Ærø")
    table = changes_table(open_comparison("Ærø").waves)  # type: ignore[arg-type]
    assert found is not None
    assert found["columns"] == list(table.columns[1:])
    rows = [[of["text"], *row] for of in found["questions"] for row in of["rows"]]
    assert rows == [list(row) for row in table.rows]
    monkeypatch.setattr(sys, "executable", "nobody")  # nothing is worked out again
    assert since_last("Ærø") == found


def test_pages_that_open_at_once_have_one_work_it_out(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[object] = []

    def run(command: object, **_: object) -> SimpleNamespace:
        worked.append(command)
        time.sleep(0.2)
        return SimpleNamespace(returncode=0, stdout='{"said": ["Det samme"]}')

    monkeypatch.setattr(subprocess, "run", run)
    with ThreadPoolExecutor(5) as pages:
        found = list(pages.map(lambda _: since_last("Ærø"), range(5)))
    assert found == [{"said": ["Det samme"]}] * 5
    assert len(worked) == 1


@pytest.mark.long
def test_without_an_earlier_wave_there_is_nothing_and_a_damaged_one_is_told(earlier: Path) -> None:
    earlier.write_bytes(b"no parquet")
    found = since_last("Ærø")
    assert found is not None
    [said] = found["said"]
    assert said.startswith("Målingen i mappen »tidligere« kan ikke holdes op mod denne.")
    assert found["questions"] == []
    earlier.unlink()
    assert since_last("Ærø") is None
