"""Every public name shows how it is used, and what it shows comes out."""

from __future__ import annotations

import doctest
import inspect
import re
import shutil
import sys
from pathlib import Path

import pytest

import borgerlib
from borgerlib.interest.prepare.write import Prepared

pytestmark = pytest.mark.slow

IN_R = ("rake", "calibrate", "post_stratify", "trim", "regress", "estimate_proportions", "estimate_mean",
        "estimate_difference", "rao_scott_test", "small_area_estimates")  # fmt: skip
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def own_docstring(name: str) -> str:
    # Without its indentation, which Python from 3.13 on takes away itself.
    return inspect.cleandoc(getattr(borgerlib, name).__doc__ or "")


@pytest.mark.parametrize("name", borgerlib.__all__)
def test_the_help_of_a_public_name_has_an_example_and_says_what_is_near(name: str) -> None:
    text = own_docstring(name)
    assert "\nExamples\n---" in text
    assert ">>> " in text
    near = re.search(r"See Also\n-+\n((?:\S.* : .+\n?| +\S.*\n?)+)", text)
    assert near, f"{name} has no See Also"
    named = re.findall(r"^(\w+) : ", near.group(1), re.MULTILINE)
    assert set(named) <= {*borgerlib.__all__, *sys.stdlib_module_names}, named


@pytest.mark.parametrize("name", [n for n in borgerlib.__all__ if inspect.isfunction(getattr(borgerlib, n))])
def test_the_help_of_a_function_says_what_it_takes_and_returns(name: str) -> None:
    text = own_docstring(name)
    assert re.search(r"^Returns\n-+\n\S", text, re.MULTILINE)
    assert "Parameters" in text or not inspect.signature(getattr(borgerlib, name)).parameters


def test_what_r_calls_it_is_said() -> None:
    assert [name for name in IN_R if "In R: " not in own_docstring(name)] == []


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::borgerlib.population.margins.PopulationDateWarning")
def test_the_examples_come_out(
    prepared: Prepared, prepared_once: tuple[Prepared, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(prepared_once[1], tmp_path / "workspace")
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for name in borgerlib.__all__:
        found = doctest.DocTestParser().get_doctest(own_docstring(name), {}, name, None, None)
        runner.run(found, out=said.append)
    assert not said, "\n".join(said)
    assert runner.tries > 200
