"""What is due, and why."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from borgerlib.runs.planning.due import executed_folder, kept_notebooks
from borgerlib.runs.planning.manifest import Manifest, Record
from borgerlib.runs.planning.plan import (
    Wanted,
    WantedReport,
    content_hash,
    reasons_to_report,
    reasons_to_run,
)
from borgerlib.runs.planning.status import status

INPUTS = {"notebook": "n", "parameters": "p", "data": "d", "library": "l", "codebook": "c", "read": ""}
WANTED = Wanted("odense", "Odense", Path("02_strategi.ipynb"), {"municipality": "Odense"}, INPUTS)
DONE = Record("odense", "Odense", "02_strategi", "done", inputs=INPUTS, size=10)
REPORT = WantedReport("odense", "Odense", {"02_strategi": "f00"}, "look", ("html", "xlsx"))
WRITTEN = Record("odense", "Odense", "", "done", inputs=REPORT.inputs, formats=("html", "pdf", "xlsx"))


def test_a_run_that_never_was_is_due():
    assert reasons_to_run(INPUTS, None, None) == ("never run",)


def test_a_run_with_the_same_inputs_and_its_output_is_up_to_date():
    assert reasons_to_run(INPUTS, DONE, 10) == ()


@pytest.mark.parametrize("name", ["notebook", "parameters", "data", "library", "codebook"])
def test_each_input_that_changed_is_a_reason(name):
    assert reasons_to_run(INPUTS | {name: "x"}, DONE, 10) == (f"{name} changed",)


def test_all_reasons_are_told():
    changed = INPUTS | {"data": "x", "library": "x"}
    last = replace(DONE, state="failed")
    assert reasons_to_run(changed, last, None) == ("data changed", "library changed", "failed last time")


@pytest.mark.parametrize(
    ("state", "reason"), [("failed", "failed last time"), ("held", "was held back last time")]
)
def test_what_did_not_end_well_is_due(state, reason):
    assert reasons_to_run(INPUTS, replace(DONE, state=state), None) == (reason,)


def test_a_success_whose_output_is_not_there_is_none():
    assert reasons_to_run(INPUTS, DONE, None) == ("its output is missing",)
    assert reasons_to_run(INPUTS, DONE, 9) == ("its output was changed",)


def test_force_makes_everything_due_but_what_has_been_run_since():
    assert reasons_to_run(INPUTS, replace(DONE, sequence=7), 10, forced=7) == ("forced",)
    assert reasons_to_run(INPUTS, replace(DONE, sequence=8), 10, forced=7) == ()


def test_a_report_with_the_same_pages_and_more_formats_is_up_to_date():
    assert reasons_to_report(REPORT, WRITTEN, is_there=True) == ()


@pytest.mark.parametrize(
    ("wanted", "last", "there", "reasons"),
    [
        (REPORT, None, False, ("no report yet",)),
        (replace(REPORT, pages={"02_strategi": "bar"}), WRITTEN, True, ("pages changed",)),
        (replace(REPORT, layout="new"), WRITTEN, True, ("layout changed",)),
        (replace(REPORT, look="new"), WRITTEN, True, ("look changed",)),
        (REPORT, replace(WRITTEN, formats=("html",)), True, ("xlsx is wanted too",)),
        (REPORT, replace(WRITTEN, state="failed"), True, ("failed last time",)),
        (REPORT, WRITTEN, False, ("a page of the report is missing",)),
    ],
)
def test_why_a_report_is_written_again(wanted, last, there, reasons):
    assert reasons_to_report(wanted, last, is_there=there) == reasons


def test_hashes_tell_values_apart_and_not_their_order():
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})


def planned(folder: Path, *, municipalities: int) -> int:
    """Plan 13 notebooks for each, all up to date; return how many functions were called for it.

    Unlike seconds, that is the same on every machine.
    """
    places, names = range(municipalities), [f"{k:02d}_emne" for k in range(13)]
    wanted = [replace(WANTED, place=f"sted-{p}", notebook=Path(f"{n}.ipynb")) for p in places for n in names]
    for each in wanted:
        output = executed_folder(folder) / each.place / each.notebook
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(b"{}")
    Manifest(folder).append(
        *(replace(DONE, place=each.place, notebook=each.notebook.stem, size=2) for each in wanted)
    )
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        history = Manifest(folder).read()
        kept = kept_notebooks(folder)
        due = [reasons_to_run(each.inputs, history.latest[each.key], kept[each.key]) for each in wanted]
        found = status(history)
    finally:
        sys.setprofile(None)
    assert due == [()] * len(wanted)
    assert found.counts()["runs_done"] == len(wanted)
    return calls


def test_twice_the_municipalities_take_twice_the_work(tmp_path):
    # For 2,000 municipalities the seconds are measured by benchmarks/batch.py.
    once, twice = (
        planned(tmp_path / "once", municipalities=30),
        planned(tmp_path / "twice", municipalities=60),
    )
    assert twice < 2.1 * once
