"""What a report is made of."""

import os
import shutil
from pathlib import Path

import pytest

from borgerlib.interest.prepare.write import Prepared
from borgerlib.interest.prepared import compared_with
from borgerlib.runs.planning.contents import COMPARED, report_notebooks
from borgerlib.runs.planning.inputs import InputHashes


def test_where_there_is_something_to_compare_with_it_is_part_of_the_report(
    prepared_once: tuple[Prepared, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shutil.copytree(prepared_once[1], tmp_path / "workspace", copy_function=os.link)
    monkeypatch.setenv("BORGER_WORKSPACE", str(workspace))
    names = [path.name for path in report_notebooks("Ærø")]
    assert COMPARED not in names
    before = InputHashes(library="x").of(report_notebooks("Ærø")[-1], {"municipality": "Ærø"})
    _, targets = compared_with("Ærø")
    targets.parent.mkdir(parents=True)
    targets.write_text("", encoding="utf-8")
    assert [path.name for path in report_notebooks("Ærø")] == [*names, COMPARED]
    # Another target is other data.
    after = InputHashes(library="x").of(report_notebooks("Ærø")[-2], {"municipality": "Ærø"})
    assert after["data"] != before["data"]
    assert COMPARED not in [path.name for path in report_notebooks("")]
